/** `--profile NAME`, `--pg URL` or `--conf FILE`: where the rows come from, the same for every command. */
import path from 'node:path';
import type { Command } from 'commander';
import { AppError } from '../contract/app-error.ts';
import type { SourceRef } from '../contract/extract-spec.ts';
import type { Engine } from '../engine/engine-api.ts';
import { nameKey } from '../engine/profiles/profile-name.ts';
import { callEngine } from './call-engine.ts';
import type { CliWorld } from './cli-world.ts';
import { addConfOption, lendConf, type ConfOptions } from './conf-file.ts';
import { resolvePgTarget } from './pg-target.ts';
import { readService, serviceFilePaths } from './service-file.ts';

export interface SourceOptions extends ConfOptions {
  readonly profile?: string;
  readonly pg?: string;
}

/** A source that the engine knows: by an id for calls, and as part of a job. */
export interface ResolvedSource {
  readonly connectionId: string;
  readonly ref: SourceRef;
  readonly warnings: readonly string[];
}

/** Adds the two options to a command. */
export function addSourceOptions(command: Command): Command {
  const grouped = command.optionsGroup('Where the rows come from (one of):');
  return addConfOption(grouped, 'both')
    .option('--profile <name>', 'a saved connection')
    .option(
      '--pg <url>',
      'postgres://user@host/database, or service=name; what is missing comes from PG… variables',
    );
}

/** @throws AppError `CONFIG_USAGE`, `CONFIG_INVALID_INPUT` or `CONFIG_PROFILE_NOT_FOUND` */
export async function resolveSource(
  options: SourceOptions,
  engine: Engine,
  world: CliWorld,
): Promise<ResolvedSource> {
  const { profile, pg } = options;
  const conf = await lendConf(options, engine, world);
  if (conf?.source !== undefined) {
    if (profile !== undefined || pg !== undefined)
      throw new AppError('CONFIG_USAGE', `--conf: ${conf.file} names a source: leave --profile and --pg out`);
    const { connectionId, settings, warnings } = conf.source;
    return { connectionId, ref: { settings }, warnings };
  }
  if (profile !== undefined && pg !== undefined) {
    throw new AppError('CONFIG_USAGE', '--profile and --pg exclude each other: name one source');
  }
  if (profile !== undefined) return savedSource(profile, engine, world);
  if (pg === undefined && conf !== undefined)
    throw new AppError(
      'CONFIG_USAGE',
      `--conf: ${conf.file} has no section [postgres_config]: name the source with --profile or --pg`,
    );
  if (pg === undefined) {
    throw new AppError(
      'CONFIG_USAGE',
      'Name the source: --profile NAME, --pg postgres://user@host/database, or --conf pipeline.conf',
    );
  }
  const { settings, password, warnings } = await resolvePgTarget(pg, {
    env: world.env,
    userName: world.userName,
    service: (name) => findService(name, world),
    socketFolder: (port) => findSocketFolder(port, world),
  });
  return { connectionId: engine.lend(settings, password), ref: { settings }, warnings };
}

async function savedSource(name: string, engine: Engine, world: CliWorld): Promise<ResolvedSource> {
  const { connections } = await callEngine(engine, 'profiles.list', {}, world.interrupted);
  const found = connections.find((connection) => nameKey(connection.name) === nameKey(name));
  if (found === undefined) {
    throw new AppError('CONFIG_PROFILE_NOT_FOUND', `There is no connection named "${name}"`);
  }
  return { connectionId: found.id, ref: { profile: found.name }, warnings: [] };
}

async function findService(name: string, world: CliWorld) {
  for (const file of serviceFilePaths(world.platform, world.env, world.home)) {
    if (!world.fileExists(file)) continue;
    const params = readService(await world.readTextFile(file), name);
    if (params !== undefined) return params;
  }
  return undefined;
}

/** libpq is built with one folder; these are the ones of Debian, Red Hat and everybody else. */
function findSocketFolder(port: string, world: CliWorld): string | undefined {
  if (world.platform === 'win32') return undefined;
  return ['/var/run/postgresql', '/tmp'].find((folder) =>
    world.fileExists(path.posix.join(folder, `.s.PGSQL.${port}`)),
  );
}

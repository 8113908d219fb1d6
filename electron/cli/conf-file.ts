/** `--conf FILE`: source and destination from a `pipeline.conf`, for one command; nothing of it is saved. */
import type { Command } from 'commander';
import { AppError } from '../contract/app-error.ts';
import type { ConnectionSettings } from '../contract/connection-profile.ts';
import type { S3Settings } from '../contract/destination-profile.ts';
import type { DestinationRef } from '../contract/extract-spec.ts';
import type { Engine } from '../engine/engine-api.ts';
import { readPipelineConf } from '../engine/profiles/import/pipeline-conf.ts';
import type { CliWorld } from './cli-world.ts';
import { namedRegion } from './first-set.ts';

export interface ConfOptions {
  readonly conf?: string;
  /** Of a bucket for which the file names none. */
  readonly s3Region?: string;
}

/** What a file has. Its password and its keys have been lent to the engine. */
export interface Conf {
  readonly file: string;
  readonly source: ConfSource | undefined;
  readonly place: ConfPlace | undefined;
}

/** The connection of `[postgres_config]`, under the id that the engine has given it. */
export interface ConfSource {
  readonly connectionId: string;
  readonly settings: ConnectionSettings;
  readonly warnings: readonly string[];
}

/** The bucket of `[aws_boto_credentials]`. */
export interface ConfPlace {
  readonly settings: S3Settings;
  readonly warnings: readonly string[];
}

/** What the option is to a command that takes both from the file, or places alone, or the secrets for what a job names. */
const HELP = {
  both: 'a pipeline.conf: the source from [postgres_config], bucket and keys from [aws_boto_credentials]',
  place: 'a pipeline.conf: bucket and keys from [aws_boto_credentials]',
  job: 'a pipeline.conf: only a job of its source; its password and its keys are used',
  secrets: 'a pipeline.conf: its password and its keys, for the source and the bucket that the job names',
} as const;

/** Adds the option to a command. */
export function addConfOption(command: Command, use: keyof typeof HELP): Command {
  return command.option('--conf <file>', HELP[use]);
}

/** A pipe, such as `<(vault read …)`, has nothing for a second reader; source and destination are two. */
const read = new WeakMap<ConfOptions, Promise<Conf>>();

/**
 * Reads the file that the option names, once for the options of a command, and lends the engine what is secret in it;
 * undefined without the option.
 * @throws AppError `CONFIG_USAGE` where it cannot be read, `CONFIG_IMPORT_FAILED` that names section and key
 */
export async function lendConf(
  options: ConfOptions,
  engine: Pick<Engine, 'lend' | 'lendKeys'>,
  world: CliWorld,
): Promise<Conf | undefined> {
  if (options.conf === undefined) return undefined;
  const conf = read.get(options) ?? readAndLend(options.conf, options, engine, world);
  read.set(options, conf);
  return await conf;
}

async function readAndLend(
  file: string,
  options: ConfOptions,
  engine: Pick<Engine, 'lend' | 'lendKeys'>,
  world: CliWorld,
): Promise<Conf> {
  const text = await world.readTextFile(file).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('CONFIG_USAGE', `--conf: ${file} cannot be read: ${reason}`, { cause });
  });
  const { connection, destination } = readPipelineConf(text, namedRegion(options, world.env));
  if (destination !== undefined) {
    const { settings, secretKey, sessionToken } = destination.found;
    engine.lendKeys(settings, secretKey ?? '', sessionToken);
  }
  return {
    file,
    source: connection && {
      connectionId: engine.lend(connection.found.settings, connection.found.password),
      settings: connection.found.settings,
      warnings: connection.warnings,
    },
    place: destination && { settings: destination.found.settings, warnings: destination.warnings },
  };
}

/** What the file warns of a place: nothing, where neither its bucket nor its region is used. */
export function placeWarnings(
  destination: Partial<DestinationRef>,
  conf: Conf | undefined,
): readonly string[] {
  return 's3' in destination ? (conf?.place?.warnings ?? []) : [];
}

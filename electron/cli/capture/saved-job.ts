/** `--name JOB`, and `--conf FILE` beside it: the captures that are saved on this machine. */
import type { Command } from 'commander';
import { AppError } from '../../contract/app-error.ts';
import type { CaptureSpec } from '../../contract/capture-spec.ts';
import { isSameLogin } from '../../contract/connection-profile.ts';
import type { Engine } from '../../engine/engine-api.ts';
import { callEngine } from '../call-engine.ts';
import type { CliWorld } from '../cli-world.ts';
import { addConfOption, lendConf, type Conf, type ConfOptions } from '../conf-file.ts';
import { withEngine } from '../with-engine.ts';

export interface SavedJobOptions extends ConfOptions {
  readonly name: string;
  readonly json?: boolean;
}

/** Adds the options to a command. */
export function addSavedJobOptions(command: Command): Command {
  return addConfOption(command.requiredOption('--name <job>', 'name of the job'), 'job');
}

/**
 * Opens the engine for a command about a saved job, and lends it what is secret in a `--conf`.
 * @throws AppError `CONFIG_USAGE` where the file is of another source: a slot would be dropped on the wrong server
 */
export async function withSavedJob<T>(
  options: SavedJobOptions,
  world: CliWorld,
  work: (engine: Engine) => Promise<T>,
): Promise<T> {
  return await withEngine(world, async (engine) => {
    const conf = await lendConf(options, engine, world);
    if (conf !== undefined) {
      const { name } = options;
      const { status } = await callEngine(engine, 'capture.status', { name }, world.interrupted);
      refuseOther(status.spec, conf);
      for (const warning of conf.source?.warnings ?? []) world.err(`warning: ${warning}\n`);
    }
    return await work(engine);
  });
}

/** @throws AppError `CONFIG_USAGE` */
export function refuseOther(spec: CaptureSpec, conf: Conf): void {
  if (isOfFile(spec, conf)) return;
  throw new AppError(
    'CONFIG_USAGE',
    `--conf: the source of the job "${spec.name}" is not that of ${conf.file}: name the file that it was started with, or none`,
  );
}

/** True also for a file that has no source. */
export function isOfFile({ source }: CaptureSpec, conf: Conf): boolean {
  if (conf.source === undefined) return true;
  return 'settings' in source && isSameLogin(source.settings, conf.source.settings);
}

/** The job as it was started last; undefined where this machine does not know it. */
export async function savedSpec(
  name: string,
  engine: Engine,
  signal: AbortSignal,
): Promise<CaptureSpec | undefined> {
  try {
    return (await callEngine(engine, 'capture.status', { name }, signal)).status.spec;
  } catch (error) {
    if (error instanceof AppError && error.code === 'STORE_CAPTURE_NOT_FOUND') return undefined;
    throw error;
  }
}

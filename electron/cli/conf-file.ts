/** `--conf FILE`: source and destination from a `pipeline.conf`, for one command; nothing of it is saved. */
import type { Command } from 'commander';
import { AppError } from '../contract/app-error.ts';
import { importPipelineConf } from '../engine/profiles/import/pipeline-conf.ts';
import type { ImportedConnection, ImportedDestination } from '../engine/profiles/import/imported-profiles.ts';
import type { CliWorld } from './cli-world.ts';

export interface ConfOptions {
  readonly conf?: string | undefined;
}

/** What a file has of the two. */
export interface Conf {
  readonly file: string;
  readonly connection: ImportedConnection | undefined;
  readonly destination: ImportedDestination | undefined;
  readonly warnings: readonly string[];
}

/** Adds the option to a command. */
export function addConfOption(command: Command): Command {
  return command.option(
    '--conf <file>',
    'a pipeline.conf: the source from [postgres_config], bucket and keys from [aws_boto_credentials]',
  );
}

/**
 * Reads the file that the option names; undefined without the option.
 * @throws AppError `CONFIG_USAGE` where it cannot be read, `CONFIG_IMPORT_FAILED` that names section and key
 */
export async function readConf({ conf }: ConfOptions, world: CliWorld): Promise<Conf | undefined> {
  if (conf === undefined) return undefined;
  let text: string;
  try {
    text = await world.readTextFile(conf);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('CONFIG_USAGE', `--conf: ${conf} cannot be read: ${reason}`, { cause });
  }
  const { connections, destinations, warnings } = importPipelineConf(text);
  return { file: conf, connection: connections[0], destination: destinations[0], warnings };
}

import path from 'node:path';
import type { Command } from 'commander';
import { AppError } from '../../contract/app-error.ts';
import { extractSpecSchema, type ExtractSpec } from '../../contract/extract-spec.ts';
import { parseInput } from '../../contract/parse-input.ts';
import type { CommandContext } from '../command-context.ts';
import { runJob } from '../run-job.ts';
import { withEngine } from '../with-engine.ts';

/** `sluice run FILE.json`: a job that the app saved. */
export function addRun(program: Command, context: CommandContext): void {
  const { world } = context;
  program
    .command('run')
    .description('run a saved job: the JSON that the app saves')
    .argument('<file>', 'the job, a .json file; - for stdin')
    .option('--json', 'write one JSON event a line to stdout, the last is "finished"')
    .action(async (file: string, options: { json?: boolean }) => {
      const text = await readInput(file, context);
      const spec = specFromFile(text, file, world.cwd);
      await withEngine(world, (engine) => runJob(engine, spec, context, { json: options.json === true }));
    });
}

/** The text of a file, or of stdin for `-`. @throws AppError `CONFIG_USAGE` */
export async function readInput(file: string, { world }: CommandContext): Promise<string> {
  try {
    return file === '-' ? await world.readStdin() : await world.readTextFile(path.resolve(world.cwd, file));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError('CONFIG_USAGE', `${file} cannot be read: ${reason}`, { cause: error });
  }
}

/**
 * A job from its JSON. A relative folder in it is one of the current folder, as with `--dir`.
 * @throws AppError `CONFIG_INVALID_INPUT`, naming the file and the field
 */
export function specFromFile(text: string, file: string, cwd: string): ExtractSpec {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new AppError('CONFIG_INVALID_INPUT', `${file} is not JSON`, { cause: error });
  }
  try {
    const spec = parseInput(extractSpecSchema, value);
    if (!('folder' in spec.destination)) return spec;
    return { ...spec, destination: { folder: path.resolve(cwd, spec.destination.folder) } };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.code, `${file}: ${error.message}`, { cause: error, details: error.details });
  }
}

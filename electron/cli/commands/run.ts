import path from 'node:path';
import type { Command } from 'commander';
import type { z } from 'zod';
import { AppError } from '../../contract/app-error.ts';
import { extractSpecSchema, type ExtractSpec } from '../../contract/extract-spec.ts';
import { parseInput } from '../../contract/parse-input.ts';
import { refuseNewer } from '../../contract/parse-written.ts';
import type { CommandContext } from '../command-context.ts';
import { addConfOption, lendConf, type ConfOptions } from '../conf-file.ts';
import { captureSpecSchema, type CaptureSpec } from '../../contract/capture-spec.ts';
import { startCapture } from './capture-start.ts';
import { runJob } from '../run-job.ts';
import { withEngine } from '../with-engine.ts';

/** `sluice run FILE.json`: a job that the app saved. */
export function addRun(program: Command, context: CommandContext): void {
  const { world } = context;
  const command = program
    .command('run')
    .description('run a saved job: an extract or a capture, the JSON that the app saves')
    .argument('<file>', 'the job, a .json file; - for stdin');
  addConfOption(command, 'secrets')
    .option('--json', 'write one JSON event a line to stdout, the last is "finished"')
    .action(async (file: string, options: ConfOptions & { json?: boolean }) => {
      const text = await readInput(file, context);
      const json = options.json === true;
      const job = jobFromFile(text, file, world.cwd);
      await withEngine(world, async (engine) => {
        await lendConf(options, engine, world);
        await ('kind' in job && job.kind === 'capture'
          ? startCapture(engine, { spec: job }, context, { json })
          : runJob(engine, job, context, { json }));
      });
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
 * An extract from its JSON. A relative folder in it is one of the current folder, as with `--dir`.
 * @throws AppError `CONFIG_INVALID_INPUT`, naming the file and the field, or `STORE_VERSION_NEWER`
 */
export function specFromFile(text: string, file: string, cwd: string): ExtractSpec {
  return parseJob(jsonOf(text, file), extractSpecSchema, file, cwd);
}

/** The same for an extract or a capture, which says `"kind": "capture"`. */
function jobFromFile(text: string, file: string, cwd: string): ExtractSpec | CaptureSpec {
  const value = jsonOf(text, file);
  const isCapture =
    typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'capture';
  return isCapture
    ? parseJob(value, captureSpecSchema, file, cwd)
    : parseJob(value, extractSpecSchema, file, cwd);
}

function jsonOf(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError('CONFIG_INVALID_INPUT', `${file} is not JSON`, { cause: error });
  }
}

function parseJob<T extends z.ZodType<ExtractSpec | CaptureSpec>>(
  value: unknown,
  schema: T,
  file: string,
  cwd: string,
): z.output<T> {
  refuseNewer(schema, value, file);
  try {
    const spec = parseInput(schema, value);
    if (!('folder' in spec.destination)) return spec;
    return { ...spec, destination: { folder: path.resolve(cwd, spec.destination.folder) } };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.code, `${file}: ${error.message}`, { cause: error, details: error.details });
  }
}

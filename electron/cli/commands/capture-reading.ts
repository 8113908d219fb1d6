/** `sluice capture compact` and `sluice capture script`: what can be done with the files of a capture. */
import { Option, type Command } from 'commander';
import { AppError } from '../../contract/app-error.ts';
import {
  CAPTURE_SCRIPT_TARGETS,
  type CaptureScriptTarget,
} from '../../contract/capture-scripts/capture-script.ts';
import type { CapturedTable } from '../../contract/capture-spec.ts';
import type { CallInput } from '../../contract/calls.ts';
import type { Engine } from '../../engine/engine-api.ts';
import { formatBytes, formatExact } from '../amounts.ts';
import { parseByteSize } from '../byte-size.ts';
import { callEngine } from '../call-engine.ts';
import { savedSpec } from '../capture/saved-job.ts';
import type { CommandContext } from '../command-context.ts';
import { addConfOption } from '../conf-file.ts';
import {
  addDestinationOptions,
  namesDestination,
  placeOf,
  type PlaceOptions,
} from '../destination-options.ts';
import { finishedWithoutRun, jsonLine } from '../json-lines.ts';
import { parseTableName } from '../table-name.ts';
import { withEngine } from '../with-engine.ts';

interface CompactOptions extends PlaceOptions {
  readonly name: string;
  readonly targetBytes?: string;
  readonly removeReplaced?: boolean | string;
  readonly json?: boolean;
}

interface ScriptOptions extends PlaceOptions {
  readonly name: string;
  readonly target: CaptureScriptTarget;
  readonly table?: string;
}

/** Hours that objects which others stand for are kept: whoever has begun to read them is done by then. */
const KEEP_HOURS = 24;

export function addCaptureReading(capture: Command, context: CommandContext): void {
  addCompact(capture, context);
  addScript(capture, context);
}

function addCompact(capture: Command, context: CommandContext): void {
  const { world } = context;
  const command = capture
    .command('compact')
    .description('merge the small objects of a capture, which may be running, into larger ones')
    .requiredOption('--name <job>', 'name of the job');
  addDestinationOptions(addConfOption(command, 'place'))
    .optionsGroup('How:')
    .option('--target-bytes <bytes>', 'the most that a merged object has (default: 128MiB)')
    .option(
      '--remove-replaced [hours]',
      `remove objects that others stand for since so many hours (default: ${KEEP_HOURS}; without the option they stay)`,
    )
    .option('--json', 'write one JSON event to stdout: finished')
    .action(async (options: CompactOptions) => {
      const startedMs = world.monotonicMs();
      const { targetBytes, removeReplaced } = options;
      const done = await withEngine(world, async (engine) =>
        callEngine(
          engine,
          'capture.compact',
          {
            destination: await filesOf(options, engine, context),
            name: options.name,
            ...(targetBytes !== undefined && { targetBytes: parseByteSize(targetBytes, '--target-bytes') }),
            ...(removeReplaced !== undefined && { removeAfterHours: hoursOf(removeReplaced) }),
          },
          world.interrupted,
        ),
      );
      if (options.json === true) {
        world.out(jsonLine({ ...finishedWithoutRun('succeeded', world.monotonicMs() - startedMs), ...done }));
        return;
      }
      const { replaced, written, bytesBefore, bytesAfter, removed } = done;
      world.err(
        replaced === 0
          ? 'There is nothing to merge\n'
          : `Merged ${formatExact(replaced)} objects (${formatBytes(bytesBefore)}) into ${formatExact(written)} (${formatBytes(bytesAfter)})\n`,
      );
      if (removed > 0) world.err(`Removed ${formatExact(removed)} objects that others stand for\n`);
    });
}

function addScript(capture: Command, context: CommandContext): void {
  const { world } = context;
  const command = capture
    .command('script')
    .description('show the query of the current rows: views over the files of a capture')
    .requiredOption('--name <job>', 'name of the job')
    .addOption(
      new Option('--target <warehouse>', 'where the query is to run')
        .choices(CAPTURE_SCRIPT_TARGETS)
        .makeOptionMandatory(),
    )
    .option('--table <name>', '[schema.]name; left out, all tables');
  addDestinationOptions(addConfOption(command, 'place')).action(async (options: ScriptOptions) => {
    const { name, target } = options;
    const { scripts } = await withEngine(world, async (engine) => {
      const destination = await filesOf(options, engine, context);
      return await callEngine(engine, 'capture.script', { destination, name, target }, world.interrupted);
    });
    const wanted = options.table === undefined ? undefined : parseTableName(options.table);
    const shown = scripts.filter(
      ({ table }) => wanted === undefined || isNamed(table, wanted.schema, wanted.name),
    );
    if (shown.length === 0) {
      const known = scripts.map(({ table }) => `${table.schema}.${table.name}`).join(', ');
      throw new AppError('CONFIG_USAGE', `--table: the capture has only ${known}`);
    }
    world.out(shown.map(({ text }) => text).join('\n'));
  });
}

/** Where the files are: as the options say, or else as the saved job does, or a file. */
async function filesOf(
  options: PlaceOptions & { readonly name: string },
  engine: Engine,
  { world }: CommandContext,
): Promise<CallInput<'capture.script'>['destination']> {
  const saved = namesDestination(options)
    ? undefined
    : await savedSpec(options.name, engine, world.interrupted);
  const { destination, warnings } = await placeOf(options, engine, world, saved);
  for (const warning of warnings) world.err(`warning: ${warning}\n`);
  return destination;
}

function isNamed(table: CapturedTable, schema: string | undefined, name: string): boolean {
  return table.name === name && (schema === undefined || table.schema === schema);
}

function hoursOf(option: boolean | string): number {
  if (typeof option === 'boolean') return KEEP_HOURS;
  const hours = /^\d{1,5}(?:\.\d{1,3})?$/.test(option) ? Number(option) : Number.NaN;
  if (!Number.isNaN(hours)) return hours;
  throw new AppError('CONFIG_USAGE', `--remove-replaced: "${option}" is not a number of hours`);
}

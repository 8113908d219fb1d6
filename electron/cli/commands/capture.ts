import type { Command } from 'commander';
import type { CaptureStatus, TableProgress } from '../../contract/capture-status.ts';
import { exitCodeOf } from '../../contract/error-table.ts';
import { formatBytes, formatDuration, formatExact, formatRows } from '../amounts.ts';
import { callEngine } from '../call-engine.ts';
import { captureMetricsText } from '../capture/metrics.ts';
import {
  addSavedJobOptions,
  isOfFile,
  refuseOther,
  withSavedJob,
  type SavedJobOptions,
} from '../capture/saved-job.ts';
import type { CommandContext } from '../command-context.ts';
import { addConfOption, lendConf } from '../conf-file.ts';
import { errorText } from '../human-reporter.ts';
import { finishedWithoutRun, jsonLine } from '../json-lines.ts';
import { createTextTable, type TextColumn } from '../text-table.ts';
import { withoutControls } from '../text-width.ts';
import { withEngine } from '../with-engine.ts';
import { addCaptureReading } from './capture-reading.ts';
import { addCaptureReread } from './capture-reread.ts';
import { addCaptureStart } from './capture-start.ts';

interface StatusOptions extends Partial<SavedJobOptions> {
  readonly prometheus?: boolean;
}

const COLUMNS: readonly TextColumn[] = [
  { title: 'Job', align: 'left' },
  { title: 'Phase', align: 'left' },
  { title: 'Process', align: 'left' },
  { title: 'Durable', align: 'left' },
  { title: 'Behind', align: 'right' },
  { title: 'Seconds', align: 'right' },
  { title: 'Held', align: 'right' },
  { title: 'Changes', align: 'right' },
  { title: 'Objects', align: 'right' },
  { title: 'Slot', align: 'left' },
];

/** `sluice capture …`: the changes of tables, as files. */
export function addCapture(program: Command, context: CommandContext): void {
  const capture = program
    .command('capture')
    .description('write every change of tables to S3 or a folder, each once, from a snapshot on');
  addCaptureStart(capture, context);
  addStatus(capture, context);
  addAsk(capture, context, 'stop', 'end a job that another process of this machine runs, in good order');
  addAsk(capture, context, 'pause', 'let a job wait: the server keeps the WAL until it is resumed');
  addAsk(capture, context, 'resume', 'let a paused job go on');
  addCaptureReread(capture, context);
  addDrop(capture, context);
  addRemove(capture, context);
  addCaptureReading(capture, context);
}

function addStatus(capture: Command, context: CommandContext): void {
  const { world } = context;
  const command = capture
    .command('status')
    .alias('list')
    .description(
      'show the saved jobs of this machine, or one of them; ends with an error code when it has failed',
    )
    .option('--name <job>', 'only this job');
  addConfOption(command, 'job')
    .option('--json', 'write one JSON event a line to stdout: capture, finished')
    .option('--prometheus', 'write metrics in the text format of Prometheus to stdout')
    .action(async (options: StatusOptions) => {
      const startedMs = world.monotonicMs();
      const { name } = options;
      const captures = await withEngine(world, async (engine) => {
        const conf = await lendConf(options, engine, world);
        if (name === undefined) {
          const all = (await callEngine(engine, 'capture.list', {}, world.interrupted)).captures;
          return conf === undefined ? all : all.filter(({ spec }) => isOfFile(spec, conf));
        }
        const { status } = await callEngine(engine, 'capture.status', { name }, world.interrupted);
        if (conf !== undefined) refuseOther(status.spec, conf);
        return [status];
      });
      if (options.prometheus === true) world.out(captureMetricsText(captures));
      else if (options.json === true) {
        for (const status of captures) world.out(jsonLine({ type: 'capture', ...status }));
        const durationMs = world.monotonicMs() - startedMs;
        world.out(jsonLine(finishedWithoutRun('succeeded', durationMs, { rows: captures.length })));
      } else showText(captures, context);
      const failed = captures.find(({ phase }) => phase === 'failed');
      if (name !== undefined && failed?.lastError) context.exitWith(exitCodeOf(failed.lastError.error.code));
    });
}

function showText(captures: readonly CaptureStatus[], { world }: CommandContext): void {
  if (captures.length === 0) return world.err('There are no saved captures\n');
  const rows = captures.map(rowOf);
  const table = createTextTable(COLUMNS, rows);
  world.out(table.header() + table.rows(rows));
  for (const { name, lastError, notes, snapshotTables } of captures) {
    for (const progress of snapshotTables.reading ?? []) world.out(`\n${name}: ${progressText(progress)}\n`);
    for (const note of notes) world.out(`\n${name}: ${note}\n`);
    if (lastError !== null)
      world.out(`\n${name}: last error, ${lastError.at}\n${errorText(lastError.error)}\n`);
  }
}

/** How far the snapshot of a table is. */
function progressText({ table, done, all, rows, paused }: TableProgress): string {
  const name = withoutControls(`${table.schema}.${table.name}`);
  return `snapshot of ${name}: ${formatExact(done)} of ${formatExact(all)} ranges, ${formatRows(rows)}${paused === true ? ', paused' : ''}`;
}

function rowOf(status: CaptureStatus): string[] {
  const { lagBytes, lagSeconds, heldBytes } = status;
  return [
    status.name,
    status.phase,
    status.process === null ? '' : String(status.process.pid),
    status.marks.durable ?? '',
    lagBytes === null ? '' : formatBytes(lagBytes),
    lagSeconds === null ? '' : formatDuration(lagSeconds * 1_000),
    heldBytes === null ? '' : formatBytes(heldBytes),
    formatExact(status.changes),
    formatExact(status.objects),
    status.slot,
  ];
}

function addAsk(
  capture: Command,
  context: CommandContext,
  ask: 'stop' | 'pause' | 'resume',
  description: string,
): void {
  const { world } = context;
  addSavedJobOptions(capture.command(ask).description(description))
    .option('--json', 'write one JSON event a line to stdout: capture, finished')
    .action(async (options: SavedJobOptions) => {
      const { name, json } = options;
      const startedMs = world.monotonicMs();
      const status = await withSavedJob(options, world, (engine) =>
        callEngine(engine, `capture.${ask}`, { name }, world.interrupted),
      );
      if (json === true) {
        world.out(jsonLine({ type: 'capture', ...status }));
        world.out(jsonLine(finishedWithoutRun('succeeded', world.monotonicMs() - startedMs)));
        return;
      }
      world.err(`${name} is ${status.phase}; durable up to ${status.marks.durable ?? 'nothing'}\n`);
      for (const note of status.notes) world.err(`note: ${note}\n`);
    });
}

function addDrop(capture: Command, context: CommandContext): void {
  const { world } = context;
  const command = capture
    .command('drop')
    .description('drop the slot of a job, and its publication where Sluice has made it; the files stay');
  addSavedJobOptions(command)
    .option('--json', 'write one JSON event a line to stdout: dropped, finished')
    .action(async (options: SavedJobOptions) => {
      const { name, json } = options;
      const startedMs = world.monotonicMs();
      const { dropped } = await withSavedJob(options, world, async (engine) => {
        const { status } = await callEngine(engine, 'capture.status', { name }, world.interrupted);
        return await callEngine(engine, 'capture.drop', { name, confirm: status.slot }, world.interrupted);
      });
      if (json === true) {
        for (const what of dropped) world.out(jsonLine({ type: 'dropped', what }));
        world.out(jsonLine(finishedWithoutRun('succeeded', world.monotonicMs() - startedMs)));
      } else
        world.err(
          dropped.length === 0 ? 'There was nothing to drop\n' : `Dropped ${dropped.join(' and ')}\n`,
        );
    });
}

function addRemove(capture: Command, context: CommandContext): void {
  const { world } = context;
  addSavedJobOptions(
    capture.command('remove').description('forget a saved job; slot, publication and files stay'),
  ).action(async (options: SavedJobOptions) => {
    const { name } = options;
    await withSavedJob(options, world, (engine) =>
      callEngine(engine, 'capture.remove', { name }, world.interrupted),
    );
    world.err(`Forgotten: ${name}\n`);
  });
}

import type { Command } from 'commander';
import type { WalRecord, WalStat } from '../../contract/wal-inspect.ts';
import { formatBytes, formatExact } from '../amounts.ts';
import { parseByteSize } from '../byte-size.ts';
import { callEngine } from '../call-engine.ts';
import type { CommandContext } from '../command-context.ts';
import { finishedWithoutRun, jsonLine } from '../json-lines.ts';
import { addSourceOptions, resolveSource, type SourceOptions } from '../source-options.ts';
import { createTextTable, type TextColumn } from '../text-table.ts';
import { withoutControls } from '../text-width.ts';
import { parseWholeNumber } from '../whole-number.ts';
import { withEngine } from '../with-engine.ts';

interface InspectOptions extends SourceOptions {
  readonly from?: string;
  readonly upto?: string;
  readonly bytes: string;
  readonly seconds: string;
  readonly json?: boolean;
}

function addInspectOptions(command: Command): Command {
  return addSourceOptions(command)
    .optionsGroup('What is read:')
    .option('--from <lsn>', 'from this position (default: --bytes before the end)')
    .option('--upto <lsn>', 'to this position (default: the end of the WAL)')
    .option('--bytes <bytes>', 'bytes of WAL at the most, such as 16MB', '1MB')
    .option('--seconds <count>', 'seconds for the server at the most', '15')
    .optionsGroup('Output:');
}

function rangeOf({ from, upto, bytes, seconds }: InspectOptions) {
  return {
    ...(from === undefined ? {} : { fromLsn: from }),
    ...(upto === undefined ? {} : { uptoLsn: upto }),
    bytes: parseByteSize(bytes, '--bytes'),
    seconds: parseWholeNumber(seconds, '--seconds', 1, 600),
  };
}

/** `sluice wal records`: the WAL as it lies on the disk, by pg_walinspect. */
export function addWalRecords(wal: Command, { world }: CommandContext): void {
  addInspectOptions(
    wal.command('records').description('show records of the WAL (needs pg_walinspect, Postgres 15 or later)'),
  )
    .option('--limit <count>', 'records at the most', '100')
    .option('--json', 'write one JSON event a line to stdout: range, record, finished')
    .action(async (options: InspectOptions & { readonly limit: string }) => {
      const startedMs = world.monotonicMs();
      const limit = parseWholeNumber(options.limit, '--limit', 1, 10_000);
      const { records, more, ...range } = await withEngine(world, async (engine) => {
        const { connectionId } = await resolveSource(options, engine, world);
        const input = { connectionId, ...rangeOf(options), limit };
        return await callEngine(engine, 'wal.records', input, world.interrupted);
      });
      if (options.json === true) {
        world.out(jsonLine({ type: 'range', ...range, more }));
        for (const { type, ...record } of records)
          world.out(jsonLine({ type: 'record', recordType: type, ...record }));
        const durationMs = world.monotonicMs() - startedMs;
        return world.out(jsonLine(finishedWithoutRun('succeeded', durationMs, { rows: records.length })));
      }
      world.err(`${formatBytes(range.bytes)} of WAL from ${range.fromLsn} to ${range.uptoLsn}\n`);
      world.out(records.map(recordLine).join(''));
      if (more) world.err('There are more: raise --limit, or begin later with --from\n');
    });
}

/** `sluice wal stats`: what the WAL is made of. */
export function addWalStats(wal: Command, { world }: CommandContext): void {
  addInspectOptions(
    wal
      .command('stats')
      .description('show what the WAL is made of (needs pg_walinspect, Postgres 15 or later)'),
  )
    .option('--per-record', 'by the type of the record, and not only by what wrote it')
    .option('--json', 'write one JSON event a line to stdout: range, stat, finished')
    .action(async (options: InspectOptions & { readonly perRecord?: boolean }) => {
      const startedMs = world.monotonicMs();
      const { stats, ...range } = await withEngine(world, async (engine) => {
        const { connectionId } = await resolveSource(options, engine, world);
        const input = { connectionId, ...rangeOf(options), perRecord: options.perRecord === true };
        return await callEngine(engine, 'wal.stats', input, world.interrupted);
      });
      if (options.json === true) {
        world.out(jsonLine({ type: 'range', ...range }));
        for (const stat of stats) world.out(jsonLine({ type: 'stat', ...stat }));
        const durationMs = world.monotonicMs() - startedMs;
        return world.out(jsonLine(finishedWithoutRun('succeeded', durationMs, { rows: stats.length })));
      }
      world.err(`${formatBytes(range.bytes)} of WAL from ${range.fromLsn} to ${range.uptoLsn}\n`);
      const rows = stats.map(statRow);
      const table = createTextTable(STAT_COLUMNS, rows);
      world.out(table.header() + table.rows(rows));
    });
}

function recordLine({ lsn, xid, manager, type, bytes, description, blocks }: WalRecord): string {
  const text = [lsn, xid === 0 ? '-' : xid, `${manager}/${type}`, `${bytes} B`, description, blocks]
    .filter((part) => part !== '')
    .join('  ');
  return `${withoutControls(text)}\n`;
}

const STAT_COLUMNS: readonly TextColumn[] = [
  { title: 'Written by', align: 'left' },
  { title: 'Records', align: 'right' },
  { title: 'Bytes', align: 'right' },
  { title: 'Page images', align: 'right' },
  { title: 'Share', align: 'right' },
];

function statRow({ name, records, recordBytes, imageBytes, share }: WalStat): string[] {
  return [
    name,
    formatExact(records),
    formatBytes(recordBytes),
    formatBytes(imageBytes),
    `${(share * 100).toFixed(1)} %`,
  ];
}

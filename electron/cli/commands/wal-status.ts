import type { Command } from 'commander';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../contract/app-error.ts';
import { exitCodeOf } from '../../contract/error-table.ts';
import type { GuardedSlot, WalStatus } from '../../contract/wal.ts';
import type { Engine } from '../../engine/engine-api.ts';
import { formatBytes, formatDuration } from '../amounts.ts';
import { parseByteSize } from '../byte-size.ts';
import { callEngine } from '../call-engine.ts';
import type { CommandContext } from '../command-context.ts';
import { finishedWithoutRun, jsonLine } from '../json-lines.ts';
import { prometheusText } from '../prometheus.ts';
import { addSourceOptions, resolveSource, type SourceOptions } from '../source-options.ts';
import { createTextTable, type TextColumn } from '../text-table.ts';
import { parseWholeNumber } from '../whole-number.ts';
import { withEngine } from '../with-engine.ts';

interface StatusOptions extends SourceOptions {
  readonly slot?: string;
  readonly limit?: string;
  readonly seconds: string;
  readonly diskLimit?: string;
  readonly json?: boolean;
  readonly prometheus?: boolean;
}

const COLUMNS: readonly TextColumn[] = [
  { title: 'Level', align: 'left' },
  { title: 'Slot', align: 'left' },
  { title: 'Type', align: 'left' },
  { title: 'Database', align: 'left' },
  { title: 'Active', align: 'left' },
  { title: 'restart_lsn', align: 'left' },
  { title: 'confirmed_flush', align: 'left' },
  { title: 'Held', align: 'right' },
  { title: 'Growth', align: 'right' },
  { title: 'Limit in', align: 'right' },
  { title: 'wal_status', align: 'left' },
];

/** `sluice wal status`: every slot with the guardian's verdict; ends with 5 when one of them is in danger. */
export function addWalStatus(wal: Command, context: CommandContext): void {
  const { world } = context;
  const command = wal
    .command('status')
    .description('list replication slots, what each holds back, and how long that lasts');
  addSourceOptions(command)
    .optionsGroup('What is shown:')
    .option('--slot <name>', 'only this slot')
    .option('--limit <count>', 'at most so many slots, those that hold the most first')
    .option('--seconds <count>', 'measure growth over so many seconds; 0 measures none', '2')
    .option('--disk-limit <bytes>', 'what the disk of the WAL can still take, such as 50GB')
    .optionsGroup('Output:')
    .option('--json', 'write one JSON event a line to stdout: server, slot, finished')
    .option('--prometheus', 'write metrics in the text format of Prometheus to stdout')
    .addHelpText('after', '\nEnds with 5 when a slot is in danger, for monitoring.')
    .action(async (options: StatusOptions) => {
      const startedMs = world.monotonicMs();
      const status = await withEngine(world, (engine) => measure(engine, options, context));
      const slots = chosen(status, options);
      if (options.prometheus === true) world.out(prometheusText({ ...status, slots }));
      else if (options.json === true) showJson(status, slots, world.monotonicMs() - startedMs, context);
      else showText(status, slots, context);
      if (slots.some(({ health }) => health.level === 'danger')) context.exitWith(exitCodeOf('SLOT_AT_RISK'));
    });
}

/** Growth takes two looks. */
async function measure(
  engine: Engine,
  options: StatusOptions,
  { world }: CommandContext,
): Promise<WalStatus> {
  const seconds = parseWholeNumber(options.seconds, '--seconds', 0, 3_600);
  const diskLimitBytes =
    options.diskLimit === undefined ? undefined : parseByteSize(options.diskLimit, '--disk-limit');
  const { connectionId, warnings } = await resolveSource(options, engine, world);
  for (const warning of warnings) world.err(`warning: ${warning}\n`);
  const input = { connectionId, ...(diskLimitBytes === undefined ? {} : { diskLimitBytes }) };
  const first = await callEngine(engine, 'wal.status', input, world.interrupted);
  if (seconds === 0 || first.slots.length === 0) return first;
  await sleep(seconds * 1_000, undefined, { signal: world.interrupted });
  return await callEngine(engine, 'wal.status', input, world.interrupted);
}

/** @throws AppError `SLOT_NOT_FOUND` */
function chosen({ slots }: WalStatus, { slot, limit }: StatusOptions): readonly GuardedSlot[] {
  const most = limit === undefined ? slots.length : parseWholeNumber(limit, '--limit', 1, 1_000_000);
  const found = slot === undefined ? slots : slots.filter(({ name }) => name === slot);
  if (slot !== undefined && found.length === 0) {
    throw new AppError('SLOT_NOT_FOUND', `There is no replication slot "${slot}".`);
  }
  return found.toSorted((a, b) => (b.retainedBytes ?? 0) - (a.retainedBytes ?? 0)).slice(0, most);
}

function showJson(
  status: WalStatus,
  slots: readonly GuardedSlot[],
  durationMs: number,
  { world }: CommandContext,
): void {
  const { at, server, walBytesPerSecond } = status;
  world.out(jsonLine({ type: 'server', at, ...server, walBytesPerSecond }));
  for (const { type, ...slot } of slots) world.out(jsonLine({ type: 'slot', slotType: type, ...slot }));
  world.out(jsonLine(finishedWithoutRun('succeeded', durationMs, { rows: slots.length })));
}

function showText(status: WalStatus, slots: readonly GuardedSlot[], { world }: CommandContext): void {
  const { server, walBytesPerSecond } = status;
  const rate = walBytesPerSecond === null ? '' : `, ${formatBytes(walBytesPerSecond)}/s of WAL`;
  world.err(
    `Postgres ${server.version}${server.standby ? ' (standby)' : ''}, wal_level ${server.walLevel}, at ${server.currentLsn}${rate}\n`,
  );
  if (slots.length === 0) return world.err('There are no replication slots\n');
  const rows = slots.map(rowOf);
  const table = createTextTable(COLUMNS, rows);
  world.out(table.header() + table.rows(rows));
  for (const { name, health } of slots) {
    for (const { level, text, advice, sql } of health.findings) {
      world.out(`\n${level === 'ok' ? 'note' : level}: ${name}: ${text}\n  ${advice}\n`);
      if (sql !== null) world.out(`  ${sql}\n`);
    }
  }
}

function rowOf(slot: GuardedSlot): string[] {
  const { health } = slot;
  const growth = health.growthBytesPerSecond;
  return [
    health.level,
    slot.name,
    slot.plugin ?? slot.type,
    slot.database ?? '',
    slot.active ? (slot.activeBy ?? 'yes') : 'no',
    slot.restartLsn ?? '',
    slot.confirmedFlushLsn ?? '',
    slot.retainedBytes === null ? '' : formatBytes(slot.retainedBytes),
    growth === null ? '' : `${growth < 0 ? '-' : ''}${formatBytes(Math.abs(growth))}/s`,
    health.secondsToLimit === null ? '' : formatDuration(health.secondsToLimit * 1_000),
    slot.walStatus ?? '',
  ];
}

/** Opens readers: one READ ONLY transaction, one snapshot, one plan. */
import { AppError } from '../../contract/app-error.ts';
import type { Selection } from '../../contract/selection.ts';
import type { ConnectionAccess, RowReader, RowSource } from '../ports.ts';
import type { ReadLimits, ReadOptions } from '../reading-state.ts';
import { cancellable } from './cancellable.ts';
import { CopyReader } from './copy-reader.ts';
import type { WatermarkReading } from '../watermark/watermark-facts.ts';
import { readRunning } from './open-sessions.ts';
import { joinAll, joinSnapshot } from './join-snapshot.ts';
import { inLockedSnapshot } from './locked-snapshot.ts';
import { findSelection, planRead } from './plan-read.ts';
import { throughPooler } from './pooled-options.ts';
import { narrowed, readWatermark } from './read-watermark.ts';
import { Session } from './session.ts';

/** The {@link RowSource} for Postgres. */
export function postgresRows(limits: ReadLimits): RowSource {
  return {
    async open(access, selection, options, signal) {
      const session = await Session.open(access, signal);
      try {
        return await cancellable(session, signal, () =>
          begin(session, access, selection, options, limits, signal),
        );
      } catch (error) {
        await session.cancel();
        throw error;
      }
    },
  };
}

/** Times that the connections of a run are opened: each one in vain means that somebody waited to change a table. */
const ATTEMPTS = 20;

async function begin(
  holder: Session,
  access: ConnectionAccess,
  selection: Selection,
  asked: ReadOptions,
  limits: ReadLimits,
  signal: AbortSignal,
): Promise<RowReader> {
  const options = throughPooler(holder, asked);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    if (attempt > 1) await holder.begin('read');
    const { result, snapshot } = await planSnapshot(holder, access, selection, options, limits, signal);
    const { watermark, read } = result;
    const { silenceMs } = limits;
    const shared =
      read.workers > 1 ? { holder, name: await exportSnapshot(holder), select: snapshot.select } : undefined;
    const joined =
      shared === undefined
        ? []
        : await joinAll(read.workers, () => joinSnapshot(access, shared, silenceMs, signal));
    if (joined === undefined) continue;
    return new CopyReader({ holder, shared, joined, snapshot, access, silenceMs, watermark, ...read });
  }
  throw new AppError(
    'SOURCE_LOCK_TIMEOUT',
    'Others kept waiting to change a table while its readers were started.',
  );
}

async function planSnapshot(
  holder: Session,
  access: ConnectionAccess,
  selection: Selection,
  options: ReadOptions,
  limits: ReadLimits,
  signal: AbortSignal,
) {
  return await inLockedSnapshot(
    holder,
    async () => ({
      // Before the snapshot: a transaction that commits between the two would be in neither.
      running: options.watermark === undefined ? undefined : await readRunning(holder),
      select: (await findSelection(holder, selection)).query,
    }),
    async ({ running }) => {
      const watermark =
        options.watermark === undefined || running === undefined
          ? undefined
          : await readWatermark(holder, selection, options.watermark, running);
      const read = await planRead(
        holder,
        access,
        watermark === undefined ? selection : narrowed(selection, watermark),
        watermark === undefined ? options : { ...options, ...narrowOptions(watermark) },
        limits,
      );
      return { watermark, read };
    },
    signal,
  );
}

/** What is new lies together, where an index finds it: ranges of blocks would each look through their part of the table. */
function narrowOptions({ plan, facts }: WatermarkReading): Partial<ReadOptions> {
  const found = facts.indexed && plan.decision.condition !== null && plan.decision.condition !== 'nothing';
  return found && plan.decision.condition.lower !== null ? { single: 'narrowed' } : {};
}

async function exportSnapshot(holder: Session): Promise<string> {
  const [row] = await holder.query<{ id: string }>('SELECT pg_catalog.pg_export_snapshot() AS id');
  return row?.id ?? '';
}

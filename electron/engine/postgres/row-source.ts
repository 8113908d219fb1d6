/** Opens readers: one READ ONLY transaction, one snapshot, one plan. */
import type { Selection } from '../../contract/selection.ts';
import type { ConnectionAccess, RowReader, RowSource } from '../ports.ts';
import type { ReadLimits, ReadOptions } from '../reading-state.ts';
import { cancellable } from './cancellable.ts';
import { CopyReader } from './copy-reader.ts';
import type { WatermarkReading } from '../watermark/watermark-facts.ts';
import { readRunning } from './open-sessions.ts';
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
        return await cancellable(session, signal, () => begin(session, access, selection, options, limits));
      } catch (error) {
        await session.cancel();
        throw error;
      }
    },
  };
}

async function begin(
  holder: Session,
  access: ConnectionAccess,
  selection: Selection,
  asked: ReadOptions,
  limits: ReadLimits,
): Promise<RowReader> {
  const options = throughPooler(holder, asked);
  const {
    result: { watermark, read },
    snapshot,
  } = await inLockedSnapshot(
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
  );
  const { plan, ranges, workers, selectRange, table } = read;
  const exported = workers > 1 ? await exportSnapshot(holder) : undefined;
  return new CopyReader({
    holder,
    exported,
    snapshot,
    access,
    silenceMs: limits.silenceMs,
    plan,
    ranges,
    workers,
    selectRange,
    table,
    watermark,
  });
}

/** What is new lies together, where an index finds it: ranges of blocks would each look through their part of the table. */
function narrowOptions({ plan, facts }: WatermarkReading): Partial<ReadOptions> {
  const found = facts.indexed && plan.decision.condition !== null && plan.decision.condition !== 'nothing';
  return found && plan.decision.condition.lower !== null ? { single: 'narrowed' } : {};
}

async function exportSnapshot(holder: Session): Promise<string> {
  const [row] = await holder.query<{ id: string }>('SELECT pg_export_snapshot() AS id');
  return row?.id ?? '';
}

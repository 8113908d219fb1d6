/** Reads what a table has in a snapshot, as the stream would have said it: one insert for each row. */
import { AppError } from '../../contract/app-error.ts';
import type { CapturedTable } from '../../contract/capture-spec.ts';
import type { ExportedSnapshot, SnapshotRows } from '../capture/capture-source.ts';
import type { Change, TableShape } from '../capture/change.ts';
import type { ShapeBook } from '../capture/shape-book.ts';
import type { Tuple } from '../decode/pgoutput/tuple.ts';
import type { ConnectionAccess } from '../ports.ts';
import type { ReadLimits } from '../reading-state.ts';
import { cancellable } from './cancellable.ts';
import { joinSnapshot, readLane, type LaneContext } from './capture-lane.ts';
import { assertNotRewritten, readPublishedTable } from './capture-table.ts';
import { mergeLanes } from './merge-lanes.ts';
import { planRanges, type RangePlan } from './plan-ranges.ts';
import type { Session } from './session.ts';

export interface TableRequest {
  readonly table: CapturedTable;
  readonly publication: string;
  readonly snapshot: ExportedSnapshot;
  readonly workers: number | undefined;
}

export type CaptureReadLimits = Pick<ReadLimits, 'cores' | 'minRangeBytes' | 'maxRangeBytes'>;

/** The most connections where the job does not say. */
const MOST_BY_DEFAULT = 4;

/**
 * Memory: two buffers for each connection, see `CopyTap`.
 * @throws AppError of the SOURCE_ and SLOT_ families
 */
export async function* readTable(
  access: ConnectionAccess,
  request: TableRequest,
  shapes: ShapeBook,
  limits: CaptureReadLimits,
  signal: AbortSignal,
): AsyncGenerator<SnapshotRows> {
  const { table, snapshot } = request;
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  try {
    const first = await joinSnapshot(access, snapshot, either);
    const { published, ranges, workers } = await plan(first, request, shapes, limits, either);
    const { shape } = published;
    const context: LaneContext = { access, table, snapshot, published, ranges: [...ranges], signal: either };
    const lanes = Array.from({ length: workers }, (_, lane) =>
      readLane(context, lane === 0 ? first : undefined),
    );
    for await (const rows of mergeLanes(lanes)) yield { shape, rows: changesOf(rows, shape, snapshot.lsn) };
  } catch (error) {
    // The others stop at once, and do not read on until they are asked to end.
    over.abort(error);
    throw alteredSince(error, table);
  } finally {
    over.abort();
  }
}

async function plan(
  session: Session,
  { table, publication, workers }: TableRequest,
  shapes: ShapeBook,
  limits: CaptureReadLimits,
  signal: AbortSignal,
) {
  try {
    return await cancellable(session, signal, async () => {
      const published = await readPublishedTable(session, publication, table, shapes);
      await assertNotRewritten(session, table);
      const divided: RangePlan = await planRanges(
        session,
        table,
        { workers, mostByDefault: MOST_BY_DEFAULT, lowPriority: false, single: undefined, ranges: undefined },
        { ...limits, giveUpMs: 0, silenceMs: 0 },
      );
      return { published, ranges: divided.ranges, workers: Math.max(1, divided.workers) };
    });
  } catch (error) {
    session.destroy();
    throw error;
  }
}

function changesOf(rows: readonly Tuple[], shape: TableShape, lsn: bigint): Change[] {
  return rows.map((after) => ({
    kind: 'change',
    operation: 'read',
    shape,
    lsn,
    old: 'none',
    before: undefined,
    after,
  }));
}

/** The columns are those of the snapshot; the table has those of today. Another snapshot finds them the same. */
function alteredSince(error: unknown, { schema, name }: CapturedTable): unknown {
  const altered =
    error instanceof AppError && (error.code === 'SOURCE_NO_COLUMN' || error.code === 'SOURCE_NO_RELATION');
  if (!altered) return error;
  return new AppError(
    'SOURCE_SNAPSHOT_LOST',
    `The table "${schema}.${name}" was altered after the snapshot was taken.`,
    { cause: error },
  );
}

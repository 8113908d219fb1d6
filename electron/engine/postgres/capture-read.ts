/** Reads what a table has in a snapshot, as the stream would have said it: one insert for each row. */
import { AppError } from '../../contract/app-error.ts';
import type { CapturedTable } from '../../contract/capture-spec.ts';
import type { BegunReading, BlockStretch } from '../../contract/capture-log.ts';
import type { OpenedTable, SnapshotRows, TableRequest } from '../capture/capture-source.ts';
import type { Change, TableShape } from '../capture/change.ts';
import { decideCourse, wholeCourse, type ReadingPiece } from '../capture/reading-course.ts';
import type { ShapeBook } from '../capture/shape-book.ts';
import type { Tuple } from '../decode/pgoutput/tuple.ts';
import type { ConnectionAccess } from '../ports.ts';
import type { ReadLimits } from '../reading-state.ts';
import { cancellable } from './cancellable.ts';
import { joinSnapshot, readLane, type LaneContext } from './capture-lane.ts';
import { assertNotRewritten, readPublishedTable } from './capture-table.ts';
import { mergeLanes } from './merge-lanes.ts';
import { planRanges } from './plan-ranges.ts';
import { readReadingFacts } from './reading-facts.ts';
import type { Session } from './session.ts';

export type CaptureReadLimits = Pick<ReadLimits, 'cores' | 'minRangeBytes' | 'maxRangeBytes'>;

interface OpenRequest extends TableRequest {
  readonly timeline: number;
  readonly before: BegunReading | undefined;
}

/** The most connections where the job does not say. */
const MOST_BY_DEFAULT = 4;

/** The whole table. @throws AppError of the SOURCE_ and SLOT_ families, here and below */
export async function* readTable(
  access: ConnectionAccess,
  request: TableRequest,
  shapes: ShapeBook,
  limits: CaptureReadLimits,
  signal: AbortSignal,
): AsyncGenerator<SnapshotRows> {
  await using opened = await openTable(
    access,
    { ...request, timeline: 0, before: undefined },
    shapes,
    limits,
    signal,
  );
  yield* opened.read();
}

/** Memory: two buffers for each connection, see `CopyTap`. */
export async function openTable(
  access: ConnectionAccess,
  request: OpenRequest,
  shapes: ShapeBook,
  limits: CaptureReadLimits,
  signal: AbortSignal,
): Promise<OpenedTable> {
  const { table, snapshot } = request;
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const first = await joinSnapshot(access, snapshot, either);
  const { published, course, workers } = await plan(first, request, shapes, limits, either).catch(
    (error: unknown) => {
      throw alteredSince(error, table);
    },
  );
  const { shape } = published;
  return {
    course,
    async *read() {
      const pieces = [...course.pieces];
      const context: LaneContext = { access, table, snapshot, published, pieces, signal: either };
      const lanes = Array.from({ length: workers }, (_, lane) =>
        readLane(context, lane === 0 ? first : undefined),
      );
      try {
        for await (const { rows, finished } of mergeLanes(lanes))
          yield { shape, rows: changesOf(rows, shape, snapshot.lsn), finished: blocksOf(finished) };
      } catch (error) {
        // The others stop at once, and do not read on until they are asked to end.
        over.abort(error);
        throw alteredSince(error, table);
      }
    },
    [Symbol.asyncDispose]() {
      over.abort();
      // Where it was never read, nobody else ends it.
      first.destroy();
      return Promise.resolve();
    },
  };
}

async function plan(
  session: Session,
  { table, publication, workers, timeline, before }: OpenRequest,
  shapes: ShapeBook,
  limits: CaptureReadLimits,
  signal: AbortSignal,
) {
  try {
    return await cancellable(session, signal, async () => {
      const published = await readPublishedTable(session, publication, table, shapes);
      await assertNotRewritten(session, table);
      const cut = await planRanges(
        session,
        table,
        { workers, mostByDefault: MOST_BY_DEFAULT, lowPriority: false, single: undefined, ranges: undefined },
        { ...limits, giveUpMs: 0, silenceMs: 0 },
      );
      const ranges = cut.ranges.map(({ blocks }) => blocks);
      const facts =
        ranges.length === 1 && before === undefined
          ? undefined
          : await readReadingFacts(session, table, published, { identity: cut.identity, timeline });
      const course = facts === undefined ? wholeCourse(ranges) : decideCourse(ranges, facts, before);
      return { published, course, workers: Math.max(1, Math.min(cut.workers, course.pieces.length)) };
    });
  } catch (error) {
    session.destroy();
    throw error;
  }
}

/** What is only read again is not finished: it was before. */
function blocksOf(finished: ReadingPiece | undefined): BlockStretch | undefined {
  return finished?.changedSince === undefined ? (finished?.blocks ?? undefined) : undefined;
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

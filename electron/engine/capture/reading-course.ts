/**
 * What is to be read of a table: all of it, or what an interrupted reading has left. Its finished blocks stay, with the
 * rows that they had at the position of their snapshot: every change from the first of these positions on is in the log,
 * and so the last event of a key says what became of it, wherever its row lies now. See docs/decisions/15-capture.md.
 *
 * One thing the log does not tell: a stored value that an update did not touch (TOAST). A row that has moved, by such an
 * update, from blocks that were not read to blocks that were, would lack it. So of finished blocks the rows are read again
 * that transactions have written since; where nothing of the table is stored apart, not even these. Pure.
 */
import type { BegunReading, BlockStretch, TableReading } from '../../contract/capture-log.ts';
import { divided } from './block-stretches.ts';

/** What the server says of a table, in the snapshot that it is read in. */
export interface ReadingFacts {
  /** Rows are told apart by a key: only then an event can take the place of another one. */
  readonly keyed: boolean;
  /** See {@link TableReading}. */
  readonly identity: string;
  readonly timeline: number;
  /** The oldest transaction that the snapshot may not see, and the first that had not begun. */
  readonly oldestXid: bigint;
  readonly nextXid: bigint;
  /** Something of the table is stored apart from its rows. */
  readonly toasted: boolean;
}

/** Read as one. */
export interface ReadingPiece {
  /** Null: all of the table. */
  readonly blocks: BlockStretch | null;
  /** Only rows that transactions have written from this one on, of 64 bits; they do not count as finished. */
  readonly changedSince?: bigint | undefined;
}

export interface ReadingCourse {
  readonly pieces: readonly ReadingPiece[];
  /** What a partial snapshot says of it, but for its blocks; undefined where an interruption begins anew. */
  readonly begun: Omit<TableReading, 'blocks'> | undefined;
  /** What has been read before stays. */
  readonly resumed: boolean;
}

/** Ids of transactions are compared in a circle of 2^32, of which half lies before. Some room is left for the reading. */
const AGE_LIMIT = 2n ** 31n - 2n ** 28n;

/** All of the table, and an interruption begins anew. */
export function wholeCourse(ranges: readonly (BlockStretch | null)[]): ReadingCourse {
  return { pieces: ranges.map((blocks) => ({ blocks })), begun: undefined, resumed: false };
}

/**
 * @param ranges as the table is cut up now, without a gap; one null where it is not
 * @param before what is in the log of a reading that was interrupted
 */
export function decideCourse(
  ranges: readonly (BlockStretch | null)[],
  facts: ReadingFacts,
  before: BegunReading | undefined,
): ReadingCourse {
  const { keyed, identity, timeline, oldestXid } = facts;
  if (before === undefined || !canGoOn(facts, before)) {
    // Of a table that is read as one nothing could stay.
    if (!keyed || ranges.includes(null)) return wholeCourse(ranges);
    const begun = {
      identity,
      timeline,
      sinceXid: String(oldestXid),
      ranges: { done: 0, all: ranges.length },
    };
    return { ...wholeCourse(ranges), begun };
  }
  const parts = ranges.map((blocks) => divided(blocks ?? { from: 0, to: null }, before.blocks));
  const rest = parts.flatMap(({ outside }) => outside);
  const again = facts.toasted ? parts.flatMap(({ inside }) => inside) : [];
  const { sinceXid, ranges: counts } = before;
  const changedSince = BigInt(sinceXid);
  return {
    pieces: [...rest.map((blocks) => ({ blocks })), ...again.map((blocks) => ({ blocks, changedSince }))],
    begun: { identity, timeline, sinceXid, ranges: { done: counts.done, all: counts.done + rest.length } },
    resumed: true,
  };
}

function canGoOn(
  { keyed, identity, timeline, nextXid }: ReadingFacts,
  { identity: then, timeline: thenTimeline, sinceXid }: BegunReading,
): boolean {
  const age = nextXid - BigInt(sinceXid);
  return keyed && identity === then && timeline === thenTimeline && age >= 0n && age < AGE_LIMIT;
}

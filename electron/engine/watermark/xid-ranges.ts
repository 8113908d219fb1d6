/** Sets of transaction ids as ranges. Ids are of 64 bits; rows carry the lower 32 of them. */
import { XID_RANGES_MAX } from '../../contract/watermark-state.ts';

/** From the first to the last, both included. */
export type XidRange = readonly [bigint, bigint];

const EPOCH = 1n << 32n;

/** Ids below are not of transactions: 0 invalid, 1 bootstrap, 2 frozen. */
const FIRST_NORMAL = 3n;

/**
 * Transactions that can be given an id between a snapshot and the moment that a row is read, and still be seen on it:
 * COPY FREEZE writes rows that every snapshot sees.
 */
export const XID_SLACK = 1n << 24n;

/** Ids further back than this are compared wrongly by the server, whose arithmetic is of 32 bits with a sign. */
export const XID_HORIZON = (1n << 31n) - XID_SLACK;

/**
 * The id of 64 bits of a row's `xmin`, seen while `ceiling` was the next id to be given out; undefined for bootstrap and
 * frozen rows. A row that was frozen keeps its number, so one from a whole epoch ago reads like one of today: no server
 * tells them apart.
 */
export function fullXid(xmin: bigint, ceiling: bigint): bigint | undefined {
  if (xmin < FIRST_NORMAL) return undefined;
  const highest = ceiling + XID_SLACK;
  const inEpoch = highest - (highest % EPOCH) + xmin;
  const full = inEpoch > highest ? inEpoch - EPOCH : inEpoch;
  return full < 0n ? undefined : full;
}

/** The number of 32 bits that rows of this transaction carry. */
export function rowXid(full: bigint): bigint {
  return full % EPOCH;
}

/**
 * Ranges of ids in any order, as few as can be; undefined where they are more than a state keeps. Ids that only lie
 * near each other stay apart: the id between them can belong to a transaction, or a part of one, that is still running.
 */
export function toRanges(ids: Iterable<bigint>, limit = XID_RANGES_MAX): readonly XidRange[] | undefined {
  const sorted = [...new Set(ids)].toSorted((a, b) => (a < b ? -1 : 1));
  const ranges: [bigint, bigint][] = [];
  for (const id of sorted) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] + 1n === id) last[1] = id;
    else if (ranges.length === limit) return undefined;
    else ranges.push([id, id]);
  }
  return ranges;
}

/** Ranges as rows show them: those over the end of an epoch are two. */
export function toRowRanges(ranges: readonly XidRange[]): readonly XidRange[] {
  return ranges.flatMap(([first, last]): XidRange[] => {
    const [low, high] = [rowXid(first), rowXid(last)];
    if (low <= high) return [[low, high]];
    return [
      [low, EPOCH - 1n],
      [0n, high],
    ];
  });
}

/** True where the ranges, sorted as {@link toRanges} gives them, have the id. */
export function hasXid(ranges: readonly XidRange[], id: bigint): boolean {
  return ranges.some(([first, last]) => first <= id && id <= last);
}

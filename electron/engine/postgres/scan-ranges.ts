/**
 * How a table is cut up into what is read, written and, where need be, read again as one: by ranges of blocks (`ctid`),
 * which the server finds without an index and without reading what lies outside.
 * https://www.postgresql.org/docs/current/ddl-system-columns.html
 */
import type { ReadLimits, ReadRange } from '../reading-state.ts';

/** A table that has blocks of its own: the table itself, or one of its partitions. */
export interface Leaf {
  readonly blocks: number;
  /** Bytes of the blocks and of the values that are stored beside them (TOAST). */
  readonly bytes: number;
}

/** Ranges for each worker: more than one, so that a worker whose rows are slow does not hold up the others. */
const RANGES_PER_WORKER = 8;

/**
 * How many ranges a table of `bytes` is cut into. For one worker, as few as the largest size allows, because each range
 * begins an object: a table that fits into one stays one. For several, a handful each, none too small to be worth a
 * query and an object, and none so large that losing it hurts.
 */
export function rangeCount(
  bytes: number,
  workers: number,
  { minRangeBytes, maxRangeBytes }: Pick<ReadLimits, 'minRangeBytes' | 'maxRangeBytes'>,
): number {
  const largest = Math.ceil(bytes / maxRangeBytes);
  if (workers <= 1) return Math.max(1, largest);
  const size = Math.max(minRangeBytes, Math.min(maxRangeBytes, bytes / (workers * RANGES_PER_WORKER)));
  return Math.max(1, Math.floor(bytes / size));
}

/**
 * Ranges of blocks that cover all leaves, without a gap and without an overlap, and hold much the same number of bytes
 * each. A range is the same blocks of every leaf, since each counts its own from zero. The last one is open, because
 * the table may have grown since its size was asked for.
 */
export function cutRanges(leaves: readonly Leaf[], count: number): ReadRange[] {
  const total = bytesBelow(leaves, Infinity);
  const cuts = new Set<number>();
  for (let i = 1; i < count; i++) cuts.add(blockAt(leaves, (total * i) / count));
  const last = Math.max(0, ...leaves.map(({ blocks }) => blocks));
  const bounds = [0, ...[...cuts].filter((cut) => cut > 0 && cut < last).sort((a, b) => a - b)];
  return bounds.map((from, index) => ({
    number: index + 1,
    blocks: { from, to: bounds[index + 1] ?? null },
  }));
}

/** The condition that holds for the rows of one range, and of no other; undefined where it is all rows. */
export function rangeCondition({ blocks }: ReadRange): string | undefined {
  if (blocks === null) return undefined;
  const lower = `ctid OPERATOR(pg_catalog.>=) '(${blocks.from},0)'::pg_catalog.tid`;
  return blocks.to === null
    ? lower
    : `${lower} AND ctid OPERATOR(pg_catalog.<) '(${blocks.to},0)'::pg_catalog.tid`;
}

/** Bytes of all leaves before this block. */
function bytesBelow(leaves: readonly Leaf[], block: number): number {
  return leaves.reduce(
    (sum, leaf) => sum + (leaf.blocks === 0 ? 0 : leaf.bytes * Math.min(1, block / leaf.blocks)),
    0,
  );
}

/** The first block before which there are so many bytes. */
function blockAt(leaves: readonly Leaf[], bytes: number): number {
  let low = 0;
  let high = Math.max(0, ...leaves.map(({ blocks }) => blocks));
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (bytesBelow(leaves, middle) < bytes) low = middle + 1;
    else high = middle;
  }
  return low;
}

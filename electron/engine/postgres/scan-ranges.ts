/**
 * How a table is cut up so that several connections can read it side by side: by ranges of blocks (`ctid`), which the
 * server finds without an index and without reading what lies outside.
 * https://www.postgresql.org/docs/current/ddl-system-columns.html
 */

/** Blocks from `from`, up to but without `to`; without `to`, up to the end of the table, wherever that is. */
export interface ScanRange {
  readonly from: number;
  readonly to: number | undefined;
}

/** Ranges for each worker: more than one, so that a worker whose rows are slow does not hold up the others. */
const RANGES_PER_WORKER = 8;

/** Blocks that are worth a query of their own (8 MB at the usual block size). */
const MIN_BLOCKS = 1_024;

/**
 * Ranges that cover a table of `blocks` blocks, without a gap and without an overlap. The last one is open, because the
 * table may have grown since its size was asked for.
 */
export function scanRanges(blocks: number, workers: number): ScanRange[] {
  const count = Math.max(1, Math.min(workers * RANGES_PER_WORKER, Math.floor(blocks / MIN_BLOCKS)));
  const size = Math.ceil(blocks / count);
  return Array.from({ length: count }, (_, index) => ({
    from: index * size,
    to: index === count - 1 ? undefined : (index + 1) * size,
  }));
}

/** The condition that holds for the rows of one range, and of no other. */
export function rangeCondition({ from, to }: ScanRange): string {
  const lower = `ctid >= '(${from},0)'::tid`;
  return to === undefined ? lower : `${lower} AND ctid < '(${to},0)'::tid`;
}

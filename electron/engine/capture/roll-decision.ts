/** When a set of objects ends. Pure. */

export interface RollLimits {
  readonly rollBytes: number;
  readonly rollRows: number;
  readonly rollSeconds: number;
}

/** An object that is being written. */
export interface OpenSize {
  /** After compression, as far as it can be told. */
  readonly bytes: number;
  readonly rows: number;
}

/** What has come since the last roll. */
export interface RollState {
  readonly objects: Iterable<OpenSize>;
  /** Milliseconds since its first change; undefined where there is none. */
  readonly ageMs: number | undefined;
  /** True where an object of it had to end before the transaction did. */
  readonly cut: boolean;
  /** True where the destination is so far behind that the age of a roll is its own affair. */
  readonly behind: boolean;
}

/**
 * Rolls that are on their way, from which on time ends no further one. A destination that is away for an hour would
 * otherwise find thousands of objects of a second each waiting for it, and read them in one request after the other.
 */
const ROLLS_ON_THEIR_WAY = 4;

/** @param outstanding rolls that have ended and are not durable */
export function isBehind(outstanding: number): boolean {
  return outstanding >= ROLLS_ON_THEIR_WAY;
}

/**
 * A transaction may take an object this much over its limits before it is cut: most end soon after, and a cut leaves a
 * small object behind.
 */
const SLACK = 1.5;

/** Objects of one table in one roll, and the rows that each one behind them has at least. */
const MANY_PARTS = 256;
const ROWS_BEHIND_MANY = 1_000;

/**
 * Rows after which an object ends that has so many before it in its roll or snapshot. A transaction of a million rows with
 * a limit of one would otherwise be a million objects, each with three requests and a place in the checkpoint.
 * @param part from 1
 */
export function rowLimit(part: number, { rollRows }: Pick<RollLimits, 'rollRows'>): number {
  return part <= MANY_PARTS ? rollRows : Math.max(rollRows, ROWS_BEHIND_MANY);
}

/** Whether the roll ends at the commit that was just reached. */
export function isRollDue({ objects, ageMs, cut, behind }: RollState, limits: RollLimits): boolean {
  if (ageMs === undefined) return false;
  if (cut || (!behind && ageMs >= limits.rollSeconds * 1000)) return true;
  for (const { bytes, rows } of objects)
    if (bytes >= limits.rollBytes || rows >= limits.rollRows) return true;
  return false;
}

/**
 * Whether an object ends inside of a transaction, which then goes on in another one of the same roll.
 * @param part which one of its table in this roll it will be, from 1
 */
export function isCutDue({ bytes, rows }: OpenSize, part: number, limits: RollLimits): boolean {
  return bytes >= limits.rollBytes * SLACK || rows >= rowLimit(part, limits) * SLACK;
}

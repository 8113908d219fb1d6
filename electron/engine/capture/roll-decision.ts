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
}

/**
 * A transaction may take an object this much over its limits before it is cut: most end soon after, and a cut leaves a
 * small object behind.
 */
const SLACK = 1.5;

/** Whether the roll ends at the commit that was just reached. */
export function isRollDue({ objects, ageMs, cut }: RollState, limits: RollLimits): boolean {
  if (ageMs === undefined) return false;
  if (cut || ageMs >= limits.rollSeconds * 1000) return true;
  for (const { bytes, rows } of objects)
    if (bytes >= limits.rollBytes || rows >= limits.rollRows) return true;
  return false;
}

/** Whether an object ends inside of a transaction, which then goes on in another one of the same roll. */
export function isCutDue({ bytes, rows }: OpenSize, limits: RollLimits): boolean {
  return bytes >= limits.rollBytes * SLACK || rows >= limits.rollRows * SLACK;
}

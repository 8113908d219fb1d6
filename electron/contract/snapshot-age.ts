/**
 * A snapshot that is held for long keeps vacuum from removing what has died since, in every table of the database.
 * https://www.postgresql.org/docs/current/routine-vacuuming.html
 */

/** Milliseconds from which a snapshot is called old. */
export const SNAPSHOT_OLD_MS = 30 * 60_000;

/**
 * How often a snapshot of this age has become worth a warning: at 30 minutes, and again whenever that has doubled.
 * @param heldMs milliseconds since the snapshot was taken
 */
export function snapshotWarnings(heldMs: number): number {
  return heldMs < SNAPSHOT_OLD_MS ? 0 : Math.floor(Math.log2(heldMs / SNAPSHOT_OLD_MS)) + 1;
}

/** What an old snapshot means, for people; undefined while it is not old. */
export function snapshotWarning(heldMs: number): string | undefined {
  if (heldMs < SNAPSHOT_OLD_MS) return undefined;
  const minutes = Math.floor(heldMs / 60_000);
  const age = minutes < 120 ? `${minutes} minutes` : `${Math.floor(minutes / 60)} hours`;
  return (
    `The snapshot has been held for ${age}. Until the run ends, vacuum cannot remove rows that have died meanwhile, ` +
    'so busy tables of this server grow (bloat).'
  );
}

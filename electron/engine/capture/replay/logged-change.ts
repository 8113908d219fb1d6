import type { OperationCounts } from '../../../contract/capture-log.ts';

/** A row by the names of its columns: Postgres's text, or null. Columns that are not known are not there. */
export type LoggedRow = ReadonlyMap<string, string | null>;

/** A change as an object of a capture has it. */
export interface LoggedChange {
  readonly operation: keyof OperationCounts;
  /** Of a row that a snapshot read, the position of the snapshot. */
  readonly commitLsn: bigint;
  /** What the files have of the old row: the columns of the replica identity, or all; undefined for nothing. */
  readonly before: LoggedRow | undefined;
  readonly after: LoggedRow | undefined;
  /** Columns that the update did not touch, and whose values are not known. */
  readonly unchanged: readonly string[];
}

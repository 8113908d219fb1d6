/** What the core asks of the server before it decides what an incremental run reads, and how it says what to read. */
import type { IncrementalProof, Position } from '../../contract/watermark-state.ts';
import type { WatermarkKind } from '../../contract/watermark-spec.ts';
import type { XidRange } from './xid-ranges.ts';

/** A session that has a transaction open, and so may still commit rows. */
export interface OpenSession {
  readonly pid: number;
  readonly application: string;
  readonly user: string;
  readonly startedAt: Date;
  /** True where it has written something, anything. */
  readonly writes: boolean;
}

/** When the oldest of the transactions began that the snapshot does not see. */
export type OldestStart =
  | { readonly kind: 'known'; readonly at: Date }
  /** `hidden`: the user may not see other sessions. `prepared`: of a prepared transaction nobody knows its start. */
  | { readonly kind: 'unknown'; readonly because: 'hidden' | 'prepared' };

/** A table with rows of its own under the name of a job. */
export interface NamedTable {
  readonly oid: string;
  /** What its rows are stored in, as in a position. */
  readonly storage: string;
  /**
   * Of one that the last run did not know: whether it was there already when that run ended. Of one with another storage:
   * whether it has a row that the run saw. Undefined for others, and where nobody can say.
   */
  readonly fromBefore?: boolean | undefined;
}

/** Found out in the transaction that reads the rows, but for the sessions, which are asked for before its snapshot. */
export interface WatermarkFacts {
  readonly type: string;
  readonly kind: WatermarkKind;
  readonly nullable: boolean;
  /** True where an index begins with the column. */
  readonly indexed: boolean;
  /** Why rows do not tell which transaction wrote them; undefined where they do. */
  readonly noXids: string | undefined;
  /** True where a subscription fills the relation: its rows carry the times of another server. */
  readonly subscribed: boolean;
  readonly standby: boolean;
  readonly systemIdentifier: string | null;
  readonly timeline: number | null;
  readonly database: string;
  readonly databaseOid: string;
  /** The tables whose rows the name stands for: itself, its leaves, its children. */
  readonly tables: readonly NamedTable[];
  /** True where each row tells which of these tables it is of. */
  readonly tellsTable: boolean;
  readonly relation: { readonly schema: string; readonly name: string };
  readonly floor: bigint;
  readonly ceiling: bigint;
  readonly lsn: string | null;
  /** When the sessions were looked at, by the server's clock. */
  readonly at: Date;
  readonly oldestStart: OldestStart;
  readonly sessions: readonly OpenSession[];
  /** The highest value, of a column of UUIDs only: whether they carry a time shows on it. */
  readonly sample: string | null;
}

/** A value, less an amount: the server calculates, because it knows the type to its last digit. */
export interface Bound {
  readonly value: string;
  readonly minus: { readonly interval: string } | { readonly digits: string } | null;
}

/** Which rows of the selection are read. */
export interface RowCondition {
  readonly column: string;
  readonly type: string;
  /** Rows at or above, or strictly above. */
  readonly lower: (Bound & { readonly strict: boolean }) | null;
  /** Rows strictly below. */
  readonly below: string | null;
  /** Rows of transactions at or above the floor that are not in `seen`. */
  readonly writers: { readonly floor: bigint; readonly seen: readonly XidRange[] } | null;
  /** Rows without a watermark, whatever the bounds. */
  readonly nulls: boolean;
  /** Besides, whatever the rest says, the rows of these tables. */
  readonly whole?: WholeTables | undefined;
}

/** Tables whose rows are all new. */
export interface WholeTables {
  readonly oids: readonly string[];
  /** Rows strictly below. */
  readonly below: string | null;
  readonly nulls: boolean;
}

/** Which writers a run has to remember, for the next one. */
export interface WritersAsked {
  /** Rows below this value are not looked at by the next run either. */
  readonly from: string | null;
}

/** What the core makes of the facts, before a row is read. */
export interface WatermarkPlan {
  readonly decision: ReadDecision;
  /** Null where the mode or the server has no use for them. */
  readonly writers: WritersAsked | null;
}

/** Asked of a source that opens a reader for an incremental run. */
export interface WatermarkAsked {
  readonly column: string;
  /** Where the last run ended; null for the first. */
  readonly position: Position | null;
  readonly plan: (facts: WatermarkFacts) => WatermarkPlan;
}

/** What was found out about an incremental run in its snapshot. */
export interface WatermarkReading {
  readonly facts: WatermarkFacts;
  readonly plan: WatermarkPlan;
  /** The condition as SQL; null where all rows are read. */
  readonly conditionSql: string | null;
  /** Transactions at or above the floor that rows can be seen of; undefined: too many, or not asked for. */
  readonly seen: readonly XidRange[] | undefined;
  /** Highest value within the bounds, as Postgres writes it; infinities and NaN are none. */
  readonly highest: string | null;
  /** Rows without a value; null where counting them would mean reading the whole table. */
  readonly nulls: number | null;
}

/** What a run reads, and what can be said about it. */
export interface ReadDecision {
  readonly pass: IncrementalProof['pass'];
  /** Null: all rows of the selection. */
  readonly condition: RowCondition | 'nothing' | null;
  readonly promise: IncrementalProof['promise'];
  readonly reasons: readonly string[];
  readonly assumes: readonly string[];
  readonly warnings: readonly string[];
}

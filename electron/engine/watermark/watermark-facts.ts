/** What the core asks of the server before it decides what an incremental run reads, and how it says what to read. */
import type { IncrementalProof } from '../../contract/watermark-state.ts';
import type { WatermarkKind } from './watermark-kind.ts';
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
  readonly relation: { readonly schema: string; readonly name: string };
  readonly floor: bigint;
  readonly ceiling: bigint;
  readonly lsn: string | null;
  /** When the sessions were looked at, by the server's clock. */
  readonly at: Date;
  readonly oldestStart: OldestStart;
  readonly sessions: readonly OpenSession[];
  /** Highest value that the relation has now; infinities and NaN are none. */
  readonly highest: string | null;
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

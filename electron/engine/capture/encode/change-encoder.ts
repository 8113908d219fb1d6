import type { PgTimestamp } from '../../decode/pgoutput/messages.ts';
import type { Change } from '../change.ts';
import type { KnownValues } from '../earlier-values.ts';
import type { JsonBuffer } from './json-buffer.ts';

/** The transaction that a change is of; of a snapshot, where and when that was taken. The same object for all its changes. */
export interface ChangeOrigin {
  readonly xid: number | undefined;
  readonly commitLsn: bigint;
  /** Of the commit. Nothing that differs when the same is read again may be in an object. */
  readonly time: PgTimestamp;
}

/** Which change of its transaction it is, from 1. */
export interface ChangeOrder {
  /** Among all tables. */
  readonly total: number;
  /** Among those of its table. */
  readonly inTable: number;
}

/** Writes the changes of one shape of one table as lines of JSON. */
export interface LineEncoder {
  /** Appends one line. @param known values of unchanged columns that are known from earlier changes */
  encode(
    change: Change,
    origin: ChangeOrigin,
    order: ChangeOrder,
    output: JsonBuffer,
    known?: KnownValues,
  ): void;
}

/** What the lines of a job have in common. */
export interface LineFacts {
  readonly job: string;
  readonly database: string;
  readonly unchanged: 'list' | 'placeholder';
}

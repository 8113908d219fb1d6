/** What happened to rows, in the order in which transactions were committed: what a capture decodes, and writes. */
import type { CaptureSchemaFile } from '../../contract/capture-log.ts';
import type { PgTimestamp } from '../decode/pgoutput/messages.ts';
import type { Tuple } from '../decode/pgoutput/tuple.ts';

/** A version of the columns of a relation. The same object for all changes that have it: compare by identity. */
export interface TableShape {
  /** What the schema file says; its columns are in the order of the values of a tuple. */
  readonly file: CaptureSchemaFile;
  /** Digest of the file: the same for the same content. */
  readonly digest: string;
}

/** One change. Its tuples are valid until the next batch is asked for. */
export interface Change {
  readonly kind: 'change';
  readonly operation: 'read' | 'insert' | 'update' | 'delete' | 'truncate';
  readonly shape: TableShape;
  /** Where the WAL has it; of a row that a snapshot read, the position of the snapshot. */
  readonly lsn: bigint;
  /** What there is of the old row: nothing, the columns of the replica identity (the others are null), or all. */
  readonly old: 'none' | 'key' | 'full';
  readonly before: Tuple | undefined;
  readonly after: Tuple | undefined;
  /** Of an update that is written as a delete and an insert: the key that the row had. */
  readonly movedFrom?: Tuple;
}

/** Every change lies between the `begin` and the `commit` of its transaction, and transactions do not interleave. */
export type CaptureItem =
  | {
      readonly kind: 'begin';
      readonly xid: number;
      /** Position of the commit record: the order of the history. */
      readonly commitLsn: bigint;
      readonly time: PgTimestamp;
      /** Name of the replication origin; undefined for what was written here. */
      readonly origin: string | undefined;
    }
  | Change
  | {
      readonly kind: 'commit';
      readonly commitLsn: bigint;
      /** Position after the commit record: what can be acknowledged once it is durable. */
      readonly endLsn: bigint;
    }
  /** The server has nothing before this position that was not sent. Only between transactions. */
  | { readonly kind: 'position'; readonly lsn: bigint };

/** Items that came together. Bounded in bytes by whoever makes them. */
export type CaptureBatch = readonly CaptureItem[];

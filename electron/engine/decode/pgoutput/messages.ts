/**
 * The messages of pgoutput, protocol 1 to 4. The names of the fields are those of the manual; object ids and transaction
 * ids are unsigned. https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html
 */
import type { Tuple } from './tuple.ts';

/** Microseconds since 2000-01-01, as the server counts. */
export type PgTimestamp = bigint;

export interface RelationColumn {
  readonly name: string;
  /** Part of the replica identity. */
  readonly key: boolean;
  readonly typeId: number;
  readonly typeModifier: number;
}

export interface RelationMessage {
  readonly kind: 'relation';
  /** Set inside of a stream block alone, here and below. */
  readonly xid: number | undefined;
  readonly id: number;
  /** Empty for pg_catalog. */
  readonly schema: string;
  readonly name: string;
  readonly identity: 'default' | 'nothing' | 'full' | 'index';
  readonly columns: readonly RelationColumn[];
}

export interface TypeMessage {
  readonly kind: 'type';
  readonly xid: number | undefined;
  readonly id: number;
  readonly schema: string;
  readonly name: string;
}

export interface InsertMessage {
  readonly kind: 'insert';
  readonly xid: number | undefined;
  readonly relationId: number;
  readonly after: Tuple;
}

export interface UpdateMessage {
  readonly kind: 'update';
  readonly xid: number | undefined;
  readonly relationId: number;
  /** What the message has of the old row: its key where the key changed, all under REPLICA IDENTITY FULL. */
  readonly old: 'none' | 'key' | 'full';
  readonly before: Tuple | undefined;
  readonly after: Tuple;
}

export interface DeleteMessage {
  readonly kind: 'delete';
  readonly xid: number | undefined;
  readonly relationId: number;
  readonly old: 'key' | 'full';
  readonly before: Tuple;
}

export interface TruncateMessage {
  readonly kind: 'truncate';
  readonly xid: number | undefined;
  readonly relationIds: readonly number[];
  readonly cascade: boolean;
  readonly restartIdentity: boolean;
}

export interface LogicalMessage {
  readonly kind: 'message';
  readonly xid: number | undefined;
  readonly transactional: boolean;
  readonly lsn: bigint;
  readonly prefix: string;
  readonly content: Buffer;
}

/** What two-phase messages have in common. */
interface Prepared {
  readonly lsn: bigint;
  readonly endLsn: bigint;
  readonly time: PgTimestamp;
  readonly xid: number;
  readonly gid: string;
}

/** What happens to rows, and what has to be known of them. */
export type ContentMessage =
  | RelationMessage
  | TypeMessage
  | InsertMessage
  | UpdateMessage
  | DeleteMessage
  | TruncateMessage
  | LogicalMessage;

export interface BeginMessage {
  readonly kind: 'begin';
  /** Where the commit record begins. */
  readonly commitLsn: bigint;
  readonly time: PgTimestamp;
  readonly xid: number;
}

export interface CommitMessage {
  readonly kind: 'commit';
  readonly lsn: bigint;
  readonly endLsn: bigint;
  readonly time: PgTimestamp;
}

/** Where transactions, and pieces of them, begin and end. */
export type BoundaryMessage =
  | BeginMessage
  | CommitMessage
  | { readonly kind: 'origin'; readonly lsn: bigint; readonly name: string }
  | { readonly kind: 'streamStart'; readonly xid: number; readonly first: boolean }
  | { readonly kind: 'streamStop' }
  | {
      readonly kind: 'streamCommit';
      readonly xid: number;
      readonly lsn: bigint;
      readonly endLsn: bigint;
      readonly time: PgTimestamp;
    }
  | {
      readonly kind: 'streamAbort';
      readonly xid: number;
      /** The same as `xid` where the whole transaction is aborted. */
      readonly subXid: number;
      /** Only with `streaming 'parallel'`. */
      readonly lsn: bigint | undefined;
      readonly time: PgTimestamp | undefined;
    }
  | ({ readonly kind: 'beginPrepare' } & Prepared)
  | ({ readonly kind: 'prepare' } & Prepared)
  | ({ readonly kind: 'streamPrepare' } & Prepared)
  | ({ readonly kind: 'commitPrepared' } & Prepared)
  | {
      readonly kind: 'rollbackPrepared';
      readonly prepareEndLsn: bigint;
      readonly rollbackEndLsn: bigint;
      readonly prepareTime: PgTimestamp;
      readonly rollbackTime: PgTimestamp;
      readonly xid: number;
      readonly gid: string;
    };

export type PgoutputMessage = ContentMessage | BoundaryMessage;

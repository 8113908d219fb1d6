/** What the core needs of a server to look at its WAL; `postgres/` fulfils it. */
import type { AppError } from '../../contract/app-error.ts';
import type { PeekPlugin } from '../../contract/peek.ts';
import type { RelationRef } from '../../contract/relation.ts';
import type { TableName } from '../../contract/table-name.ts';
import type { Slot, WalCatalog, WalSender, WalServer } from '../../contract/wal.ts';
import type { WalRecords, WalRecordsInput, WalStats, WalStatsInput } from '../../contract/wal-inspect.ts';
import type { ConnectionAccess } from '../ports.ts';

/** One look at the views of the server. */
export interface WalFacts {
  readonly server: WalServer;
  readonly slots: readonly Slot[];
  readonly senders: readonly WalSender[];
}

/** What only a preflight asks for. */
export interface CaptureFacts {
  readonly facts: WalFacts;
  readonly catalog: WalCatalog;
  readonly user: string;
  readonly superuser: boolean;
  readonly replicationRole: boolean;
  /** What the server shows of its provider, by the settings and roles that providers add: `rds`, `azure` … */
  readonly providerSettings: readonly string[];
  /** Whether the role may make a publication in the database. */
  readonly mayCreate: boolean;
  /** Published tables that the role may not read; all tables, where there is no publication. */
  readonly unreadable: readonly { readonly schema: string; readonly name: string }[];
  /** Milliseconds; null where the server has no such setting, 0 where it is off. */
  readonly idleSlotTimeoutMs: number | null;
  /** Whether a connection for replication could be opened; why it could not be, which may be a network that breaks just now. */
  readonly replication: { readonly ok: true } | { readonly ok: false; readonly error: AppError };
  /** Bytes that updates and deletes have written per table would grow by under FULL; null where unknown. */
  readonly rowBytes: ReadonlyMap<string, number>;
}

export interface PeekRequest {
  /** Null: from now on. */
  readonly slot: string | null;
  readonly plugin: PeekPlugin | undefined;
  readonly publications: readonly string[] | undefined;
  /** The one table whose changes are wanted; undefined: of all. */
  readonly table?: TableName | undefined;
  /** Whether messages that programs have written to the WAL are wanted: they can be large. */
  readonly messages: boolean;
}

/** What comes from the server while it decodes. */
export type WalItem =
  /** One message of the output plugin. The bytes are the receiver's to keep. */
  | { readonly kind: 'data'; readonly lsn: bigint; readonly bytes: Buffer }
  /** The server has decoded everything up to here. */
  | { readonly kind: 'position'; readonly lsn: bigint };

/** A temporary slot and the connection that it lives with. */
export interface OpenPeek extends AsyncDisposable {
  readonly database: string;
  readonly plugin: PeekPlugin;
  readonly publications: readonly string[];
  /** The table that was asked for, as it was found. */
  readonly table?: RelationRef | undefined;
  /** confirmed_flush_lsn of the source: nothing before it is shown. */
  readonly startLsn: bigint;
  /** The end of the WAL when it was opened. */
  readonly endLsn: bigint;
  /** Bytes of WAL from restart_lsn to the end. */
  readonly walBytes: number;
  /**
   * Begins to read.
   * @throws AppError of the families SLOT_ and SOURCE_; `SLOT_NO_PUBLICATION` where a publication is younger than the WAL
   */
  read(): AsyncIterable<WalItem>;
}

/** A connection that is kept for one look after the other. */
export interface WalLook extends AsyncDisposable {
  /** False when the connection is known to be gone. */
  readonly alive: boolean;
  /** @throws AppError of the SOURCE_ family */
  facts(): Promise<WalFacts>;
  /**
   * Writes one message to the WAL, and nothing to any table.
   * @returns the position of the message
   * @throws AppError of the families SLOT_ and SOURCE_
   */
  heartbeat(): Promise<string>;
  /** Ends what the server is doing, and the connection, without a goodbye. */
  cancel(): Promise<void>;
}

export interface WalSource {
  look(access: ConnectionAccess, signal: AbortSignal): Promise<WalLook>;
  catalog(access: ConnectionAccess, signal: AbortSignal): Promise<WalCatalog>;
  captureFacts(access: ConnectionAccess, signal: AbortSignal): Promise<CaptureFacts>;
  records(access: ConnectionAccess, input: WalRecordsInput, signal: AbortSignal): Promise<WalRecords>;
  stats(access: ConnectionAccess, input: WalStatsInput, signal: AbortSignal): Promise<WalStats>;
  dropSlot(access: ConnectionAccess, slot: string, signal: AbortSignal): Promise<void>;
  openPeek(access: ConnectionAccess, request: PeekRequest, signal: AbortSignal): Promise<OpenPeek>;
}

/** What a capture needs of a server; `postgres/` fulfils it. */
import type { SeenLeaf } from './seen-leaves.ts';
import type { BegunReading, BlockStretch, PublishedIdentity } from '../../contract/capture-log.ts';
import type { CapturedTable } from '../../contract/capture-spec.ts';
import type { ConnectionAccess } from '../ports.ts';
import type { CaptureBatch, Change, TableShape } from './change.ts';
import type { ReadingCourse } from './reading-course.ts';

/** The slot and its server, as they are now. */
export interface SlotFacts {
  readonly systemIdentifier: string;
  readonly timeline: number;
  /** The timelines that this one comes from. */
  readonly leftTimelines: readonly LeftTimeline[];
  readonly database: string;
  readonly serverVersion: string;
  /** Undefined where there is no slot of that name. */
  readonly slot:
    | {
        readonly plugin: string;
        readonly database: string;
        readonly confirmedFlushLsn: bigint;
        readonly restartLsn: bigint | undefined;
        readonly walStatus: string | undefined;
        readonly activePid: number | undefined;
        readonly twoPhase: boolean;
      }
    | undefined;
  /** Undefined where there is no publication of that name. */
  readonly publication:
    | { readonly tables: readonly CapturedTable[]; readonly identities: readonly PublishedTable[] }
    | undefined;
  /** The end of the WAL. */
  readonly currentLsn: bigint;
}

/** A table of a publication, as it is now. */
export interface PublishedTable extends PublishedIdentity {
  /** Names of its leaves, by object id. */
  readonly leafNames: Readonly<Record<string, string>>;
  /** Object ids of leaves that have no block: nothing was in them before they came. */
  readonly emptyLeaves: readonly string[];
  /** Tables that inherit from it and are not published; their rows are not its own. */
  readonly children: readonly string[];
  /** Leaves whose updates and deletes fail, because they were attached without a key. */
  readonly harmed: readonly string[];
}

/** A timeline that a server has left: what was written on it from there on, the server does not have. */
export interface LeftTimeline {
  readonly timeline: number;
  readonly at: bigint;
}

/** Where and what to read. */
export interface SlotRef {
  readonly slot: string;
  readonly publication: string;
}

/** A snapshot that was exported at a position: what was committed before it is visible, and nothing else is. */
export interface ExportedSnapshot extends AsyncDisposable {
  readonly name: string;
  readonly lsn: bigint;
  /** Aborted when the session that holds it is gone, and no other can take it over any more. */
  readonly lost: AbortSignal;
}

/** Rows of a table, as text values. The tuples are valid until the next batch is asked for. */
export interface SnapshotRows {
  readonly shape: TableShape;
  readonly rows: readonly Change[];
  /** Blocks of which all rows have come, with these or before them. */
  readonly finished?: BlockStretch | undefined;
}

export interface TableRequest {
  readonly table: CapturedTable;
  readonly publication: string;
  readonly snapshot: ExportedSnapshot;
  readonly workers: number | undefined;
}

/** A table that was looked at in a snapshot, and is about to be read. */
export interface OpenedTable extends AsyncDisposable {
  /** What is read of it, and what stays of an earlier reading. */
  readonly course: ReadingCourse;
  /** Once. @throws AppError also `SOURCE_SNAPSHOT_LOST`, where another snapshot would do */
  read(): AsyncIterable<SnapshotRows>;
}

/** A slot that is being read. */
export interface CaptureStream extends AsyncDisposable {
  /**
   * Transactions in the order of their commits, from the position that was asked for. Ends only with an error or with the
   * signal. @throws AppError of the SLOT_ and SOURCE_ families; `retry` of its code says whether to come back
   */
  read(signal: AbortSignal): AsyncIterable<CaptureBatch>;
  /** Partitions whose changes have come since the last time. */
  takeLeaves(): readonly SeenLeaf[];
  /** The end of what has come so far, for the marks; goes up between batches as well. */
  readonly received: bigint;
  /**
   * Tells the server, now and with every later answer, that everything up to here is safe. The server's questions are
   * answered in time whatever the reader does.
   */
  ack(lsn: bigint): void;
}

/** Which publication is to have which tables. */
export interface Publishing {
  readonly publication: string;
  readonly tables: readonly CapturedTable[];
  /** Tables that were captured before: one of them that is not there any more is passed over. */
  readonly known: readonly CapturedTable[];
}

export interface SlotCommands {
  readonly create: string;
  readonly drop: string;
  readonly snapshot: string;
}

export interface CaptureSource {
  /** @throws AppError of the SOURCE_ and SLOT_ families, here and below */
  facts(access: ConnectionAccess, ref: SlotRef, signal: AbortSignal): Promise<SlotFacts>;
  /**
   * Makes the publication, or adds the tables that it lacks. Partitioned tables are published as their root.
   * @throws AppError also `SLOT_NOT_PUBLISHABLE`, `SLOT_NO_IDENTITY`, `SLOT_PUBLISH_RIGHTS`
   */
  publish(access: ConnectionAccess, publishing: Publishing, signal: AbortSignal): Promise<void>;
  /** The statement of {@link publish}, which is not sent; undefined where there is nothing to change. */
  publishStatement(
    access: ConnectionAccess,
    publishing: Publishing,
    signal: AbortSignal,
  ): Promise<string | undefined>;
  /** The commands that make and drop the slot, and make one for a snapshot that goes with its connection. None is sent. */
  slotCommands(access: ConnectionAccess, slot: string, signal: AbortSignal): Promise<SlotCommands>;
  /**
   * Makes the slot, with failover where the server has it, and holds the snapshot of its consistent point.
   * @throws AppError also `SLOT_EXISTS`, `SLOT_WAITS_FOR_TRANSACTION`
   */
  createSlot(access: ConnectionAccess, ref: SlotRef, signal: AbortSignal): Promise<ExportedSnapshot>;
  /** A snapshot with an exact position, by way of a slot that goes with its connection. */
  exportSnapshot(access: ConnectionAccess, signal: AbortSignal): Promise<ExportedSnapshot>;
  /**
   * The columns of a table as the publication publishes them, and the rows of it that pass its filter.
   * @throws AppError also `SOURCE_SNAPSHOT_LOST`, where another snapshot would do
   */
  readTable(
    access: ConnectionAccess,
    request: TableRequest,
    signal: AbortSignal,
  ): AsyncIterable<SnapshotRows>;
  /**
   * The same, where a reading that was interrupted may go on. @param before what is in the log of it
   * @param timeline of the server
   */
  openTable(
    access: ConnectionAccess,
    request: TableRequest & { readonly timeline: number; readonly before: BegunReading | undefined },
    signal: AbortSignal,
  ): Promise<OpenedTable>;
  /** Begins to read after `from`. @throws AppError `SLOT_IN_USE` while somebody else reads it */
  open(
    access: ConnectionAccess,
    request: SlotRef & {
      readonly from: bigint;
      /** A folder of this capture alone, for transactions that come before they end; emptied at the start. */
      readonly spoolFolder: string;
      readonly spoolBytes: number;
      /** Hears what whoever looks at the capture should know. */
      readonly onNote?: ((message: string) => void) | undefined;
    },
    signal: AbortSignal,
  ): Promise<CaptureStream>;
  /** What is gone already is fine, here and below. */
  dropSlot(access: ConnectionAccess, ref: SlotRef, signal: AbortSignal): Promise<void>;
  dropPublication(access: ConnectionAccess, publication: string, signal: AbortSignal): Promise<void>;
}

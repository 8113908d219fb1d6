/**
 * What the core needs from the world. The core folders (extract, jobs, encode) know these interfaces and no driver;
 * `engine.ts` is the one place that puts adapters behind them.
 */
import type { CopyForm } from './copy-form.ts';
import type { Manifest } from '../contract/manifest.ts';
import type { ConnectionSettings } from '../contract/connection-profile.ts';
import type { S3Settings } from '../contract/destination-profile.ts';
import type { Selection } from '../contract/selection.ts';
import type { PreviewColumn, PreviewPage } from '../contract/preview.ts';
import type { Run, RunLogLine, WrittenObject } from '../contract/run.ts';
import type { RunChange } from './run-change.ts';
import type { RunRequests } from './run-requests.ts';
import type { StateShelf } from './documents/state-shelf.ts';
import type { WatermarkReading } from './watermark/watermark-facts.ts';
import type { ReadOptions, ReadRange, ReadingState } from './reading-state.ts';

/** A connection and the password that opens it. Lives in memory only. */
export interface ConnectionAccess {
  readonly settings: ConnectionSettings;
  /** Undefined: the driver looks at PGPASSWORD and .pgpass, as psql does. */
  readonly password: string | undefined;
  /** Limits of every session that is opened with this; left out, Sluice's own. */
  readonly limits?: SessionLimits;
  /**
   * Settings of each session, by name (`sluice.…`): what masks are made with. It goes to the server as a parameter, so
   * that no statement shows it. Where they are set, also to nothing, no words of the server are shown that can hold a value.
   */
  readonly maskSettings?: Readonly<Record<string, string>> | undefined;
  /** Milliseconds without an answer after which the server is asked whether it works on it; left out, half a minute. */
  readonly silenceMs?: number | undefined;
}

/** What a session may ask of the server. */
export interface SessionLimits {
  /** Milliseconds; 0 is no limit. Left out, what the role has. */
  readonly statementTimeoutMs?: number | undefined;
  /** Milliseconds; 0 is no limit. Left out, ten seconds. */
  readonly lockTimeoutMs?: number | undefined;
  /** The server uses no parallel workers for what the session asks. */
  readonly serial: boolean;
}

/** A destination and the secret that opens it. Lives in memory only. */
export type DestinationAccess =
  | {
      readonly kind: 's3';
      readonly settings: S3Settings;
      readonly secretKey: string | undefined;
      /** Of temporary keys. */
      readonly sessionToken?: string | undefined;
    }
  | { readonly kind: 'folder'; readonly path: string };

/** A column of the rows that are read. */
export interface SourceColumn {
  readonly name: string;
  /** As `format_type` writes it. */
  readonly type: string;
  /** Name of the base type (domains resolved), as in pg_type: `int4`, `timestamptz`, `_text`. */
  readonly baseType: string;
  /**
   * True where `row_to_json` would call a cast to json that is not Postgres's own, for the type or for one inside of it. Such
   * a cast can lose values, or write what is no JSON: PostGIS leaves out the M of a point, and writes NaN as it is. Undefined
   * where nobody has asked (`ReadOptions.asJson`).
   */
  readonly castsToJson?: boolean | undefined;
}

/** What was found out about the rows before they are read, in the same transaction that reads them. */
export interface SourcePlan {
  readonly columns: readonly SourceColumn[];
  /** The SELECT that will be copied. */
  readonly query: string;
  /** The schema and name that keys and labels carry; `query` for a query. */
  readonly relation: { readonly schema: string; readonly name: string };
  readonly estimatedRows: number | null;
  readonly database: string;
  readonly host: string;
  readonly port: number;
  readonly serverVersion: string;
  readonly systemIdentifier: string | null;
  readonly snapshot: string | null;
  readonly lsn: string | null;
  readonly warnings: readonly string[];
  /**
   * Stands for the relation as it is stored: with another one, ranges that were planned before do not hold the same
   * rows any more.
   */
  readonly identity: string;
}

/**
 * Rows as bytes, in the order of the scan. `bytes` holds whole rows and is valid only until the next batch is asked
 * for: the reader uses one buffer again and again, so that memory does not depend on the table.
 */
export interface RowBatch {
  readonly bytes: Uint8Array;
  readonly rows: number;
}

/** One consistent snapshot in READ ONLY transactions. */
export interface RowReader extends AsyncDisposable {
  readonly plan: SourcePlan;
  /** All rows, each in exactly one range; those of the options where there were any. */
  readonly ranges: readonly ReadRange[];
  /** Ranges that it is worth while to read side by side. */
  readonly workers: number;
  /** False when no other range can be read any more: the connections are gone, and the snapshot with them. */
  readonly canRead: boolean;
  /** What was found out for an incremental run; undefined for others. */
  readonly watermark: WatermarkReading | undefined;
  /**
   * Reads the rows of a range once. The iterable ends only after the server has said how many rows it sent and that
   * number is the one counted here. `break` and the signal cancel the query on the server.
   * @throws AppError `SOURCE_SNAPSHOT_LOST` when the snapshot is gone, or of the SOURCE_ family
   */
  read(range: ReadRange, form: CopyForm, signal: AbortSignal): AsyncIterable<RowBatch>;
}

export interface RowSource {
  /** Connects, begins the transaction and plans. @throws AppError of the SOURCE_ family */
  open(
    access: ConnectionAccess,
    selection: Selection,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<RowReader>;
}

/** Rows of one relation, page by page, while somebody looks. */
export interface OpenPreview extends AsyncDisposable {
  readonly columns: readonly PreviewColumn[];
  /** Columns that the user may not read. */
  readonly hidden: readonly string[];
  page(from: number, count: number, signal: AbortSignal): Promise<PreviewPage>;
  value(row: number, column: number, signal: AbortSignal): Promise<string | null>;
}

/** Told by a sink while it works, for the progress of the run. */
export interface SinkObserver {
  /** Something that whoever looks at the run should know. */
  onNote?(message: string): void;
  onPartStarted(): void;
  onPartUploaded(bytes: number): void;
  /** Called before the first request that can leave something behind, so that a crash can be cleaned up after. */
  onWriting(): Promise<void>;
  /** That request was refused: nothing is there. */
  onRefused(): void;
  /** Called before an upload is used, for the same reason. */
  onUploadOpened(upload: OpenUpload): Promise<void>;
}

/** An upload that must be aborted should the run not reach its end. */
export interface OpenUpload {
  readonly key: string;
  /** Id of the multipart upload, or the name of the file that is being written. */
  readonly uploadId: string;
}

/** What a run leaves behind when it does not reach its end. */
export interface Debris {
  readonly runId: string;
  readonly uploads: readonly OpenUpload[];
  /**
   * Keys that objects of the run may have. An object goes where it carries the mark of this run, or of one that
   * `alsoOf` takes: a key can come from a document in which others have written. A folder keeps no marks; there a key
   * goes that has the id of the run in it, or that is owned.
   */
  readonly keys: readonly string[];
  readonly alsoOf?: (runId: string) => boolean;
  /** True where nobody else begins uploads at these keys: those of which no id is known are aborted, too. */
  readonly owned?: boolean;
}

/** One object on its way. */
export interface ObjectWriter {
  /** Takes a copy of the bytes; waits while all parts are on their way (back-pressure). */
  write(bytes: Uint8Array): Promise<void>;
  /** Bytes taken so far. */
  readonly bytes: number;
  /** Makes the object visible, whole and verified. */
  complete(rows: number): Promise<WrittenObject>;
  /** Gives the object up: nothing more is sent when this is over. What lies there is for `ObjectSink.remove`. */
  abandon(): Promise<void>;
}

export interface CreateObject {
  readonly key: string;
  readonly runId: string;
  readonly overwrite: boolean;
  /** Left out, a destination that can says at once that there is an object already; otherwise it is the write that says so. */
  readonly unseen?: boolean | undefined;
  readonly contentType: string;
  /** How large the object may become, where that is known: large ones are sent in larger parts. */
  readonly expectedBytes?: number | undefined;
  /** For destinations that keep such things. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** A place for objects: a prefix of a bucket, or a folder. */
export interface ObjectSink extends AsyncDisposable, StateShelf {
  /** For people and for the manifest: `s3://bucket/prefix`. */
  readonly label: string;
  /** The prefix that keys begin with; empty at the root. */
  readonly prefix: string;
  /** The address of an object, for people and for other tools: `s3://bucket/key`. */
  uriOf(key: string): string;
  /** @throws AppError `DEST_OBJECT_EXISTS` when there is one already and `overwrite` is not set */
  create(object: CreateObject, observer: SinkObserver, signal: AbortSignal): Promise<ObjectWriter>;
  /** Asks the destination what it has: the size of each object. @throws AppError when one is missing or differs */
  verify(objects: readonly WrittenObject[], signal: AbortSignal): Promise<void>;
  /** Writes the manifest, never over another one. */
  putManifest(key: string, manifest: Manifest, signal: AbortSignal): Promise<void>;
  /** When an object was written last; undefined where there is none, or where this user may not know. */
  modifiedAt(key: string, signal: AbortSignal): Promise<Date | undefined>;
  /** The keys below a folder that sort after `after`, in their order. @throws AppError of the DEST_ family */
  list(folder: string, after: string, signal: AbortSignal): AsyncIterable<string>;
  /** The bytes of an object as they are stored. @throws AppError `DEST_NO_OBJECT` */
  read(key: string, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** The manifest with this key; undefined where there is none. Tells a run that ended from one that broke off. */
  findManifest(key: string, signal: AbortSignal): Promise<Manifest | undefined>;
  /**
   * Aborts unfinished uploads, and removes objects where it is this run that wrote them: a key that a run failed to
   * take belongs to somebody else. What is gone already is fine.
   */
  remove(debris: Debris, signal: AbortSignal): Promise<void>;
}

/** A run as it lies on disk: what the history shows, and what a clean-up after a crash needs. */
export interface StoredRun {
  readonly run: Run;
  readonly log: readonly RunLogLine[];
  readonly manifest: Manifest | null;
  /** Unfinished uploads, stored before they are used. */
  readonly openUploads: readonly OpenUpload[];
  /** Keys that the run has begun to write to: to be removed should it not reach its manifest. */
  readonly writtenKeys: readonly string[];
  /** How far reading is; undefined before anything was planned, and for runs of earlier versions. */
  readonly reading?: ReadingState | undefined;
  /** The process that works on it: after a crash nobody does, and the next start cleans up. */
  readonly owner: { readonly pid: number; readonly host: string; readonly startedAt: string };
}

/** The history on disk, shared by the desktop, the served app and the command line. */
export interface StateStore extends RunRequests {
  /** Keeps a run. `change` is what differs from the save before, where that can be said: then that may be all that is written. */
  save(run: StoredRun, change?: RunChange): Promise<void>;
  load(runId: string): Promise<StoredRun | undefined>;
  /**
   * Changes a run while no other process can, and saves it. Undefined, with nothing changed, where there is no such run
   * or `change` gives undefined. @throws what `change` throws
   */
  claim(runId: string, change: (stored: StoredRun) => StoredRun | undefined): Promise<StoredRun | undefined>;
  /** Newest first. */
  list(): Promise<readonly StoredRun[]>;
  /** The same without runs that have ended and left nothing behind, which costs a fraction of it. */
  listUnsettled(): Promise<readonly StoredRun[]>;
  /** Calls the listener when another process has saved a run. Returns a function that ends it. */
  watch(listener: (runId: string) => void): () => void;
}

/** Keeps secrets encrypted; they go in, and come out only inside the engine. */
export interface SecretStore {
  readonly kind: 'keychain' | 'keyFile' | 'plain';
  get(ref: string): Promise<string | undefined>;
  set(ref: string, secret: string): Promise<void>;
  delete(ref: string): Promise<void>;
}

/** Time, so that tests can hold it. */
export interface Clock {
  now(): Date;
  /** Milliseconds that only go forward. */
  monotonicMs(): number;
}

/** Where the engine writes for the people who run it. Never values, never secrets. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** The writing side of a capture, as its run sees it: the files of one job at its destination. */
import type { CaptureCheckpoint, CaptureLogEntry } from '../../contract/capture-log.ts';
import type { CapturedTable } from '../../contract/capture-spec.ts';
import type { CaptureBatch } from './change.ts';
import type { SnapshotRows } from './capture-source.ts';

/** What a history is of, for its checkpoint. */
export interface HistoryIdentity {
  readonly slot: string;
  readonly publication: string;
  readonly database: string;
  readonly systemIdentifier: string;
  readonly timeline: number;
}

export interface CaptureHistory extends AsyncDisposable {
  /** URI of the checkpoint, for people. */
  readonly uri: string;
  /** The checkpoint as it lies there; undefined where the job has never run. */
  look(signal: AbortSignal): Promise<CaptureCheckpoint | undefined>;
  /**
   * Takes the history over: raises the epoch, counts in an entry that the checkpoint has missed, and removes what a crash
   * has left. @throws AppError `DEST_JOB_LOST` where somebody else did so at the same moment
   */
  begin(identity: HistoryIdentity, observer: HistoryObserver, signal: AbortSignal): Promise<HistoryWriter>;
}

export interface HistoryObserver {
  /** An entry of the log is written and counted in. */
  onEntry(entry: CaptureLogEntry): void;
  /** All transactions that ended up to here are in the log, and the checkpoint says so. */
  onDurable(lsn: bigint): void;
}

/** The one writer of a history, until another takes it over: then everything throws `DEST_JOB_LOST`. */
export interface HistoryWriter extends AsyncDisposable {
  /** As it was written last. */
  readonly checkpoint: CaptureCheckpoint;
  /** Sets where the stream begins, before anything of it is written. Tables are given their state anew. */
  startAt(lsn: bigint, tables: CaptureCheckpoint['tables'], signal: AbortSignal): Promise<void>;
  /** Makes tables known while the stream goes on. */
  addTables(tables: CaptureCheckpoint['tables'], signal: AbortSignal): Promise<void>;
  /** Takes what was read; waits while too much is on its way (back-pressure). */
  write(batch: CaptureBatch, signal: AbortSignal): Promise<void>;
  /** All rows of a table in a snapshot, as one entry of the log. Goes on beside {@link write}. */
  snapshot(
    table: CapturedTable,
    lsn: bigint,
    rows: AsyncIterable<SnapshotRows>,
    signal: AbortSignal,
  ): Promise<void>;
  /** Makes what was taken up to the last commit durable. */
  flush(signal: AbortSignal): Promise<void>;
  /** Ends in good order: nobody writes any more. */
  release(signal: AbortSignal): Promise<void>;
}

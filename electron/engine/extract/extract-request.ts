import type { S3Settings } from '../../contract/destination-profile.ts';
import type { ExtractSpec } from '../../contract/extract-spec.ts';
import type { RunPhase } from '../../contract/run.ts';
import type { Clock, ConnectionAccess, ObjectSink, OpenUpload, RowSource } from '../ports.ts';
import type { FinishedRange, ReadingState } from '../reading-state.ts';
import type { Claimant } from '../watermark/job-ledger.ts';
import type { ReadGate } from './read-gate.ts';
import type { RunCounters } from './run-counters.ts';

/** What one extract works on. */
export interface ExtractRequest {
  readonly runId: string;
  readonly startedAt: Date;
  readonly spec: ExtractSpec;
  readonly access: ConnectionAccess;
  readonly rows: RowSource;
  readonly sink: ObjectSink;
  /** How the bucket is reached, for scripts that others run; undefined for a folder. */
  readonly s3: S3Settings | undefined;
  readonly clock: Clock;
  readonly counters: RunCounters;
  /** Every batch passes it, before anything is done with it. */
  readonly gate: ReadGate;
  /** What an earlier attempt at the run has read; undefined for one that begins. */
  readonly reading: ReadingState | undefined;
  /** Who asks for the job of an incremental run. */
  readonly claimant: Claimant;
  /** Milliseconds that a server may be away while it is read. */
  readonly giveUpMs: number;
}

/** Where an extract writes down what it does, before it does it. */
export interface ExtractJournal {
  enter(phase: RunPhase): Promise<void>;
  note(level: 'info' | 'warn', message: string): void;
  /** A key is about to be written to. */
  willWrite(key: string): Promise<void>;
  /** Nothing was written to it: the destination refused. */
  didNotWrite(key: string): void;
  uploadOpened(upload: OpenUpload): Promise<void>;
  /** What was written to these keys is gone, unfinished uploads included. */
  removed(keys: readonly string[]): Promise<void>;
  /** How far reading is. */
  keepReading(state: ReadingState): Promise<void>;
  /** One range more is written and safe. */
  rangeFinished(range: FinishedRange): Promise<void>;
}

/** What a writer of a capture is given. */
import type { CaptureLogEntry } from '../../contract/capture-log.ts';
import type { CaptureSpec } from '../../contract/capture-spec.ts';
import type { Clock, ObjectSink } from '../ports.ts';
import type { CaptureClaim } from './claim-capture.ts';
import { DEFAULT_DELAYS, type Delays, type OutageObserver } from './destination-patience.ts';
import type { StagingPlace } from './staging-disk.ts';

const MIB = 1024 ** 2;

/** Bounds in bytes and times in milliseconds; left out where nobody tests. */
export interface WriterLimits {
  /** Memory of objects that have ended and are on their way: beyond half of it they go to disk, beyond it `write` waits. */
  readonly stagedBytes: number;
  /** Memory of objects that are open: beyond it the largest ends. */
  readonly openBytes: number;
  /** What an object may give to its compressor before it is waited for. */
  readonly backlogBytes: number;
  /** How often the position of an idle stream is written at most. */
  readonly idleMs: number;
  readonly delays: Delays;
}

export const DEFAULT_LIMITS: WriterLimits = {
  stagedBytes: 16 * MIB,
  openBytes: 64 * MIB,
  backlogBytes: MIB,
  idleMs: 10_000,
  delays: DEFAULT_DELAYS,
};

export interface CaptureWriterObserver extends OutageObserver {
  /** Everything up to here is in the log and in the checkpoint: the slot may be told. Only goes up. */
  onDurable(lsn: bigint): void;
  /** An entry is in the log and counted in. */
  onEntry?(entry: CaptureLogEntry): void;
  /** Something that whoever looks at the capture should know. */
  onNote(message: string): void;
}

export interface CaptureWriterOptions {
  readonly spec: CaptureSpec;
  readonly sink: ObjectSink;
  readonly clock: Clock;
  /** Who writes what, and where a new job begins. */
  readonly claim: CaptureClaim;
  readonly observer: CaptureWriterObserver;
  readonly limits?: Partial<WriterLimits>;
  /** The disk behind the memory; left out, memory is all there is. */
  readonly staging?: StagingPlace | undefined;
}

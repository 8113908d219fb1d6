/** Where the capture jobs of a machine are kept, and asked things by other processes; `store/` fulfils it. */
import type { Reread } from '../../contract/capture-calls.ts';
import type { CaptureSpec } from '../../contract/capture-spec.ts';
import type { CaptureSample, CaptureStatus } from '../../contract/capture-status.ts';

/** The process that works on a job. */
export interface CaptureOwner {
  readonly pid: number;
  readonly host: string;
  readonly startedAt: string;
}

export interface StoredCapture {
  readonly spec: CaptureSpec;
  /** Null while nobody works on it. Of a dead process until the next one comes. */
  readonly owner: CaptureOwner | null;
  /** As the last process that worked on it left it; null before the first. */
  readonly status: CaptureStatus | null;
  readonly samples: readonly CaptureSample[];
}

/** What one process asks of the one that works on a job. */
export type CaptureRequest = 'stop' | 'pause' | 'resume' | Reread;

export interface CaptureShelf {
  load(name: string): Promise<StoredCapture | undefined>;
  /** For the owner: nobody else writes while it works. */
  save(capture: StoredCapture): Promise<void>;
  /** Changes a job while no other process can; `change` gives undefined to leave it. @throws what `change` throws */
  change(
    name: string,
    change: (stored: StoredCapture | undefined) => StoredCapture | undefined,
  ): Promise<StoredCapture | undefined>;
  list(): Promise<readonly StoredCapture[]>;
  remove(name: string): Promise<void>;
  /** @returns whether it was taken */
  ask(name: string, request: CaptureRequest): Promise<() => Promise<boolean>>;
  /** What was asked first and not taken yet, once. */
  takeRequest(name: string): Promise<CaptureRequest | undefined>;
  /** Forgets what was asked of an earlier process. */
  forgetRequests(name: string): Promise<void>;
  /** Calls the listener with the name of a job that any process has saved. Returns a function that ends it. */
  watch(listener: (name: string) => void): () => void;
}

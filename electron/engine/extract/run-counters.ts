import type { RunPhase, RunProgress } from '../../contract/run.ts';
import { Losses } from '../encode/losses.ts';
import type { Clock } from '../ports.ts';

/** What a run has done so far. Counted where it happens, looked at a few times a second. */
export class RunCounters {
  phase: RunPhase = 'connect';
  rows = 0;
  bytesRead = 0;
  bytesEncoded = 0;
  bytesUploaded = 0;
  partsInFlight = 0;
  partsUploaded = 0;
  objectsWritten = 0;
  estimatedRows: number | null = null;
  #snapshotAtMs: number | undefined;
  /** What was lost, where the job accepts losses. */
  readonly losses = new Losses();
  readonly #clock: Clock;
  readonly #started: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#started = clock.monotonicMs();
  }

  /** The snapshot has been taken. */
  holdSnapshot(): void {
    this.#snapshotAtMs ??= this.#clock.monotonicMs();
  }

  /** Milliseconds since the snapshot was taken; undefined before. */
  get snapshotHeldMs(): number | undefined {
    return this.#snapshotAtMs === undefined
      ? undefined
      : Math.round(this.#clock.monotonicMs() - this.#snapshotAtMs);
  }

  /** A picture of this moment. */
  progress(): RunProgress {
    return {
      phase: this.phase,
      rows: this.rows,
      bytesRead: this.bytesRead,
      bytesEncoded: this.bytesEncoded,
      bytesUploaded: this.bytesUploaded,
      partsInFlight: this.partsInFlight,
      partsUploaded: this.partsUploaded,
      objectsWritten: this.objectsWritten,
      estimatedRows: this.estimatedRows,
      elapsedMs: Math.round(this.#clock.monotonicMs() - this.#started),
      snapshotHeldMs: this.snapshotHeldMs,
    };
  }
}

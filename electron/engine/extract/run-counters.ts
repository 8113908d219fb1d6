import type { RunPhase, RunProgress } from '../../contract/run.ts';
import type { Clock } from '../ports.ts';
import type { FinishedRange } from '../reading-state.ts';

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
  ranges: number | undefined;
  rangesDone: number | undefined;
  readonly #clock: Clock;
  readonly #started: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#started = clock.monotonicMs();
  }

  /** A snapshot has been taken. */
  holdSnapshot(): void {
    this.#snapshotAtMs = this.#clock.monotonicMs();
  }

  /** Milliseconds since the snapshot was taken; undefined before. */
  get snapshotHeldMs(): number | undefined {
    return this.#snapshotAtMs === undefined
      ? undefined
      : Math.round(this.#clock.monotonicMs() - this.#snapshotAtMs);
  }

  /** Counts these ranges and nothing else: what earlier attempts have left. */
  begin(done: readonly FinishedRange[]): void {
    const objects = done.flatMap((range) => range.objects);
    const bytes = objects.reduce((sum, object) => sum + object.bytes, 0);
    this.rows = done.reduce((sum, range) => sum + range.rows, 0);
    this.bytesRead = done.reduce((sum, range) => sum + range.bytesRead, 0);
    this.bytesEncoded = bytes;
    this.bytesUploaded = bytes;
    this.objectsWritten = objects.length;
    this.partsUploaded = 0;
    this.partsInFlight = 0;
    this.rangesDone = done.length;
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
      ranges: this.ranges,
      rangesDone: this.rangesDone,
    };
  }
}

/** How fast a run is and how long it will take: pure arithmetic over the last progress reports. */
import type { RunProgress } from '../../electron/contract/run.ts';

/** Milliseconds that the speed looks back: long enough to be calm, short enough to show a stall. */
export const SPEED_WINDOW_MS = 5_000;

export interface Sample {
  readonly elapsedMs: number;
  readonly rows: number;
  readonly bytes: number;
}

export interface Speed {
  readonly rowsPerSecond: number;
  readonly bytesPerSecond: number;
}

export function sampleOf(progress: RunProgress): Sample {
  return { elapsedMs: progress.elapsedMs, rows: progress.rows, bytes: progress.bytesRead };
}

/**
 * Adds a sample and forgets those that the window has left behind; one older sample stays as the base line. Samples
 * from before (a run started anew under the same id, a report out of order) begin a new list.
 */
export function addSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const last = samples.at(-1);
  if (last !== undefined && sample.elapsedMs < last.elapsedMs) return [sample];
  const all = [...samples, sample];
  const oldest = sample.elapsedMs - SPEED_WINDOW_MS;
  const firstInside = all.findIndex((each) => each.elapsedMs >= oldest);
  return all.slice(Math.max(0, firstInside - 1));
}

/** Undefined until there are two reports at different times. */
export function speedOf(samples: readonly Sample[]): Speed | undefined {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.elapsedMs <= first.elapsedMs) return undefined;
  const seconds = (last.elapsedMs - first.elapsedMs) / 1_000;
  return {
    rowsPerSecond: (last.rows - first.rows) / seconds,
    bytesPerSecond: (last.bytes - first.bytes) / seconds,
  };
}

/** Milliseconds that are left; undefined where the planner gave no rows, was wrong, or nothing moves. */
export function remainingMs(progress: RunProgress, speed: Speed | undefined): number | undefined {
  const { estimatedRows, rows } = progress;
  if (estimatedRows === null || speed === undefined || speed.rowsPerSecond <= 0) return undefined;
  if (rows >= estimatedRows) return undefined;
  return ((estimatedRows - rows) / speed.rowsPerSecond) * 1_000;
}

/**
 * Share of the rows that are read, from 0 to 1; undefined where the total is not known. The planner's number is an
 * estimate, so a run that has not ended never shows more than 99 %.
 */
export function shareOf(progress: RunProgress): number | undefined {
  if (progress.estimatedRows === null || progress.estimatedRows <= 0) return undefined;
  return Math.min(0.99, progress.rows / progress.estimatedRows);
}

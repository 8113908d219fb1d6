/** What every measurement gets, and what it gives. */
import type { ProgressLines } from '../demo/progress-lines.ts';
import type { BenchWorld } from './bench-world.ts';
import type { Figure } from './figure.ts';

export interface Bench {
  readonly world: BenchWorld;
  readonly rounds: number;
  /** How long a measurement takes that has no end of its own. */
  readonly minutes: number;
  /** The folder of another checkout, built. */
  readonly than: string | undefined;
  readonly lines: ProgressLines;
  readonly signal: AbortSignal;
}

export interface Outcome {
  readonly figures: readonly Figure[];
  /** Every value, by its name with the unit at the end. */
  readonly samples: Readonly<Record<string, readonly number[]>>;
  /** What a reader has to know about the figures. */
  readonly notes: readonly string[];
}

export type Measurement = (bench: Bench) => Promise<Outcome>;

/** `one worker`, `2 workers`: as the figures say it. */
export function workersInWords(workers: number): string {
  return workers === 1 ? 'one worker' : `${workers} workers`;
}

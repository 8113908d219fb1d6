import type { RunCounters } from './run-counters.ts';

/** The counters of a run that a range adds to. */
const COUNTED = [
  'rows',
  'bytesRead',
  'bytesEncoded',
  'bytesUploaded',
  'partsInFlight',
  'partsUploaded',
  'objectsWritten',
] as const;
type Counted = (typeof COUNTED)[number];

/** What one range has added to the counters of its run, to be taken back should it be read again. */
export class RangeTally {
  readonly #run: RunCounters;
  readonly #own: Record<Counted, number>;

  constructor(run: RunCounters) {
    this.#run = run;
    this.#own = Object.fromEntries(COUNTED.map((name) => [name, 0])) as Record<Counted, number>;
  }

  get rows(): number {
    return this.#own.rows;
  }

  get bytesRead(): number {
    return this.#own.bytesRead;
  }

  add(name: Counted, count: number): void {
    this.#own[name] += count;
    this.#run[name] += count;
  }

  takeBack(): void {
    for (const name of COUNTED) this.add(name, -this.#own[name]);
  }
}

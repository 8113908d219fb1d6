import type { ReadRange } from '../reading-state.ts';

/** The ranges that nobody reads at the moment and that are not done, in the order of the scan. */
export class RangeQueue {
  readonly #ranges: ReadRange[];

  constructor(ranges: readonly ReadRange[]) {
    this.#ranges = [...ranges];
  }

  get size(): number {
    return this.#ranges.length;
  }

  take(): ReadRange | undefined {
    return this.#ranges.shift();
  }

  /** It was not finished: whoever is free takes it again. */
  putBack(range: ReadRange): void {
    this.#ranges.push(range);
    this.#ranges.sort((a, b) => a.number - b.number);
  }
}

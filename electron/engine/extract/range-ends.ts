import type { ReadRange } from '../reading-state.ts';
import type { RangeAttempt } from './range-attempt.ts';

type Finish = (range: ReadRange, attempt: RangeAttempt) => Promise<void>;

/**
 * The ends of the ranges that a lane has read. Each comes about while the next range is being read, because completing an
 * object is several round trips to the destination, and the server should not wait for them. Never more than one is behind.
 */
export class RangeEnds {
  readonly #finish: Finish;
  #pending: readonly Promise<void>[] = [];

  constructor(finish: Finish) {
    this.#finish = finish;
  }

  /** Begins the end of a range, and waits for that of the range before. @throws what that ended with */
  async add(range: ReadRange, attempt: RangeAttempt): Promise<void> {
    const before = this.#pending;
    const end = this.#finish(range, attempt);
    // Waited for with the next one or at the end; until then, nobody is there to hear of a failure.
    end.catch(() => undefined);
    this.#pending = [...before, end];
    await Promise.all(before);
    this.#pending = [end];
  }

  /** Waits until nothing goes on any more, also where one has failed. @throws what the first of them ended with */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#pending);
    await Promise.all(this.#pending);
  }
}

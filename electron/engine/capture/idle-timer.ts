/** Lets something happen at most once in so many milliseconds: the first time at once, then as late as it has to be. */
import type { Clock } from '../ports.ts';

export class IdleTimer {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #act: () => void;
  #timer: NodeJS.Timeout | undefined;
  #lastMs = -Infinity;

  constructor(clock: Clock, intervalMs: number, act: () => void) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#act = act;
  }

  /** Asks for it; does nothing where it is to happen anyway. */
  request(): void {
    if (this.#timer !== undefined) return;
    const wait = this.#lastMs + this.#intervalMs - this.#clock.monotonicMs();
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#act();
      },
      Math.max(wait, 0),
    );
    this.#timer.unref();
  }

  /** It has happened. */
  done(): void {
    this.#lastMs = this.#clock.monotonicMs();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

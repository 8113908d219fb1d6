/**
 * Keeps a rate: what is taken faster than it comes in has to be waited for. Debt is allowed, so that a batch that is
 * larger than what the bucket holds passes as well, and is paid for afterwards.
 */

/** Milliseconds of the rate that a pause can save up: more would let through a burst after every stop. */
const BURST_MS = 100;

export class TokenBucket {
  readonly #perMs: number;
  #tokens = 0;
  #atMs: number;

  /** @param bytesPerSecond the rate; @param nowMs a clock that only goes forward */
  constructor(bytesPerSecond: number, nowMs: number) {
    this.#perMs = bytesPerSecond / 1_000;
    this.#atMs = nowMs;
  }

  /** Takes bytes. Gives the milliseconds after which they are within the rate; 0 where they are already. */
  take(bytes: number, nowMs: number): number {
    const earned = (nowMs - this.#atMs) * this.#perMs;
    this.#tokens = Math.min(this.#tokens + earned, BURST_MS * this.#perMs) - bytes;
    this.#atMs = nowMs;
    return Math.max(0, -this.#tokens / this.#perMs);
  }
}

/**
 * Where rows wait between the reader and everything else: for the bandwidth that the run may take, and while it is
 * paused. A batch that waits here is not followed by another, so the buffers of the reader fill, the socket is paused,
 * and Postgres waits with its snapshot.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../ports.ts';
import { TokenBucket } from './token-bucket.ts';

/** Longest wait at a time, in milliseconds, so that a pause begins soon also where the rate is low. */
const STEP_MS = 250;

export class ReadGate {
  readonly #clock: Clock;
  readonly #bucket: TokenBucket | undefined;
  #opened: PromiseWithResolvers<void> | undefined;

  /** @param bandwidth bytes a second; left out, as fast as it goes */
  constructor(clock: Clock, bandwidth?: number) {
    this.#clock = clock;
    this.#bucket = bandwidth === undefined ? undefined : new TokenBucket(bandwidth, clock.monotonicMs());
  }

  pause(): void {
    this.#opened ??= Promise.withResolvers();
  }

  continue(): void {
    this.#opened?.resolve();
    this.#opened = undefined;
  }

  /** Comes back when the bytes may go on. @throws the signal's reason */
  async pass(bytes: number, signal: AbortSignal): Promise<void> {
    const waitMs = this.#bucket?.take(bytes, this.#clock.monotonicMs()) ?? 0;
    const until = this.#clock.monotonicMs() + waitMs;
    for (;;) {
      signal.throwIfAborted();
      const leftMs = until - this.#clock.monotonicMs();
      if (this.#opened !== undefined) await orAborted(this.#opened.promise, signal);
      else if (leftMs > 0) await orAborted(sleep(Math.min(leftMs, STEP_MS), undefined, { signal }), signal);
      else return;
    }
  }
}

/** @throws the signal's reason as soon as it fires */
async function orAborted(waiting: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    await Promise.race([waiting.catch(abort), promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

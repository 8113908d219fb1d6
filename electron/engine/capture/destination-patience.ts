/**
 * How a capture waits for a destination that is away: as long as it takes, because the slot keeps what was not written.
 * The error table says which failures may pass; all others end the capture.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../contract/app-error.ts';
import { ERRORS } from '../../contract/error-table.ts';

/** Milliseconds before the first attempt; each one after it waits twice as long, up to the longest. */
export interface Delays {
  readonly firstMs: number;
  readonly longestMs: number;
}

export const DEFAULT_DELAYS: Delays = { firstMs: 500, longestMs: 30_000 };

/** Told of outages; several requests of one outage are one. */
export interface OutageObserver {
  /** Something is away, and is tried again in so many milliseconds. */
  onWaiting(error: AppError, delayMs: number): void;
  /** It is back. */
  onRecovered(): void;
}

/** True for failures of the destination that go away by themselves. */
export function mayPass(error: unknown): error is AppError {
  return error instanceof AppError && error.code.startsWith('DEST_') && ERRORS[error.code].retry === 'timed';
}

/**
 * Waits longer after each failure, and not as long as others that failed at the same moment.
 * @param failures from 1
 * @param random from 0 up to but without 1
 */
export function delayAfter(failures: number, random: number, { firstMs, longestMs }: Delays): number {
  const longest = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 16));
  return Math.round(longest * (0.5 + random / 2));
}

export class DestinationPatience {
  readonly #observer: OutageObserver;
  readonly #delays: Delays;
  #failing = 0;

  constructor(observer: OutageObserver, delays: Delays = DEFAULT_DELAYS) {
    this.#observer = observer;
    this.#delays = delays;
  }

  /** Does it until it is done. @throws what cannot pass, and the signal's reason */
  async persist<T>(attempt: () => Promise<T>, signal: AbortSignal): Promise<T> {
    for (let failures = 1; ; failures++) {
      try {
        const result = await attempt();
        if (failures > 1) this.#recovered();
        return result;
      } catch (error) {
        signal.throwIfAborted();
        if (!mayPass(error)) throw error;
        if (failures === 1) this.#failing++;
        const delayMs = delayAfter(failures, Math.random(), this.#delays);
        this.#observer.onWaiting(error, delayMs);
        await sleep(delayMs, undefined, { signal });
      }
    }
  }

  #recovered(): void {
    this.#failing--;
    if (this.#failing === 0) this.#observer.onRecovered();
  }
}

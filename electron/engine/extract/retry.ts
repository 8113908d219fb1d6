/** Whether a failure of the source may pass, and how long to wait for it. Pure. */
import { AppError } from '../../contract/app-error.ts';
import { ERRORS } from '../../contract/error-table.ts';

/** Milliseconds before the first attempt; each one after it waits twice as long, up to the longest. */
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;

/** Failures in a row of which nobody knows the end. */
export interface Trouble {
  readonly failures: number;
  /** When the first of them came, on a clock that only goes forward. */
  readonly sinceMs: number;
}

/** How it goes on after a failure: after a wait, or not at all. */
export type Retry =
  | { readonly tag: 'wait'; readonly trouble: Trouble; readonly delayMs: number }
  | { readonly tag: 'give-up' };

/**
 * True for failures of the source that go away by themselves. A name that cannot be resolved is one of them once it
 * has been: that is what a VPN that is down looks like, and a laptop that has just woken up.
 */
export function mayPass(error: unknown): error is AppError {
  if (!(error instanceof AppError) || !error.code.startsWith('SOURCE_')) return false;
  return ERRORS[error.code].retry === 'timed' || error.code === 'SOURCE_HOST_NOT_FOUND';
}

/**
 * Waits longer after each failure, and not as long as others that failed at the same moment.
 * @param random from 0 up to but without 1
 */
export function nextAttempt(
  before: Trouble | undefined,
  nowMs: number,
  random: number,
  giveUpMs: number,
): Retry {
  const trouble = { failures: (before?.failures ?? 0) + 1, sinceMs: before?.sinceMs ?? nowMs };
  const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(trouble.failures - 1, 16));
  const delayMs = Math.round(longest * (0.5 + random / 2));
  if (nowMs + delayMs - trouble.sinceMs > giveUpMs) return { tag: 'give-up' };
  return { tag: 'wait', trouble, delayMs };
}

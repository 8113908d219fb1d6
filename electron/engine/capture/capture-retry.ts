/** Whether a capture that failed tries again, and after how long. It does so for ever where time can mend it. Pure. */
import { AppError } from '../../contract/app-error.ts';
import { ERRORS, type ErrorCode } from '../../contract/error-table.ts';

/** Milliseconds before the first attempt; each one after it waits twice as long, up to the longest. */
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;

/**
 * What the table calls a matter for people, and what passes by itself for a capture that has worked already: a name that
 * cannot be resolved while the network is down, a laptop's clock after a night, a session that somebody renews, the
 * server's own session of before that has not noticed that we are gone.
 */
const PASSES_ONCE_WORKED: ReadonlySet<ErrorCode> = new Set([
  'SOURCE_HOST_NOT_FOUND',
  'DEST_CREDENTIALS_EXPIRED',
  'DEST_CLOCK_SKEW',
  'SLOT_IN_USE',
]);

/**
 * What was damaged on its way is in no entry of the log: the next connection removes it, and writes it again. A slot can be
 * gone right after it was seen, where the process that was making it was killed; a look at the server says what that means.
 */
const PASSES: ReadonlySet<ErrorCode> = new Set([
  'DEST_CHECKSUM_MISMATCH',
  'DEST_NO_OBJECT',
  'SLOT_NOT_FOUND',
]);

/**
 * Failures in a row after which the server is believed that it cannot decode, and those after which a new slot is made where
 * nothing is lost by it: what it was made in can be a moment that it never gets over, see `postgres/make-slot.ts`. It decodes
 * the changes of all tables, also of those that nobody has published.
 */
const DECODE_ATTEMPTS = 8;
const DECODE_ATTEMPTS_WITH_A_SLOT = 2;

/**
 * Milliseconds that a slot may be in use at the start: a killed capture's session is found dead within these. The same for one
 * that was there when it was to be made and not when it was looked for: the server goes on to make the slot of a killed process.
 */
const IN_USE_PATIENCE_MS = 90_000;

export interface FailureFacts {
  readonly error: unknown;
  /** Failures in a row, this one included. */
  readonly failures: number;
  /** Whether changes were read since the process began to work on the job. */
  readonly worked: boolean;
  /** Milliseconds since the first of the failures in a row. */
  readonly troubleMs: number;
  /** The slot is ours, and nothing that was read in it is in the log. */
  readonly renewable: boolean;
  /** From 0 up to but without 1. */
  readonly random: number;
}

export type CaptureRetry =
  | { readonly tag: 'wait'; readonly delayMs: number }
  /** With a new slot, and a snapshot of it. */
  | { readonly tag: 'renew'; readonly delayMs: number }
  | { readonly tag: 'give-up' };

export function afterFailure(facts: FailureFacts): CaptureRetry {
  const { error, failures, worked, troubleMs, renewable, random } = facts;
  if (!(error instanceof AppError)) return { tag: 'give-up' };
  const { code } = error;
  const passes =
    ERRORS[code].retry === 'timed' ||
    PASSES.has(code) ||
    (worked && PASSES_ONCE_WORKED.has(code)) ||
    (code === 'SLOT_CANNOT_DECODE' && failures < DECODE_ATTEMPTS) ||
    ((code === 'SLOT_IN_USE' || code === 'SLOT_EXISTS') && troubleMs < IN_USE_PATIENCE_MS);
  if (!passes) return { tag: 'give-up' };
  const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(failures - 1, 16));
  const delayMs = Math.round(longest * (0.5 + random / 2));
  const renews = code === 'SLOT_CANNOT_DECODE' && renewable && failures >= DECODE_ATTEMPTS_WITH_A_SLOT;
  return { tag: renews ? 'renew' : 'wait', delayMs };
}

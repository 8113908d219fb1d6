import { expect, type Assertion } from 'vitest';

/** Milliseconds after which what should have come will not, also on a machine with much else to do. */
export const PATIENCE_MS = 30_000;

/** Expects something of a value that is on its way: reads it again and again until the expectation holds. */
export function soon<T>(read: () => T): Assertion<Promise<void>, Awaited<T>> {
  return expect.poll(read, { timeout: PATIENCE_MS, interval: 30 });
}

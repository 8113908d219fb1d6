import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../electron/contract/app-error.ts';
import { ERROR_CODES, type ErrorCode } from '../../electron/contract/error-table.ts';
import { PartNumbers } from '../../electron/engine/extract/part-numbers.ts';
import { RangeQueue } from '../../electron/engine/extract/range-queue.ts';
import { mayPass, nextAttempt, type Trouble } from '../../electron/engine/extract/retry.ts';

/** Failures of the source that are got over while a run goes on. */
const PASSING = new Set<ErrorCode>([
  'SOURCE_HOST_NOT_FOUND',
  'SOURCE_UNREACHABLE',
  'SOURCE_CONNECT_TIMEOUT',
  'SOURCE_TOO_MANY_CONNECTIONS',
  'SOURCE_LOCK_TIMEOUT',
  'SOURCE_RECOVERY_CONFLICT',
  'SOURCE_CONNECTION_LOST',
  'SOURCE_SHUTDOWN',
  'SOURCE_SNAPSHOT_LOST',
]);

describe('a failure that may pass', () => {
  test.each(ERROR_CODES)('%s', (code) => {
    expect(mayPass(new AppError(code, 'x'))).toBe(PASSING.has(code));
  });

  test('is never something unknown', () => {
    expect(mayPass(new Error('x'))).toBe(false);
    expect(mayPass('x')).toBe(false);
  });
});

describe('the wait before the next attempt', () => {
  test('doubles, up to fifteen seconds', () => {
    let trouble: Trouble | undefined;
    const delays: number[] = [];
    for (let i = 0; i < 8; i++) {
      const retry = nextAttempt(trouble, 0, 0.999_999, 120_000);
      if (retry.tag === 'give-up') throw new Error('gave up');
      delays.push(retry.delayMs);
      ({ trouble } = retry);
    }
    expect(delays).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  });

  test('is between half of that and all of it, so that many do not come at the same moment', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1_000_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (n, random) => {
          const before = { failures: n, sinceMs: 0 };
          const retry = nextAttempt(before, 0, random, Infinity);
          if (retry.tag === 'give-up') throw new Error('gave up');
          const longest = Math.min(15_000, 500 * 2 ** Math.min(n, 16));
          expect(retry.delayMs).toBeGreaterThanOrEqual(Math.floor(longest / 2));
          expect(retry.delayMs).toBeLessThanOrEqual(longest);
          expect(retry.trouble).toEqual({ failures: n + 1, sinceMs: 0 });
        },
      ),
    );
  });

  test('ends within the time that is given, counted from the first failure', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })), (randoms) => {
        let trouble: Trouble | undefined;
        let nowMs = 1_000;
        for (let i = 0; i < 100; i++) {
          const retry = nextAttempt(trouble, nowMs, randoms.next().value as number, 120_000);
          if (retry.tag === 'give-up') {
            expect(nowMs).toBeLessThanOrEqual(121_000);
            expect(nowMs).toBeGreaterThan(100_000);
            return;
          }
          nowMs += retry.delayMs;
          ({ trouble } = retry);
        }
        throw new Error('it never gave up');
      }),
    );
  });
});

describe('the queue of ranges', () => {
  const range = (number: number) => ({ number, blocks: null });

  test('gives the one that comes first in the table, also when it was put back', () => {
    const queue = new RangeQueue([1, 2, 3].map(range));
    expect(queue.take()?.number).toBe(1);
    expect(queue.take()?.number).toBe(2);
    queue.putBack(range(1));
    expect(queue.size).toBe(2);
    expect([queue.take()?.number, queue.take()?.number, queue.take()]).toEqual([1, 3, undefined]);
  });
});

describe('numbers of objects', () => {
  test('have no holes, and no two objects have one', () => {
    const numbers = new PartNumbers([2, 5]);
    expect([numbers.take(), numbers.take(), numbers.take()]).toEqual([1, 3, 4]);
    numbers.giveBack([3, 5]);
    expect([numbers.take(), numbers.take(), numbers.take()]).toEqual([3, 5, 6]);
  });
});

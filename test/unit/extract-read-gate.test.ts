import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ReadGate } from '../../electron/engine/extract/read-gate.ts';
import { TokenBucket } from '../../electron/engine/extract/token-bucket.ts';

describe('the token bucket, on a clock of its own', () => {
  test('keeps the rate, whatever the batches', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1_024, max: 1e9 }),
        fc.array(fc.record({ bytes: fc.integer({ min: 0, max: 1e7 }), idleMs: fc.nat({ max: 5_000 }) }), {
          minLength: 1,
          maxLength: 200,
        }),
        (rate, batches) => {
          const bucket = new TokenBucket(rate, 0);
          let now = 0;
          let bytes = 0;
          let idle = 0;
          for (const batch of batches) {
            now += batch.idleMs;
            idle += batch.idleMs;
            now += bucket.take(batch.bytes, now);
            bytes += batch.bytes;
          }
          const fair = (bytes / rate) * 1_000;
          // Never faster than the rate since the beginning; and no slower than it while there is something to do.
          expect(now).toBeGreaterThanOrEqual(fair - 0.01);
          expect(now - idle).toBeLessThanOrEqual(fair + 0.01);
        },
      ),
    );
  });

  test('after a long stop, no more than a tenth of a second is let through at once', () => {
    const bucket = new TokenBucket(1_000_000, 0);
    bucket.take(0, 3_600_000);
    expect(bucket.take(100_000, 3_600_000)).toBe(0);
    expect(bucket.take(100_000, 3_600_000)).toBe(100);
  });

  test('several takers share the rate', () => {
    const bucket = new TokenBucket(1_000, 0);
    expect([bucket.take(500, 0), bucket.take(500, 0), bucket.take(500, 0)]).toEqual([500, 1_000, 1_500]);
  });
});

describe('the gate', () => {
  const clock = { now: () => new Date(), monotonicMs: () => performance.now() };
  const never = new AbortController().signal;

  test('is open', async () => {
    await new ReadGate(clock).pass(1e9, never);
  });

  test('is shut by a pause and opened again', async () => {
    const gate = new ReadGate(clock);
    gate.pause();
    let passed = 0;
    const waiting = [gate.pass(1, never), gate.pass(1, never)].map((pass) => pass.then(() => passed++));
    await new Promise(setImmediate);
    expect(passed).toBe(0);
    gate.pause();
    gate.continue();
    await Promise.all(waiting);
    expect(passed).toBe(2);
  });

  test('a wait for bandwidth ends with the signal, and with its reason', async () => {
    const gate = new ReadGate(clock, 1_024);
    const controller = new AbortController();
    const reason = new Error('enough');
    const waiting = gate.pass(1e9, controller.signal);
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(gate.pass(0, controller.signal)).rejects.toBe(reason);
  });

  test('so does a pause', async () => {
    const gate = new ReadGate(clock);
    const controller = new AbortController();
    gate.pause();
    const waiting = gate.pass(1, controller.signal);
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });
});

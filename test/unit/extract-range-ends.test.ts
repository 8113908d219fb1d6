import { describe, expect, test } from 'vitest';
import type { RangeAttempt } from '../../electron/engine/extract/range-attempt.ts';
import { RangeEnds } from '../../electron/engine/extract/range-ends.ts';

const attempt = {} as RangeAttempt;
const range = (number: number) => ({ number, blocks: null });

/** Ends that are over when the test says so. */
function ends() {
  const gates = new Map<number, PromiseWithResolvers<void>>();
  const made = new RangeEnds(({ number }) => {
    const gate = Promise.withResolvers<void>();
    gates.set(number, gate);
    return gate.promise;
  });
  const gate = (number: number) => gates.get(number)!;
  return { made, gate, begun: () => [...gates.keys()] };
}

/** Whether it is over, when all has happened that can happen now. */
async function isOver(promise: Promise<unknown>): Promise<boolean> {
  let over = false;
  const note = () => {
    over = true;
  };
  promise.then(note, note);
  await new Promise((resolve) => setImmediate(resolve));
  return over;
}

describe('the ends of ranges', () => {
  test('hold nobody up but the range after the next', async () => {
    const { made, gate, begun } = ends();
    await made.add(range(1), attempt);
    const second = made.add(range(2), attempt);
    expect(begun()).toEqual([1, 2]);
    expect(await isOver(second)).toBe(false);
    gate(1).resolve();
    await second;
    const last = made.settled();
    expect(await isOver(last)).toBe(false);
    gate(2).resolve();
    await last;
  });

  test('that fail are told with the next range, and the one that goes on is still waited for', async () => {
    const { made, gate } = ends();
    await made.add(range(1), attempt);
    const failure = new Error('gone');
    const second = made.add(range(2), attempt);
    gate(1).reject(failure);
    await expect(second).rejects.toBe(failure);
    const last = made.settled();
    expect(await isOver(last)).toBe(false);
    gate(2).reject(new Error('given up'));
    await expect(last).rejects.toBe(failure);
  });

  test('are none where no range was read', async () => {
    await ends().made.settled();
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PartBudget } from '../../electron/engine/s3/part-budget.ts';

const never = new AbortController().signal;

/** Asks, and tells when it was let through. */
function ask(budget: PartBudget, bytes: number, signal = never) {
  const asked = { admitted: false, failed: undefined as unknown };
  budget.take(bytes, signal).then(
    () => {
      asked.admitted = true;
      return asked;
    },
    (error: unknown) => {
      asked.failed = error;
    },
  );
  return asked;
}

/** Lets everything happen that can happen now. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('the budget of parts on their way', () => {
  test('lets through what fits, and the others in the order they came', async () => {
    const budget = new PartBudget(10);
    const asked = [4, 4, 4, 1].map((bytes) => ask(budget, bytes));
    await settle();
    // The last would fit, and must not overtake: a stream of small parts would keep a large one waiting for ever.
    expect(asked.map(({ admitted }) => admitted)).toEqual([true, true, false, false]);
    budget.give(4);
    await settle();
    expect(asked.map(({ admitted }) => admitted)).toEqual([true, true, true, true]);
  });

  test('lets a part that is larger than all of it go alone', async () => {
    const budget = new PartBudget(10);
    const small = ask(budget, 1);
    const large = ask(budget, 100);
    const next = ask(budget, 1);
    await settle();
    expect([small, large, next].map(({ admitted }) => admitted)).toEqual([true, false, false]);
    budget.give(1);
    await settle();
    expect([large, next].map(({ admitted }) => admitted)).toEqual([true, false]);
    budget.give(100);
    await settle();
    expect(next.admitted).toBe(true);
  });

  test('forgets who gives up, and lets those behind go on', async () => {
    const budget = new PartBudget(10);
    ask(budget, 6);
    const controller = new AbortController();
    const impatient = ask(budget, 8, controller.signal);
    const behind = ask(budget, 4);
    await settle();
    expect(behind.admitted).toBe(false);
    const reason = new Error('enough');
    controller.abort(reason);
    await settle();
    expect(impatient.failed).toBe(reason);
    expect(behind.admitted).toBe(true);
    await expect(budget.take(1, controller.signal)).rejects.toBe(reason);
  });

  test('is never exceeded by more than one part, and everybody gets through', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 40 }), async (sizes) => {
        const budget = new PartBudget(16);
        let used = 0;
        await Promise.all(
          sizes.map(async (bytes) => {
            await budget.take(bytes, never);
            used += bytes;
            expect(used <= 16 || used === bytes).toBe(true);
            await Promise.resolve();
            used -= bytes;
            budget.give(bytes);
          }),
        );
        expect(used).toBe(0);
      }),
    );
  });
});

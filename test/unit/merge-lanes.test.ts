import { expect, test } from 'vitest';
import { mergeLanes } from '../../electron/engine/postgres/merge-lanes.ts';

/** A lane that gives what it is told to, and says when it has ended. */
class Lane {
  readonly #turns: PromiseWithResolvers<string | undefined>[] = [Promise.withResolvers()];
  asked = 0;
  ended = false;

  give(value: string | undefined): void {
    this.#turns.at(-1)!.resolve(value);
    this.#turns.push(Promise.withResolvers());
  }

  fail(error: unknown): void {
    this.#turns.at(-1)!.reject(error);
  }

  async *read(): AsyncGenerator<string> {
    try {
      for (;;) {
        const value = await this.#turns[this.asked++]!.promise;
        if (value === undefined) return;
        yield value;
      }
    } finally {
      this.ended = true;
    }
  }
}

test('what lanes bring comes in the order in which it comes, until all have ended', async () => {
  const [one, two] = [new Lane(), new Lane()];
  const merged = mergeLanes([one.read(), two.read()]);
  const first = merged.next();
  two.give('b1');
  expect((await first).value).toBe('b1');
  const second = merged.next();
  one.give('a1');
  expect((await second).value).toBe('a1');
  const third = merged.next();
  one.give(undefined);
  two.give('b2');
  expect((await third).value).toBe('b2');
  const last = merged.next();
  two.give(undefined);
  expect(await last).toEqual({ done: true, value: undefined });
});

test('a lane is asked for more only when more is asked for: what it gave stays as it is', async () => {
  const lane = new Lane();
  const merged = mergeLanes([lane.read()]);
  lane.give('a1');
  lane.give('a2');
  expect((await merged.next()).value).toBe('a1');
  await new Promise((resolve) => setImmediate(resolve));
  expect(lane.asked).toBe(1);
  expect((await merged.next()).value).toBe('a2');
  expect(lane.asked).toBe(2);
  const done = merged.return(undefined);
  await done;
  expect(lane.ended).toBe(true);
});

test('the failure of one lane is given, and ends the others', async () => {
  const [one, two] = [new Lane(), new Lane()];
  const merged = mergeLanes([one.read(), two.read()]);
  two.give('b1');
  expect((await merged.next()).value).toBe('b1');
  const failed = merged.next();
  two.give('b2');
  expect((await failed).value).toBe('b2');
  const next = merged.next();
  one.fail(new Error('broken'));
  two.give('b3');
  await expect((async () => [await next, await merged.next()])()).rejects.toThrow('broken');
  expect([one.ended, two.ended]).toEqual([true, true]);
});

test('without lanes there is nothing', async () => {
  expect(await mergeLanes([]).next()).toEqual({ done: true, value: undefined });
});

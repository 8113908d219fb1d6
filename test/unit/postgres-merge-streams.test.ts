import { setImmediate as tick } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { mergeStreams } from '../../electron/engine/postgres/merge-streams.ts';

async function* stream<T>(items: readonly T[], onReturn: () => void = () => undefined): AsyncGenerator<T> {
  try {
    for (const item of items) {
      await tick();
      yield item;
    }
  } finally {
    onReturn();
  }
}

async function all<T>(merged: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of merged) items.push(item);
  return items;
}

describe('several streams as one', () => {
  test('give every item once, those of each stream in their order', async () => {
    const streams = [0, 1, 2].map((s) => stream(Array.from({ length: 50 }, (_, i) => [s, i] as const)));
    const items = await all(mergeStreams(streams, () => undefined));
    expect(items).toHaveLength(150);
    for (const s of [0, 1, 2]) {
      expect(items.filter(([from]) => from === s).map(([, i]) => i)).toEqual(
        Array.from({ length: 50 }, (_, i) => i),
      );
    }
  });

  test('ask a stream for more only when its item has been consumed', async () => {
    const buffer = { value: 0 };
    async function* reusing(): AsyncGenerator<{ value: number }> {
      for (let i = 1; i <= 20; i++) {
        buffer.value = i;
        yield buffer;
        await tick();
      }
    }
    const seen: number[] = [];
    for await (const item of mergeStreams([reusing(), stream<typeof buffer>([])], () => undefined)) {
      await tick();
      seen.push(item.value);
    }
    expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });

  test('of none, and of empty ones, are empty', async () => {
    expect(await all(mergeStreams([], () => undefined))).toEqual([]);
    expect(await all(mergeStreams([stream([]), stream([])], () => undefined))).toEqual([]);
  });

  test('fail with the first error, and end the others', async () => {
    const ended = vi.fn<() => void>();
    const stop = vi.fn<() => void>();
    async function* failing(): AsyncGenerator<number> {
      yield 1;
      await tick();
      throw new Error('broken');
    }
    const endless = Array.from({ length: 10_000 }, (_, i) => i);
    await expect(
      all(mergeStreams([stream(endless, ended), failing(), stream(endless, ended)], stop)),
    ).rejects.toThrow('broken');
    expect(stop).toHaveBeenCalledTimes(1);
    expect(ended).toHaveBeenCalledTimes(2);
  });

  test('end with their reader, also those that wait for something', async () => {
    const ended = vi.fn<() => void>();
    const gate = Promise.withResolvers<void>();
    async function* waiting(): AsyncGenerator<number> {
      try {
        await gate.promise;
        yield 1;
      } finally {
        ended();
      }
    }
    for await (const item of mergeStreams([stream([1, 2, 3], ended), waiting()], () => gate.resolve())) {
      if (item === 2) break;
    }
    expect(ended).toHaveBeenCalledTimes(2);
  });
});

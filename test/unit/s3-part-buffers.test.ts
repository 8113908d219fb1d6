import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PartBuffers } from '../../electron/engine/s3/part-buffer.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Takes a buffer, and tells when it is there. */
function ask(buffers: PartBuffers, bytes: number) {
  const asked = { buffer: undefined as Buffer | undefined };
  void (async () => {
    asked.buffer = await buffers.take(bytes, true);
  })();
  return asked;
}

describe('memory for parts', () => {
  test('is used again', async () => {
    const buffers = new PartBuffers();
    const first = await buffers.take(8, false);
    buffers.give(first);
    expect(await buffers.take(8, true)).toBe(first);
  });

  test('is of the size that is asked for, and smaller pieces are let go', async () => {
    const buffers = new PartBuffers();
    buffers.give(await buffers.take(8, false));
    expect(await buffers.take(16, false)).toHaveLength(16);
    const asked = ask(buffers, 32);
    buffers.give(Buffer.alloc(16));
    await vi.advanceTimersByTimeAsync(0);
    expect(asked.buffer).toHaveLength(32);
  });

  test('comes from a part that has arrived, where one does so soon', async () => {
    const buffers = new PartBuffers();
    const sent = await buffers.take(8, false);
    const asked = [ask(buffers, 8), ask(buffers, 8)];
    await vi.advanceTimersByTimeAsync(49);
    expect(asked.map(({ buffer }) => buffer)).toEqual([undefined, undefined]);
    buffers.give(sent);
    await vi.advanceTimersByTimeAsync(0);
    expect(asked[0]?.buffer).toBe(sent);
    expect(asked[1]?.buffer).toBeUndefined();
  });

  test('is made where none arrives, and whoever has waited gets nothing any more', async () => {
    const buffers = new PartBuffers();
    const sent = await buffers.take(8, false);
    const asked = ask(buffers, 8);
    await vi.advanceTimersByTimeAsync(50);
    expect(asked.buffer).toHaveLength(8);
    expect(asked.buffer).not.toBe(sent);
    buffers.give(sent);
    expect(await buffers.take(8, true)).toBe(sent);
  });

  test('is made where parts wait a little each time: that is a network that needs it', async () => {
    const buffers = new PartBuffers();
    let sent = await buffers.take(8, false);
    /** How long the next one is waited for, when a part comes back after so many milliseconds. */
    const waitsFor = async (ms: number) => {
      const asked = ask(buffers, 8);
      await vi.advanceTimersByTimeAsync(ms);
      const made = asked.buffer !== undefined;
      buffers.give(sent);
      await vi.advanceTimersByTimeAsync(0);
      sent = asked.buffer!;
      return made;
    };
    expect([await waitsFor(20), await waitsFor(20), await waitsFor(20)]).toEqual([false, false, true]);
  });

  test('is not made because of waits that are long ago', async () => {
    const buffers = new PartBuffers();
    const sent = await buffers.take(8, false);
    for (let part = 0; part < 20; part++) {
      const asked = ask(buffers, 8);
      await vi.advanceTimersByTimeAsync(part % 9 === 0 ? 40 : 0);
      buffers.give(sent);
      await vi.advanceTimersByTimeAsync(0);
      expect(asked.buffer).toBe(sent);
    }
  });

  test('is made at once where nothing is on its way', async () => {
    const buffers = new PartBuffers();
    await buffers.take(8, false);
    expect(await buffers.take(8, false)).toHaveLength(8);
    expect(vi.getTimerCount()).toBe(0);
  });
});

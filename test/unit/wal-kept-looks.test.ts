/** That one connection serves many looks, and which of them it does not serve. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { KeptLooks } from '../../electron/engine/wal/kept-looks.ts';
import type { WalLook } from '../../electron/engine/wal/wal-source.ts';

/** A look at nothing, whose connection can be broken. */
class FakeLook implements WalLook {
  alive = true;
  closed = false;
  facts = () => Promise.reject(new Error('not faked'));
  heartbeat = () => Promise.resolve('0/1');
  cancel = () => {
    this.alive = false;
    return Promise.resolve();
  };
  [Symbol.asyncDispose] = () => {
    this.alive = false;
    this.closed = true;
    return Promise.resolve();
  };
}

const never = new AbortController().signal;
let opened: FakeLook[];
let looks: KeptLooks;

beforeEach(() => {
  vi.useFakeTimers();
  opened = [];
  looks = new KeptLooks({
    idleMs: 1_000,
    open: () => {
      const look = new FakeLook();
      opened.push(look);
      return Promise.resolve(look);
    },
  });
});
afterEach(() => vi.useRealTimers());

const beat = (id = 'a', signal = never) => looks.use(id, signal, (look) => look.heartbeat());

describe('a kept connection', () => {
  it('serves one look after the other, and each profile has its own', async () => {
    await Promise.all([beat(), beat(), beat('b')]);
    await beat();
    expect(opened).toHaveLength(2);
  });

  it('is closed when nobody has looked for a while', async () => {
    await beat();
    await vi.advanceTimersByTimeAsync(999);
    expect(opened[0]?.closed).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(opened[0]?.closed).toBe(true);
    await beat();
    expect(opened).toHaveLength(2);
  });

  it('that has died between two looks is replaced without a word', async () => {
    await beat();
    opened[0]!.heartbeat = () => {
      opened[0]!.alive = false;
      return Promise.reject(new Error('terminated'));
    };
    await expect(beat()).resolves.toBe('0/1');
    expect([opened.length, opened[0]?.closed]).toEqual([2, true]);
  });

  it('that lives is kept although a question has failed, and the failure is told', async () => {
    await beat();
    await expect(looks.use('a', never, () => Promise.reject(new Error('refused')))).rejects.toThrow(
      'refused',
    );
    await beat();
    expect(opened).toHaveLength(1);
  });

  it('is not kept when its caller has gone away in the middle, and the next one waits for nobody', async () => {
    const abort = new AbortController();
    const waiting = looks.use(
      'a',
      abort.signal,
      (look) =>
        new Promise((_, reject) => {
          (look as FakeLook).cancel = () => Promise.resolve(reject(new Error('cancelled')));
        }),
    );
    await vi.advanceTimersByTimeAsync(0);
    abort.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    await beat();
    expect([opened.length, opened[0]?.closed]).toEqual([2, true]);
  });

  it('is forgotten when a profile was changed, also while it is in use', async () => {
    await beat('b');
    let go: () => void = () => undefined;
    const busy = looks.use('a', never, () => new Promise<void>((resolve) => (go = resolve)));
    await vi.advanceTimersByTimeAsync(0);
    await looks.forget();
    go();
    await busy;
    expect(opened.map(({ closed }) => closed)).toEqual([true, true]);
  });

  it('does not outlive the desk', async () => {
    await beat();
    await looks.close();
    expect(opened[0]?.closed).toBe(true);
    await beat();
    expect(opened[1]?.closed).toBe(true);
  });
});

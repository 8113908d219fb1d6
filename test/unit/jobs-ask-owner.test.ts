import { describe, expect, it } from 'vitest';
import type { RunState } from '../../electron/contract/run.ts';
import { askOwner, hasDone } from '../../electron/engine/jobs/ask-owner.ts';
import type { StoredRun } from '../../electron/engine/ports.ts';
import type { RunRequest } from '../../electron/engine/run-requests.ts';
import { storedRun } from '../fakes/stored-run.ts';

const at = '2026-11-22T09:30:00.000Z';
const queued: RunState = { tag: 'queued' };
const running: RunState = { tag: 'running', phase: 'transfer' };
const paused: RunState = { tag: 'running', phase: 'transfer', paused: true };
const cancelling: RunState = { tag: 'cancelling' };
const cancelled: RunState = { tag: 'cancelled', finishedAt: at };
const never = new AbortController().signal;

const inState = (state: RunState): StoredRun => {
  const stored = storedRun(1);
  return { ...stored, run: { ...stored.run, state } };
};

/** A store whose run goes through these states, one a look, and in which `takes` says when a request is taken. */
function storeOf(states: readonly RunState[], takes = true) {
  const left = [...states];
  const asked: RunRequest[] = [];
  let waiting = false;
  return {
    asked,
    ask: async (_runId: string, request: RunRequest) => {
      asked.push(request);
      waiting = true;
    },
    isAsked: async () => waiting,
    takeRequest: async () => {
      waiting = false;
      return undefined;
    },
    load: async () => {
      if (takes) waiting = false;
      return inState(left.length > 1 ? left.shift()! : left[0]!);
    },
  };
}

describe('a run of another process', () => {
  it.each<[RunRequest, RunState, boolean]>([
    ['cancel', queued, false],
    ['cancel', running, false],
    ['cancel', cancelling, false],
    ['cancel', cancelled, true],
    ['pause', queued, false],
    ['pause', running, false],
    ['pause', paused, true],
    ['pause', cancelling, true],
    ['pause', cancelled, true],
    ['continue', queued, false],
    ['continue', paused, false],
    ['continue', running, true],
    ['continue', cancelled, true],
  ])('that was asked to %s and is %j: done %s', (request, state, done) => {
    expect(hasDone(request, state)).toBe(done);
  });

  it('is asked once, and waited for', async () => {
    const store = storeOf([running, running, cancelling, cancelled]);
    const recover = () => Promise.resolve();
    expect(await askOwner({ store, recover }, inState(running), 'cancel', never)).toEqual(cancelled);
    expect(store.asked).toEqual(['cancel']);
  });

  it('takes its time to end once it has heard', async () => {
    const store = storeOf([running, cancelling, cancelling, cancelled]);
    const deps = { store, recover: () => Promise.resolve(), giveUpMs: 0 };
    expect(await askOwner(deps, inState(running), 'cancel', never)).toEqual(cancelled);
  });

  it('that does not listen is told of, and what was asked is withdrawn', async () => {
    const store = storeOf([running], false);
    const deps = { store, recover: () => Promise.resolve(), giveUpMs: 0 };
    const asking = askOwner(deps, inState(running), 'cancel', never);
    await expect(asking).rejects.toMatchObject({ code: 'STORE_RUN_BUSY' });
    expect(await store.isAsked()).toBe(false);
  });

  it('whose process is gone is brought to its end', async () => {
    const states: RunState[] = [running];
    const store = storeOf(states, false);
    const recover = async () => void states.push(cancelled);
    const deps = { store: { ...store, load: async () => inState(states.at(-1)!) }, recover };
    expect(await askOwner(deps, inState(running), 'cancel', never)).toEqual(cancelled);
  });
});

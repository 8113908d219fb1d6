/** Keeping a job without starting it. */
import { expect, test } from 'vitest';
import { AppError } from '../../electron/contract/app-error.ts';
import type { EngineEvent } from '../../electron/contract/events.ts';
import { CaptureDesk } from '../../electron/engine/capture/capture-desk.ts';
import type { CaptureHistory } from '../../electron/engine/capture/capture-history.ts';
import type { CaptureShelf, StoredCapture } from '../../electron/engine/capture/capture-shelf.ts';
import type { CaptureSource } from '../../electron/engine/capture/capture-source.ts';
import type { ConnectionAccess } from '../../electron/engine/ports.ts';
import { memoryLog } from '../fakes/host-engine.ts';
import { fakeCaptureSpec } from '../fakes/renderer-capture.ts';

const { signal } = new AbortController();
const OTHER = { pid: 4711, host: 'here', startedAt: '2026-11-22T09:00:00.000Z' };

function memoryShelf(stored: Map<string, StoredCapture>): CaptureShelf {
  const save = async (capture: StoredCapture) => void stored.set(capture.spec.name, capture);
  return {
    load: async (name) => stored.get(name),
    save,
    change: async (name, change) => {
      const changed = change(stored.get(name));
      if (changed !== undefined) await save(changed);
      return changed;
    },
    list: async () => [...stored.values()],
    remove: async (name) => void stored.delete(name),
    ask: async () => async () => true,
    takeRequest: async () => undefined,
    forgetRequests: async () => undefined,
    watch: () => () => undefined,
  };
}

function makeDesk(stored: Map<string, StoredCapture>) {
  const events: EngineEvent[] = [];
  const never = () => {
    throw new Error('nothing is to be asked of a server');
  };
  const desk = new CaptureDesk({
    owner: { pid: 1, host: 'here', startedAt: '2026-11-22T10:00:00.000Z' },
    isAlive: () => true,
    shelf: memoryShelf(stored),
    source: {} as CaptureSource,
    captureFacts: never,
    sourceAccess: async ({ source }) => {
      if ('profile' in source && source.profile === 'Gone')
        throw new AppError('CONFIG_PROFILE_NOT_FOUND', 'There is no connection "Gone".');
      return {} as ConnectionAccess;
    },
    openHistory: async () => ({ [Symbol.asyncDispose]: async () => undefined }) as unknown as CaptureHistory,
    spoolFolder: '/nowhere',
    clock: { now: () => new Date('2026-11-22T10:00:00.000Z'), monotonicMs: () => 0 },
    random: () => 0,
    log: memoryLog(),
    emit: (event) => events.push(event),
  });
  return { desk, events };
}

test('a job is kept, told, and not started', async () => {
  const stored = new Map<string, StoredCapture>();
  const { desk, events } = makeDesk(stored);
  const spec = fakeCaptureSpec('orders');
  const status = await desk.calls['capture.save']({ spec }, { signal });
  expect(status).toMatchObject({ name: 'orders', phase: 'stopped', process: null, sequence: 0 });
  expect(stored.get('orders')).toEqual({ spec, owner: null, status: null, samples: [] });
  expect(events).toEqual([{ type: 'capture', status }]);
  expect(desk.active()).toEqual([]);
});

test('a change keeps how far the job is', async () => {
  const stored = new Map<string, StoredCapture>();
  const { desk } = makeDesk(stored);
  const spec = fakeCaptureSpec('orders');
  const before = await desk.calls['capture.save']({ spec }, { signal });
  stored.set('orders', { spec, owner: null, status: { ...before, sequence: 5 }, samples: [] });
  const changed = { ...spec, rollSeconds: 5 };
  const status = await desk.calls['capture.save']({ spec: changed }, { signal });
  expect(status).toMatchObject({ sequence: 5, spec: { rollSeconds: 5 } });
  expect(stored.get('orders')).toMatchObject({ spec: changed, status: { sequence: 5 } });
});

test('a job that somebody works on, and one whose profile is gone, stay as they are', async () => {
  const spec = fakeCaptureSpec('orders');
  const busy = { spec, owner: OTHER, status: null, samples: [] };
  const stored = new Map<string, StoredCapture>([['orders', busy]]);
  const { desk } = makeDesk(stored);
  await expect(
    desk.calls['capture.save']({ spec: { ...spec, rollSeconds: 5 } }, { signal }),
  ).rejects.toMatchObject({ code: 'STORE_CAPTURE_BUSY' });
  const gone = { ...fakeCaptureSpec('other'), source: { profile: 'Gone' } };
  await expect(desk.calls['capture.save']({ spec: gone }, { signal })).rejects.toMatchObject({
    code: 'CONFIG_PROFILE_NOT_FOUND',
  });
  expect([...stored]).toEqual([['orders', busy]]);
});

/** The desk of timers on a real folder, with a clock that the test sets. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AppError } from '../../electron/contract/app-error.ts';
import { extractSpecSchema } from '../../electron/contract/extract-spec.ts';
import type { JobTimer } from '../../electron/contract/saved-job.ts';
import { SavedJobDesk } from '../../electron/engine/saved-jobs/saved-job-desk.ts';
import { TimerDesk } from '../../electron/engine/saved-jobs/timer-desk.ts';
import { createJobFiles } from '../../electron/engine/store/job-files.ts';
import { memoryLog } from '../fakes/host-engine.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../harness/temporary-folder.ts';

const RUN = '20260101T000000Z-00000001';
const context = { signal: new AbortController().signal };
const spec = extractSpecSchema.parse({
  name: 'orders',
  source: { profile: 'Shop' },
  selection: { table: { name: 'orders' } },
  destination: { folder: '/data' },
});
let folder: TemporaryFolder;
let now: Date;
let running: boolean;
let started: string[];
let refusal: Error | undefined;
const clock = { now: () => now, monotonicMs: () => now.getTime() };

beforeEach(async () => {
  folder = await makeTemporaryFolder('timers');
  now = new Date('2026-01-10T10:00:00Z');
  running = false;
  started = [];
  refusal = undefined;
});
afterEach(() => folder.remove());

function open() {
  const store = createJobFiles(folder.path, memoryLog());
  const deps = { store, clock, zone: () => 'UTC', onChanged: () => undefined };
  const timers = new TimerDesk({
    ...deps,
    isRunning: () => Promise.resolve(running),
    start: ({ name = '' }) => {
      if (refusal !== undefined) return Promise.reject(refusal);
      started.push(name);
      return Promise.resolve({ runId: RUN });
    },
    log: memoryLog(),
  });
  return { calls: new SavedJobDesk(deps).calls, timers };
}

async function openWith(when: JobTimer) {
  const app = open();
  await app.calls['savedJobs.save']({ spec, replace: false }, context);
  await app.calls['savedJobs.setTimer']({ name: 'orders', when }, context);
  return app;
}

async function timerOf({ calls }: ReturnType<typeof open>) {
  return (await calls['savedJobs.list']({}, context)).jobs[0]?.timer;
}

const at = (time: string) => {
  now = new Date(`2026-01-10T${time}Z`);
};

test('runs when it is due, once, and tells what it did', async () => {
  const app = await openWith({ kind: 'every', minutes: 10 });
  at('10:09:59');
  await app.timers.look();
  expect(started).toEqual([]);
  at('10:10:05');
  await app.timers.look();
  await app.timers.look();
  expect(started).toEqual(['orders']);
  expect(await timerOf(app)).toEqual({
    when: { kind: 'every', minutes: 10 },
    nextAt: '2026-01-10T10:20:00.000Z',
    last: {
      at: '2026-01-10T10:10:05.000Z',
      due: '2026-01-10T10:10:00.000Z',
      outcome: 'started',
      runId: RUN,
      reason: null,
      missed: 0,
    },
  });
  await app.timers.close();
});

test('what was missed while the app was closed is made up for by one run', async () => {
  await (await openWith({ kind: 'every', minutes: 10 })).timers.close();
  at('13:05:00');
  const app = open();
  await app.timers.look();
  expect(started).toEqual(['orders']);
  expect((await timerOf(app))?.last).toMatchObject({ due: '2026-01-10T13:00:00.000Z', missed: 17 });
  await app.timers.close();
});

test('a run that still goes on is not met by another one: the moment is skipped, and it says why', async () => {
  const app = await openWith({ kind: 'every', minutes: 10 });
  running = true;
  at('10:10:00');
  await app.timers.look();
  expect(started).toEqual([]);
  expect((await timerOf(app))?.last).toMatchObject({
    outcome: 'skipped',
    reason: 'the run before was still going on',
  });
  running = false;
  at('10:20:00');
  await app.timers.look();
  expect(started).toEqual(['orders']);
  await app.timers.close();
});

test('of two apps on one folder, one runs the job', async () => {
  const one = await openWith({ kind: 'every', minutes: 10 });
  const other = open();
  at('10:10:00');
  await Promise.all([one.timers.look(), other.timers.look()]);
  await Promise.all([one.timers.look(), other.timers.look()]);
  expect(started).toEqual(['orders']);
  await one.timers.close();
  await other.timers.close();
});

test('a run that cannot be started says why, and the next moment tries again', async () => {
  const app = await openWith({ kind: 'daily', at: '10:30' });
  refusal = new AppError('CONFIG_PROFILE_NOT_FOUND', 'There is no connection named "Shop"');
  at('10:30:00');
  await app.timers.look();
  expect((await timerOf(app))?.last).toMatchObject({
    outcome: 'refused',
    reason: 'There is no connection named "Shop"',
  });
  refusal = undefined;
  now = new Date('2026-01-11T10:30:01Z');
  await app.timers.look();
  expect(started).toEqual(['orders']);
  await app.timers.close();
});

test('a timer that is taken off does nothing more, and one that is set anew begins from now', async () => {
  const app = await openWith({ kind: 'every', minutes: 10 });
  await app.calls['savedJobs.setTimer']({ name: 'orders', when: null }, context);
  at('12:00:00');
  await app.timers.look();
  await app.calls['savedJobs.setTimer']({ name: 'orders', when: { kind: 'every', minutes: 10 } }, context);
  await app.timers.look();
  expect(started).toEqual([]);
  await app.timers.close();
});

/** Saved jobs on disk: what `sluice run` reads, under names that are files. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { specFromFile } from '../../electron/cli/commands/run.ts';
import { extractSpecSchema } from '../../electron/contract/extract-spec.ts';
import { SavedJobDesk } from '../../electron/engine/saved-jobs/saved-job-desk.ts';
import { createJobFiles } from '../../electron/engine/store/job-files.ts';
import { fakeManifest } from '../fakes/incremental-manifest.ts';
import { memoryLog } from '../fakes/host-engine.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../harness/temporary-folder.ts';

const context = { signal: new AbortController().signal };
const now = new Date('2026-01-10T10:00:00Z');
let folder: TemporaryFolder;
let desk: SavedJobDesk;
let told = 0;

const spec = (name: string, rest: object = {}) =>
  extractSpecSchema.parse({
    name,
    source: { profile: 'Shop' },
    selection: { table: { name: 'orders' } },
    destination: { folder: '/data' },
    mode: 'incremental',
    watermark: { column: 'changed' },
    ...rest,
  });

beforeEach(async () => {
  folder = await makeTemporaryFolder('saved-jobs');
  desk = new SavedJobDesk({
    store: createJobFiles(folder.path, memoryLog()),
    clock: { now: () => now, monotonicMs: () => 0 },
    zone: () => 'UTC',
    onChanged: () => {
      told += 1;
    },
  });
});
afterEach(() => folder.remove());

const save = (name: string, rest?: object, replace = false) =>
  desk.calls['savedJobs.save']({ spec: spec(name, rest), replace }, context);
const list = async () => await desk.calls['savedJobs.list']({}, context);

test('the file of a saved job is what sluice run reads', async () => {
  const saved = await save('orders');
  expect(saved.file).toBe(path.join(folder.path, 'jobs', 'orders.json'));
  expect(specFromFile(await readFile(saved.file, 'utf8'), saved.file, '/')).toEqual(spec('orders'));
});

test('a name is used once, whatever its capitals; replacing has to be meant', async () => {
  await save('orders');
  await expect(save('Orders')).rejects.toMatchObject({ code: 'CONFIG_JOB_EXISTS' });
  await save('orders', { format: { kind: 'jsonl' } }, true);
  expect((await list()).jobs.map((job) => job.spec.format.kind)).toEqual(['jsonl']);
});

test('a job that is removed is gone with its timer', async () => {
  await save('orders');
  await desk.calls['savedJobs.setTimer']({ name: 'orders', when: { kind: 'every', minutes: 5 } }, context);
  await desk.calls['savedJobs.remove']({ name: 'orders' }, context);
  expect((await list()).jobs).toEqual([]);
  await save('orders');
  expect((await list()).jobs[0]?.timer).toBeNull();
  await expect(desk.calls['savedJobs.remove']({ name: 'other' }, context)).rejects.toMatchObject({
    code: 'CONFIG_JOB_NOT_FOUND',
  });
});

test('a file that is no job is told of, and keeps none of the others from being listed', async () => {
  await save('orders');
  await writeFile(path.join(folder.path, 'jobs', 'broken.json'), '{"source":');
  await writeFile(path.join(folder.path, 'jobs', 'half.json'), '{"source":{"profile":"Shop"}}');
  const { jobs, broken } = await list();
  expect(jobs.map(({ name }) => name)).toEqual(['orders']);
  expect(broken.map(({ file }) => path.basename(file))).toEqual(['broken.json', 'half.json']);
  expect(broken.map(({ problem }) => problem).join()).toMatch(/not JSON.*selection/);
  await expect(save('half')).rejects.toMatchObject({ code: 'CONFIG_JOB_EXISTS' });
});

test('a job that was copied by hand is called as its file is', async () => {
  const { file } = await save('orders');
  await writeFile(path.join(folder.path, 'jobs', 'copy.json'), await readFile(file));
  expect((await list()).jobs.map(({ name, spec: { name: inside } }) => [name, inside])).toEqual([
    ['copy', 'copy'],
    ['orders', 'orders'],
  ]);
});

test('the copy of a state is for jobs that are saved here, and for the screen alone', async () => {
  const manifest = fakeManifest('20260101T000000Z-aaaaaaaa');
  await desk.noteRun(manifest);
  expect(await readdir(folder.path)).toEqual([]);
  await save('orders');
  await desk.noteRun(manifest);
  expect((await list()).jobs[0]?.known).toMatchObject({
    at: now.toISOString(),
    runId: '20260101T000000Z-aaaaaaaa',
    promise: 'exactly-once',
  });
  // Whoever hears of a change looks again: what is the same must not be told twice.
  told = 0;
  await desk.noteRun(manifest);
  expect(told).toBe(0);
  await desk.noteState('orders', null);
  expect(told).toBe(1);
  expect((await list()).jobs[0]?.known).toBeNull();
});

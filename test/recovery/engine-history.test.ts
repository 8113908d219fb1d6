/** A history that cannot be written: nobody waits for ever, and nothing is left at the destination. */
import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { exitCodeOf } from '../../electron/contract/error-table.ts';
import { LAKE, TestEngine, success } from '../harness/engine/test-engine.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { startS3, type S3Server } from '../harness/s3/s3-server.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../harness/temporary-folder.ts';

const BUCKET = 'lake';
const postgres = sharedPostgres();
let db: TemporaryDatabase;
let s3: S3Server;
let engine: TestEngine;
let folder: TemporaryFolder;

beforeAll(async () => {
  db = await postgres().createDatabase();
});
afterAll(() => db.drop());
beforeEach(async () => {
  s3 = await startS3({ buckets: [BUCKET] });
  folder = await makeTemporaryFolder('history');
  engine = await TestEngine.start({ folder });
  await engine.useDatabase(db);
  await engine.useS3(s3, BUCKET);
});
afterEach(async () => {
  await engine[Symbol.asyncDispose]();
  await folder.remove();
  await s3.stop();
});

const small = { selection: { query: 'SELECT 1' }, destination: { profile: LAKE } };

/** Puts a file in the place of the folder of the history: also root cannot write into it. */
async function breakHistory(): Promise<() => Promise<void>> {
  const runs = path.join(engine.dataFolder, 'runs');
  const aside = `${runs}-aside`;
  await rename(runs, aside);
  await writeFile(runs, '');
  return async () => {
    await rename(runs, `${runs}-file`);
    await rename(aside, runs);
  };
}

test('a run that cannot be written down does not start', async () => {
  success(await engine.extract(small));
  s3.requests.clear();
  await breakHistory();
  await expect(engine.start(small)).rejects.toMatchObject({ code: 'STORE_NOT_WRITABLE' });
  expect(engine.engine.activeRuns()).toEqual([]);
  expect(s3.requests.all).toEqual([]);
});

describe('in the middle of a run', () => {
  test('it fails, is told of, and leaves nothing', async () => {
    s3.faults.add({ op: 'HeadObject', action: { kind: 'hold' } });
    const runId = await engine.start({
      ...small,
      selection: { query: `SELECT repeat('x', 1000000) FROM generate_series(1, 30)` },
    });
    await s3.seen('HeadObject');
    await breakHistory();
    s3.faults.release();
    const event = await engine.heard(
      (e) => e.type === 'run' && e.run.id === runId && e.run.state.tag === 'failed',
    );
    const state = event.type === 'run' && event.run.state.tag === 'failed' ? event.run.state : undefined;
    expect(state!.error.code).toBe('STORE_NOT_WRITABLE');
    expect(exitCodeOf(state!.error.code)).toBe(7);
    await expect.poll(() => engine.engine.activeRuns()).toEqual([]);
    expect(s3.objects(BUCKET)).toEqual([]);
    expect(s3.openUploads(BUCKET)).toEqual([]);
    expect(engine.logged.join('\n')).toContain(runId);
  });

  test('at its very end: it has succeeded all the same, and the next start finds that out', async () => {
    const key = '*manifest.json';
    s3.faults.add({ op: 'PutObject', key, action: { kind: 'hold' } });
    const runId = await engine.start(small);
    await s3.seen('PutObject', { key });
    const mend = await breakHistory();
    s3.faults.release();
    await engine.heard((e) => e.type === 'run' && e.run.id === runId && e.run.state.tag === 'succeeded');
    await expect.poll(() => engine.engine.activeRuns()).toEqual([]);
    expect(s3.objects(BUCKET)).toHaveLength(2);
    await mend();
    const { run } = await engine.call('runs.get', { runId });
    expect(run.state.tag).toBe('running');
    // Another start, as far as the history can tell.
    await using again = await TestEngine.start({ folder });
    const event = await again.heard(
      (e) => e.type === 'run' && e.run.id === runId && e.run.state.tag === 'succeeded',
    );
    expect(event).toMatchObject({ run: { state: { rows: 1 } } });
  });
});

test('a run tells of its phases, its progress and its end, in this order', async () => {
  const { run } = await engine.extract(small);
  const told = engine.events.flatMap((event) => {
    if (event.type === 'run' && event.run.id === run.id) {
      const { state } = event.run;
      return [state.tag === 'running' ? state.phase : state.tag];
    }
    return [];
  });
  expect(told).toEqual(['queued', 'connect', 'plan', 'transfer', 'finalize', 'succeeded']);
  const progress = engine.events.filter((event) => event.type === 'progress').at(-1);
  expect(progress).toMatchObject({
    progress: { phase: 'finalize', rows: 1, bytesRead: 2, bytesUploaded: 2 },
  });
});

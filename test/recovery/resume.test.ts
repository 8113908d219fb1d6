/**
 * Runs that failed, or whose process died, and are gone on with: only what is missing is read, what is there is what
 * Postgres had, and the manifest says that it is of several moments.
 */
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ExtractSpecInput } from '../../electron/contract/extract-spec.ts';
import { systemClock } from '../../electron/engine/lib/system-clock.ts';
import { EngineProcess } from '../harness/engine/engine-process.ts';
import { LAKE, SOURCE, TestEngine, failure, success } from '../harness/engine/test-engine.ts';
import { clientOf } from '../harness/s3/sdk-client.ts';
import { TcpProxy } from '../harness/tcp-proxy.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../harness/temporary-folder.ts';
import {
  BUCKET,
  LIMITS,
  RANGES,
  db,
  expectRows,
  manifestOf,
  rangesDone,
  rowsOf,
  s3,
  slowly,
  writtenRows,
} from '../pg/recovery-world.ts';

let folder: TemporaryFolder;
let proxy: TcpProxy;

beforeEach(async () => {
  folder = await makeTemporaryFolder('resume');
  proxy = await TcpProxy.start({ port: db.port });
});
afterEach(async () => {
  await proxy.close();
  await folder.remove();
});

const job = {
  source: { profile: SOURCE },
  ...slowly,
  parallel: 2,
  recovery: 'resume',
} satisfies ExtractSpecInput;

async function start(port = db.port, giveUpMs = 300): Promise<TestEngine> {
  const engine = await TestEngine.start({ folder, readLimits: { ...LIMITS, giveUpMs } });
  const { connections } = await engine.call('profiles.list', {});
  if (connections.length === 0) {
    await engine.useDatabase(db, { port });
    await engine.useS3(s3, BUCKET);
  }
  return engine;
}

/** Runs the job until two ranges are done and the server goes away. */
async function failHalfway(engine: TestEngine, change: Partial<ExtractSpecInput> = {}) {
  const runId = await engine.start({ ...job, ...change });
  await rangesDone(engine, runId, 2);
  await proxy.close();
  const ended = await engine.ended(runId);
  failure(ended);
  return ended;
}

/** The server is back, at another port. */
async function bringBack(engine: TestEngine): Promise<void> {
  const { connections } = await engine.call('profiles.list', {});
  const { id, name, settings } = connections[0]!;
  await engine.call('connections.save', {
    id,
    name,
    colour: 'gray',
    readOnly: true,
    settings: { ...settings, port: db.port },
    password: { kind: 'keep' },
  });
}

/** Somebody tidies up. */
async function sdkRemove(key: string): Promise<void> {
  const client = clientOf(s3);
  await client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: key }));
  client.destroy();
}

/** Goes on and waits for the end. */
async function resume(engine: TestEngine, runId: string) {
  engine.events.length = 0;
  expect(await engine.call('runs.resume', { runId })).toEqual({ runId });
  return await engine.ended(runId);
}

describe('a run that failed', () => {
  test('keeps its finished ranges and nothing else, and goes on where it ended', async () => {
    await using engine = await start(proxy.port);
    const before = await rowsOf();
    const failed = await failHalfway(engine);
    const { resumable } = failed.state as Extract<typeof failed.state, { tag: 'failed' }>;
    expect(resumable?.ranges).toBe(RANGES);
    expect(resumable!.doneRanges).toBeGreaterThanOrEqual(2);
    const kept = s3.objects(BUCKET).map(({ key }) => key);
    expect(kept.length).toBe(resumable!.doneRanges);
    expect(s3.openUploads(BUCKET)).toEqual([]);
    await bringBack(engine);
    s3.requests.clear();
    const ended = await resume(engine, failed.run.id);
    expectRows(ended, before);
    expect(manifestOf(ended)).toMatchObject({
      consistency: 'snapshot-per-range',
      recoveries: { resumes: 1 },
      runId: failed.run.id,
    });
    // What was there is not written again.
    const written = s3.requests.all
      .filter(({ operation }) => operation === 'PutObject')
      .map(({ key }) => key);
    expect(written.filter((key) => kept.includes(key))).toEqual([]);
    const key = success(ended).manifest.replace(`s3://${BUCKET}/`, '');
    const proof = await engine.call('manifests.verify', { destination: { profile: LAKE }, manifestKey: key });
    expect(proof).toMatchObject({ proved: true, rows: before.length });
    await expect(engine.call('runs.resume', { runId: failed.run.id })).rejects.toMatchObject({
      code: 'STORE_RUN_NOT_RESUMABLE',
    });
  });

  test('reads a range again whose object somebody has removed meanwhile', async () => {
    await using engine = await start(proxy.port);
    const failed = await failHalfway(engine);
    await bringBack(engine);
    await sdkRemove(s3.objects(BUCKET)[0]!.key);
    const ended = await resume(engine, failed.run.id);
    expectRows(ended, await rowsOf());
    expect(ended.log.map(({ message }) => message).join('\n')).toContain('1 finished ranges are not there');
  });

  test('is not gone on with when the table has other columns, and can be discarded', async () => {
    await using engine = await start(proxy.port);
    const failed = await failHalfway(engine);
    await bringBack(engine);
    await db.query('ALTER TABLE orders ADD COLUMN extra int');
    const again = await resume(engine, failed.run.id);
    expect(failure(again).code).toBe('SOURCE_CHANGED');
    expect(again.state).toMatchObject({ resumable: { ranges: RANGES } });
    expect(s3.objects(BUCKET).length).toBeGreaterThan(0);
    const { state } = await engine.call('runs.discard', { runId: failed.run.id });
    expect(state).toMatchObject({ tag: 'failed' });
    expect(state).not.toHaveProperty('resumable');
    expect(s3.objects(BUCKET)).toEqual([]);
    await expect(engine.call('runs.discard', { runId: failed.run.id })).rejects.toMatchObject({
      code: 'STORE_RUN_NOT_RESUMABLE',
    });
  });

  test('with recovery "restart" leaves nothing, and cannot be resumed', async () => {
    await using engine = await start(proxy.port);
    const failed = await failHalfway(engine, { recovery: 'restart' });
    expect(failed.state).not.toHaveProperty('resumable');
    expect(s3.objects(BUCKET)).toEqual([]);
    await expect(engine.call('runs.resume', { runId: failed.run.id })).rejects.toMatchObject({
      code: 'STORE_RUN_NOT_RESUMABLE',
    });
  });

  test('that rolls its objects numbers the new ones behind those that stay', async () => {
    await using engine = await start(proxy.port);
    const failed = await failHalfway(engine, { objectRows: 1_000 });
    const kept = s3.objects(BUCKET).map(({ key }) => key);
    await bringBack(engine);
    const ended = await resume(engine, failed.run.id);
    expectRows(ended, await rowsOf());
    const keys = success(ended).objects.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toEqual(expect.arrayContaining(kept));
  });

  test('that could not clean up: the next start does, and what was finished stays', async () => {
    const engine = await start(proxy.port);
    s3.faults.add({ op: 'DeleteObject', times: 'always', action: { kind: 'resetBeforeBody' } });
    const failed = await failHalfway(engine, { objectRows: 100 });
    expect(failed.log.map(({ message }) => message).join('\n')).toContain('Could not clean up');
    const before = s3.objects(BUCKET).length;
    await engine.close();
    s3.faults.clear();
    // Closing waits for what a start has begun to remove.
    await (await start()).close();
    await using next = await start();
    const left = s3.objects(BUCKET).map(({ key }) => key);
    // The run may have failed just when each object was finished: what matters is that none is left that is not.
    expect(left.length).toBeLessThanOrEqual(before);
    await bringBack(next);
    const ended = await resume(next, failed.run.id);
    expectRows(ended, await rowsOf());
    expect(success(ended).objects.map(({ key }) => key)).toEqual(expect.arrayContaining(left));
  });

  test('to a folder, under a key without the id of the run', async () => {
    await using engine = await start(proxy.port);
    const out = `${folder.path}/out`;
    const failed = await failHalfway(engine, { destination: { folder: out }, key: 'orders-{part}.csv' });
    const kept = (await engine.filesIn(out)).filter((name) => name.endsWith('.csv'));
    expect(kept.length).toBeGreaterThanOrEqual(2);
    expect((await engine.filesIn(out)).some((name) => name.includes('partial'))).toBe(false);
    await bringBack(engine);
    const ended = await resume(engine, failed.run.id);
    expect(success(ended).rows).toBe((await rowsOf()).length);
    const again = await start();
    await again.close();
  });

  test('is cancelled while it is gone on with: then nothing is kept', async () => {
    await using engine = await start(proxy.port);
    const failed = await failHalfway(engine);
    await bringBack(engine);
    engine.events.length = 0;
    await engine.call('runs.resume', { runId: failed.run.id });
    await rangesDone(engine, failed.run.id, 3);
    const { state } = await engine.call('runs.cancel', { runId: failed.run.id });
    expect(state.tag).toBe('cancelled');
    expect(s3.objects(BUCKET)).toEqual([]);
    expect(s3.openUploads(BUCKET)).toEqual([]);
  });
});

describe('field note 12: a process that is killed', () => {
  test('leaves a run that another process goes on with, of which one wins', async () => {
    await (await start()).close();
    await using child = new EngineProcess(`${folder.path}/data`, job, LIMITS);
    const runId = await child.runId();
    await expect.poll(() => s3.objects(BUCKET).length).toBeGreaterThanOrEqual(3);
    await child.kill();
    // Two engines of this process are told apart by when they began: as they would not be in two, one takes the other for dead.
    const began = new Date();
    const clock = { ...systemClock, now: () => began };
    const options = { folder, readLimits: { ...LIMITS, giveUpMs: 300 }, clock };
    await using one = await TestEngine.start(options);
    await using other = await TestEngine.start(options);
    const results = await Promise.allSettled([one, other].map((each) => each.call('runs.resume', { runId })));
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const loser = results.find((result) => result.status === 'rejected')!;
    expect((loser.reason as { code: string }).code).toBe('STORE_RUN_BUSY');
    const winner = results[0]!.status === 'fulfilled' ? one : other;
    await winner.heard(
      (event) => event.type === 'run' && event.run.id === runId && event.run.state.tag === 'succeeded',
    );
    const ended = await winner.look(runId);
    expectRows(ended, await rowsOf());
    expect(manifestOf(ended).consistency).toBe('snapshot-per-range');
    expect(writtenRows(ended).length).toBe(24_000);
  });

  test('with recovery "restart" leaves nothing', async () => {
    await (await start()).close();
    await using child = new EngineProcess(`${folder.path}/data`, { ...job, recovery: 'restart' }, LIMITS);
    const runId = await child.runId();
    await expect.poll(() => s3.objects(BUCKET).length).toBeGreaterThanOrEqual(2);
    await child.kill();
    await using engine = await start();
    await expect(engine.call('runs.resume', { runId })).rejects.toMatchObject({
      code: 'STORE_RUN_NOT_RESUMABLE',
    });
    expect(s3.objects(BUCKET)).toEqual([]);
    expect(s3.openUploads(BUCKET)).toEqual([]);
  });
});

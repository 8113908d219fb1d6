/** Cancel means cancelled: within two seconds no query runs, no upload is open, and no object is left. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ExtractSpecInput } from '../../electron/contract/extract-spec.ts';
import { comesBack } from '../harness/comes-back.ts';
import { LAKE, TestEngine, success } from '../harness/engine/test-engine.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { startS3, type S3Server } from '../harness/s3/s3-server.ts';
import { makeTemporaryFolder } from '../harness/temporary-folder.ts';

const BUCKET = 'lake';
const postgres = sharedPostgres();
let db: TemporaryDatabase;
let s3: S3Server;
let engine: TestEngine;

beforeEach(async () => {
  db = await postgres().createDatabase();
  s3 = await startS3({ buckets: [BUCKET] });
  engine = await TestEngine.start({ readLimits: { minRangeBytes: 12 * 1024 ** 2 } });
  await engine.useDatabase(db);
  await engine.useS3(s3, BUCKET);
  await db.query(`CREATE VIEW endless AS
    SELECT i, repeat('x', 100000) AS filler, pg_sleep(0.001)::text AS slept FROM generate_series(1, 10000000) i`);
});
afterEach(async () => {
  await engine[Symbol.asyncDispose]();
  await s3.stop();
  await db.drop();
});

const toLake = (selection: ExtractSpecInput['selection']) => ({ selection, destination: { profile: LAKE } });
const endless = toLake({ table: { name: 'endless' } });

async function sluiceSessions(): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'sluice' AND datname = current_database()`,
  );
  return rows[0]!.n;
}

/** Whatever the run is held by lasts for ever. */
async function cancelAtOnce(runId: string): Promise<void> {
  const { state } = await comesBack(() => engine.call('runs.cancel', { runId }));
  expect(state.tag).toBe('cancelled');
  await expect.poll(sluiceSessions).toBe(0);
  expect(s3.openUploads(BUCKET)).toEqual([]);
  expect(s3.objects(BUCKET)).toEqual([]);
  expect(engine.engine.activeRuns()).toEqual([]);
  const { run, manifest } = await engine.call('runs.get', { runId });
  expect(run.state.tag).toBe('cancelled');
  expect(manifest).toBeNull();
}

describe('a run is cancelled', () => {
  test('while it uploads', async () => {
    const runId = await engine.start(endless);
    await s3.seen('UploadPart', { nth: 3 });
    await cancelAtOnce(runId);
  });

  test('while the server thinks, and has sent no row yet', async () => {
    const runId = await engine.start(toLake({ query: 'SELECT pg_sleep(600)' }));
    await engine.phase(runId, 'transfer');
    await expect.poll(sluiceSessions).toBe(1);
    await cancelAtOnce(runId);
  });

  test('while the query is being planned', async () => {
    await db.query(`CREATE FUNCTION slow() RETURNS int IMMUTABLE LANGUAGE plpgsql AS
      'BEGIN PERFORM pg_sleep(600); RETURN 1; END'`);
    const runId = await engine.start(toLake({ query: 'SELECT slow()' }));
    await engine.phase(runId, 'connect');
    await expect.poll(sluiceSessions).toBe(1);
    await cancelAtOnce(runId);
  });

  test('the moment it was started', async () => {
    await cancelAtOnce(await engine.start(endless));
  });

  test('while a slow destination holds everything up', async () => {
    s3.faults.add({ op: 'UploadPart', action: { kind: 'hold' }, times: 'always' });
    const runId = await engine.start(endless);
    await s3.seen('UploadPart', { nth: 4 });
    // Back-pressure: the server waits in its write, because nobody reads.
    await expect
      .poll(async () => {
        const { rows } = await db.query<{ wait_event: string | null }>(
          `SELECT wait_event FROM pg_stat_activity WHERE application_name = 'sluice' AND datname = current_database()`,
        );
        return rows.map(({ wait_event: event }) => event);
      })
      .toEqual(['ClientWrite']);
    const { run } = await engine.call('runs.get', { runId });
    expect(run.progress!.bytesRead).toBeLessThan(64 * 1024 ** 2);
    expect(run.progress!.bytesUploaded).toBe(0);
    await cancelAtOnce(runId);
  });

  test('while a part gets no answer', async () => {
    s3.faults.add({ op: 'UploadPart', action: { kind: 'hang' }, times: 'always' });
    const runId = await engine.start(endless);
    await s3.seen('UploadPart', { nth: 2 });
    await cancelAtOnce(runId);
  });

  test('while the upload is being begun', async () => {
    s3.faults.add({ op: 'CreateMultipartUpload', action: { kind: 'hold' } });
    const runId = await engine.start(endless);
    await s3.seen('CreateMultipartUpload');
    await cancelAtOnce(runId);
  });

  const finished = toLake({ query: `SELECT repeat('x', 1000000) FROM generate_series(1, 20)` });

  test('while the upload is being completed', async () => {
    s3.faults.add({ op: 'CompleteMultipartUpload', action: { kind: 'hold' } });
    const runId = await engine.start(finished);
    await s3.seen('CompleteMultipartUpload');
    await cancelAtOnce(runId);
  });

  test('when the object is whole and the manifest is not yet written', async () => {
    s3.faults.add({ op: 'PutObject', key: '*manifest.json', action: { kind: 'hold' } });
    const runId = await engine.start(finished);
    await s3.seen('PutObject', { key: '*manifest.json' });
    expect(s3.objects(BUCKET)).toHaveLength(1);
    await cancelAtOnce(runId);
  });

  test.each([
    ['an object', 'PutObject', '*.csv', toLake({ query: 'SELECT 1' })],
    ['an upload', 'CreateMultipartUpload', '*.csv', finished],
    ['an object of parts', 'CompleteMultipartUpload', '*.csv', finished],
    ['a manifest', 'PutObject', '*manifest.json', finished],
  ] as const)('while S3 makes %s, which is there after the run was broken off', async (_, op, key, spec) => {
    s3.faults.add({ op, key, action: { kind: 'commitLater', ms: 300 } });
    const runId = await engine.start(spec);
    await s3.seen(op, { key });
    await cancelAtOnce(runId);
    await s3.requests.ended(op, { key });
    expect(s3.openUploads(BUCKET)).toEqual([]);
    expect(s3.objects(BUCKET)).toEqual([]);
  });

  test('while S3 is to be asked again, and is not asked any more', async () => {
    const op = 'PutObject';
    s3.faults.add({ op, times: 'always', action: { kind: 'status', status: 503, code: 'SlowDown' } });
    const runId = await engine.start(toLake({ query: 'SELECT 1' }));
    await s3.requests.ended(op);
    await cancelAtOnce(runId);
    const asked = s3.requests.of(op, { key: `*${runId}*` }).length;
    // Another run, which is asked again and again until it gives up: longer than the first one would have waited.
    const other = await engine.extract(toLake({ query: 'SELECT 1' }));
    expect(other.state.tag).toBe('failed');
    expect(s3.requests.of(op, { key: `*${runId}*` })).toHaveLength(asked);
  });

  test('while S3 makes an object for longer than anybody waits: the next start removes it', async () => {
    await using folder = await makeTemporaryFolder('engine');
    {
      await using own = await TestEngine.start({ folder });
      await own.useDatabase(db);
      await own.useS3(s3, BUCKET);
      s3.faults.add({ op: 'PutObject', key: '*.csv', action: { kind: 'commitLater', ms: 1_500 } });
      const runId = await own.start(toLake({ query: 'SELECT 1' }));
      await s3.seen('PutObject', { key: '*.csv' });
      expect((await own.call('runs.cancel', { runId })).state.tag).toBe('cancelled');
      await s3.requests.ended('PutObject', { key: '*.csv' });
      expect(s3.objects(BUCKET)).toHaveLength(1);
    }
    await using next = await TestEngine.start({ folder });
    await s3.requests.ended('DeleteObject', { key: '*.csv', nth: 2 });
    expect(s3.objects(BUCKET)).toEqual([]);
    expect(next.engine.activeRuns()).toEqual([]);
  });

  test('when several objects are whole already', async () => {
    const spec = { ...toLake(endless.selection), objectSize: 5 * 1024 ** 2 };
    const runId = await engine.start(spec);
    await s3.seen('HeadObject', { key: '*part-00003*' });
    await cancelAtOnce(runId);
  });

  test('with several workers', async () => {
    await db.query(
      `CREATE TABLE large AS SELECT i, repeat('x', 900) AS filler FROM generate_series(1, 60000) i`,
    );
    s3.faults.add({ op: 'UploadPart', action: { kind: 'hold' }, times: 'always' });
    const runId = await engine.start({ ...toLake({ table: { name: 'large' } }), parallel: 3 });
    await s3.seen('UploadPart', { nth: 2 });
    // Three that read, and one that holds their snapshot.
    await expect.poll(sluiceSessions).toBe(4);
    await cancelAtOnce(runId);
  });

  test('into a folder: neither file nor folder is left', async () => {
    const folder = `${engine.dataFolder}-out`;
    const runId = await engine.start({ selection: endless.selection, destination: { folder } });
    await engine.heard(
      (event) => event.type === 'progress' && event.runId === runId && event.progress.bytesUploaded > 0,
    );
    await cancelAtOnce(runId);
    expect(await engine.filesIn(folder)).toEqual([]);
  });

  test('with compression, whose streams are let go of', async () => {
    const runId = await engine.start({ ...endless, compression: 'zstd' });
    await engine.heard(
      (event) => event.type === 'progress' && event.runId === runId && event.progress.rows > 100,
    );
    await cancelAtOnce(runId);
  });

  test('several times at once, and once more when it is over', async () => {
    const runId = await engine.start(endless);
    await s3.seen('UploadPart');
    const answers = await Promise.all([1, 2, 3].map(() => engine.call('runs.cancel', { runId })));
    expect(answers.map(({ state }) => state.tag)).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect((await engine.call('runs.cancel', { runId })).state.tag).toBe('cancelled');
    expect(s3.openUploads(BUCKET)).toEqual([]);
  });

  test('among others, which go on', async () => {
    const endlessId = await engine.start(endless);
    await s3.seen('UploadPart', { nth: 2 });
    const other = await engine.start(
      toLake({ query: 'SELECT pg_sleep(0.1), i FROM generate_series(1, 3) i' }),
    );
    await engine.call('runs.cancel', { runId: endlessId });
    expect(success(await engine.ended(other)).rows).toBe(3);
    expect(s3.openUploads(BUCKET)).toEqual([]);
    expect(s3.objects(BUCKET)).toHaveLength(2);
  });
});

test('a run that has succeeded cannot be cancelled any more, and says so', async () => {
  const ended = await engine.extract(toLake({ query: 'SELECT 1' }));
  expect((await engine.call('runs.cancel', { runId: ended.run.id })).state).toEqual(ended.state);
  expect(s3.objects(BUCKET)).toHaveLength(2);
});

test('a run that is not in the history cannot be cancelled', async () => {
  await expect(engine.call('runs.cancel', { runId: '20200101T000000Z-00000000' })).rejects.toMatchObject({
    code: 'STORE_RUN_NOT_FOUND',
  });
});

test('closing the engine cancels what goes on', async () => {
  const runId = await engine.start(endless);
  await s3.seen('UploadPart', { nth: 2 });
  await comesBack(() => engine.close());
  expect(s3.openUploads(BUCKET)).toEqual([]);
  expect(s3.objects(BUCKET)).toEqual([]);
  await expect.poll(sluiceSessions).toBe(0);
  const { run } = await engine.call('runs.get', { runId });
  expect(run.state.tag).toBe('cancelled');
});

test('a run that is started while the engine closes does not go on behind its back', async () => {
  const starting = engine.start(endless).catch(() => undefined);
  await engine.close();
  await starting;
  await expect.poll(() => engine.engine.activeRuns()).toEqual([]);
  await expect.poll(sluiceSessions).toBe(0);
  expect(s3.openUploads(BUCKET)).toEqual([]);
  expect(s3.objects(BUCKET)).toEqual([]);
});

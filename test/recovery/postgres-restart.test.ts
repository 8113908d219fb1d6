/**
 * The server is restarted while it is read, in good order and as a crash. It comes back, and the run does what its
 * `recovery` says; it stays away, and the run fails with a reason and leaves what it is to leave.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ExtractSpecInput } from '../../electron/contract/extract-spec.ts';
import { LAKE, TestEngine, failure, success, type EndedRun } from '../harness/engine/test-engine.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { startPostgres, type PostgresServer } from '../harness/postgres/postgres-server.ts';
import { startS3, type S3Server } from '../harness/s3/s3-server.ts';

const BUCKET = 'lake';
/** About 24 MB: seven ranges for two connections, four for one. */
const ROWS = 24_000;
const MIB = 1024 ** 2;

let server: PostgresServer;
let db: TemporaryDatabase;
let s3: S3Server;
let engine: TestEngine;

beforeAll(async () => {
  server = await startPostgres();
  db = await server.createDatabase();
  await db.query(`
    CREATE TABLE orders AS SELECT i, repeat(md5(i::text), 30) AS filler FROM generate_series(1, ${ROWS}) i`);
  s3 = await startS3({ buckets: [BUCKET] });
});
afterAll(async () => {
  await s3.stop();
  await server[Symbol.asyncDispose]();
});

const start = async (giveUpMs: number) => {
  engine = await TestEngine.start({
    readLimits: { minRangeBytes: 3 * MIB, maxRangeBytes: 6 * MIB, giveUpMs },
  });
  await engine.useDatabase(db);
  await engine.useS3(s3, BUCKET);
};
beforeEach(() => start(20_000));
afterEach(async () => {
  await engine[Symbol.asyncDispose]();
  s3.removeBucket(BUCKET);
  s3.addBucket(BUCKET);
  s3.requests.clear();
});

/** Read so slowly that there is a middle: a third of a second for each range. */
const slowly = (name: string) =>
  ({
    selection: { table: { name }, where: 'i % 100 <> 0 OR pg_sleep(0.01) IS NOT NULL' },
    destination: { profile: LAKE },
  }) satisfies Partial<ExtractSpecInput>;

/** Begins a run and comes back when a range of it is done. */
async function halfway(spec: Omit<ExtractSpecInput, 'source'>): Promise<string> {
  const runId = await engine.start(spec);
  await engine.heard((event) => event.type === 'progress' && (event.progress.rangesDone ?? 0) > 0);
  return runId;
}

/** Every row is there once, and nothing is there but what the manifest names. */
function expectAllRows(ended: EndedRun): void {
  const { objects, manifest } = success(ended);
  const keys = objects.map(({ key }) => key);
  const manifestKey = manifest.replace(`s3://${BUCKET}/`, '');
  expect(s3.objects(BUCKET).map(({ key }) => key)).toEqual([...keys, manifestKey].toSorted());
  expect(s3.openUploads(BUCKET)).toEqual([]);
  const ids = keys.flatMap((key) =>
    s3
      .object(BUCKET, key)
      .toString()
      .split('\n')
      .slice(0, -1)
      .map((line) => Number.parseInt(line, 10)),
  );
  expect(ids.length).toBe(ROWS);
  expect(new Set(ids).size).toBe(ROWS);
}

async function expectNoSessions(): Promise<void> {
  const ours = `SELECT 1 FROM pg_stat_activity WHERE application_name = 'sluice'`;
  await expect.poll(async () => (await server.query(ours)).rows.length).toBe(0);
}

describe.each(['fast', 'immediate'] as const)('a server that is restarted (%s)', (mode) => {
  test.each([1, 2])(
    'with recovery "restart" and %i connections: one snapshot, read anew',
    async (parallel) => {
      const runId = await halfway({ ...slowly('orders'), parallel });
      await server.restart(mode);
      const ended = await engine.ended(runId);
      expectAllRows(ended);
      expect(ended.manifest).toMatchObject({
        consistency: 'one-snapshot',
        recoveries: { restarts: 1, resumes: 0 },
      });
      await expectNoSessions();
    },
  );

  test.each([1, 2])(
    'with recovery "resume" and %i connections: what was finished stays',
    async (parallel) => {
      const runId = await halfway({ ...slowly('orders'), parallel, recovery: 'resume' });
      const [kept] = s3.objects(BUCKET).map(({ key }) => key);
      await server.restart(mode);
      const ended = await engine.ended(runId);
      expectAllRows(ended);
      expect(ended.manifest).toMatchObject({
        consistency: 'snapshot-per-range',
        recoveries: { restarts: 0, resumes: 1 },
      });
      const writes = s3.requests.all.filter(
        ({ operation, key }) =>
          (operation === 'PutObject' || operation === 'CompleteMultipartUpload') && key === kept,
      );
      expect(writes.length).toBe(1);
      await expectNoSessions();
    },
  );

  test.each(['restart', 'resume'] as const)('and stays away, with recovery "%s"', async (recovery) => {
    await engine[Symbol.asyncDispose]();
    await start(1_000);
    const runId = await halfway({ ...slowly('orders'), parallel: 2, recovery });
    await server.stop(mode);
    try {
      const ended = await engine.ended(runId);
      expect(['SOURCE_UNREACHABLE', 'SOURCE_SHUTDOWN']).toContain(failure(ended).code);
      expect(s3.openUploads(BUCKET)).toEqual([]);
      if (recovery === 'restart') expect(s3.objects(BUCKET)).toEqual([]);
      else expect(ended.state).toMatchObject({ resumable: { doneRanges: s3.objects(BUCKET).length } });
    } finally {
      await server.restart();
    }
    if (recovery === 'restart') return;
    engine.events.length = 0;
    await engine.call('runs.resume', { runId });
    expectAllRows(await engine.ended(runId));
  });
});

test('an unlogged table is empty after a crash: what was read of it before is not completed with nothing', async () => {
  await db.query('CREATE UNLOGGED TABLE scratch AS TABLE orders');
  const job = { ...slowly('scratch'), parallel: 2, recovery: 'resume' } as const;
  const calm = await halfway(job);
  await server.restart();
  expectAllRows(await engine.ended(calm));
  s3.removeBucket(BUCKET);
  s3.addBucket(BUCKET);
  engine.events.length = 0;
  const crashed = await halfway(job);
  await server.restart('immediate');
  const ended = await engine.ended(crashed);
  expect(failure(ended).code).toBe('SOURCE_CHANGED');
});

/** A source that fails for good in the middle of a run: it has failed, with the right code, and nothing is left of it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exitCodeOf, type ErrorCode } from '../../electron/contract/error-table.ts';
import type { ExtractSpecInput } from '../../electron/contract/extract-spec.ts';
import {
  LAKE,
  TestEngine,
  failure,
  settingsOf,
  success,
  type EndedRun,
} from '../harness/engine/test-engine.ts';
import type { Database, TemporaryDatabase } from '../harness/postgres/database.ts';
import { endSessions, OURS } from '../harness/postgres/end-sessions.ts';
import { startPostgres } from '../harness/postgres/postgres-server.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { startS3, type S3Server } from '../harness/s3/s3-server.ts';
import { TcpProxy } from '../harness/tcp-proxy.ts';

const BUCKET = 'lake';
const postgres = sharedPostgres();
let db: TemporaryDatabase;
let s3: S3Server;

beforeAll(async () => {
  db = await postgres().createDatabase();
  s3 = await startS3({ buckets: [BUCKET] });
  await makeEndless(db);
});
afterAll(async () => {
  await s3.stop();
  await db.drop();
});

/** A view that gives 100 KB a row and does not come to an end while a test runs. */
async function makeEndless(database: Database): Promise<void> {
  await database.query(`CREATE VIEW endless AS
    SELECT i, repeat('x', 100000) AS filler, pg_sleep(0.001)::text AS slept FROM generate_series(1, 10000000) i`);
}

async function engineOn(database: Database, port = database.port): Promise<TestEngine> {
  const engine = await TestEngine.start({ readLimits: { giveUpMs: 1_000 } });
  await engine.useDatabase(database, { port });
  await engine.useS3(s3, BUCKET);
  return engine;
}

const toLake = (selection: ExtractSpecInput['selection']) => ({ selection, destination: { profile: LAKE } });
const endless = toLake({ table: { name: 'endless' } });

/** Starts a run and comes back when parts of its upload have arrived. */
async function startUploading(engine: TestEngine, spec = endless): Promise<string> {
  s3.requests.clear();
  const runId = await engine.start(spec);
  await s3.seen('UploadPart', { key: `*${runId}*`, nth: 2 });
  return runId;
}

async function expectFailed(engine: TestEngine, ended: EndedRun, ...codes: ErrorCode[]): Promise<void> {
  const error = failure(ended);
  expect(codes).toContain(error.code);
  expect(exitCodeOf(error.code)).toBe(codes[0]!.startsWith('DATA_') ? 6 : 3);
  expect(error.hint).not.toBe('');
  expect(ended.log.some(({ level, message }) => level === 'error' && message === error.message)).toBe(true);
  expect(ended.manifest).toBeNull();
  const { runs } = await engine.call('runs.list', { state: 'failed' });
  expect(runs.map(({ id }) => id)).toContain(ended.run.id);
  expectNothingLeft();
}

function expectNothingLeft(): void {
  expect(s3.openUploads(BUCKET)).toEqual([]);
  expect(s3.objects(BUCKET)).toEqual([]);
}

async function sluiceSessions(): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'sluice' AND datname = current_database()`,
  );
  return rows[0]!.n;
}

/** Does the harm as often as the run begins anew: three times. */
async function harmAgainAndAgain(engine: TestEngine, runId: string, harm: () => unknown): Promise<void> {
  const lost = () =>
    engine.events.filter(
      (event) => event.type === 'log' && event.line.message.startsWith('The snapshot is lost'),
    ).length;
  for (let restarts = 1; restarts <= 3; restarts++) {
    await harm();
    await expect.poll(lost).toBe(restarts);
    s3.requests.clear();
    await s3.seen('UploadPart', { key: `*${runId}*` });
  }
  await harm();
}

const waitingForLocks = async () =>
  (
    await db.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    )
  ).rowCount;

const signalBackends = (call: 'pg_terminate_backend' | 'pg_cancel_backend') =>
  endSessions(db, `${OURS} AND state = 'active'`, call);

describe('in the middle of a run', () => {
  test('the backend is terminated, each time it begins anew', async () => {
    await using engine = await engineOn(db);
    const runId = await startUploading(engine);
    await harmAgainAndAgain(engine, runId, () => signalBackends('pg_terminate_backend'));
    await expectFailed(engine, await engine.ended(runId), 'SOURCE_SHUTDOWN');
  });

  test('the query is cancelled by somebody else', async () => {
    await using engine = await engineOn(db);
    const runId = await startUploading(engine);
    await signalBackends('pg_cancel_backend');
    await expectFailed(engine, await engine.ended(runId), 'SOURCE_QUERY_CANCELLED');
    await expect.poll(sluiceSessions).toBe(0);
  });

  test('the statement_timeout of the role ends the query', async () => {
    await db.query(
      `CREATE ROLE hurried LOGIN SUPERUSER PASSWORD 'h'; ALTER ROLE hurried SET statement_timeout = '700ms'`,
    );
    await using engine = await engineOn(db);
    await engine.useProfile('Hurried', { ...settingsOf(db), user: 'hurried' }, 'h');
    const ended = await engine.extract({ ...endless, source: { profile: 'Hurried' } });
    await expectFailed(engine, ended, 'SOURCE_QUERY_CANCELLED');
    expect(failure(ended).hint).toContain('statement_timeout');
  });

  test('a row cannot be computed', async () => {
    await using engine = await engineOn(db);
    const ended = await engine.extract(
      toLake({ query: `SELECT repeat('x', 100000), 1 / (300 - i) FROM generate_series(1, 1000) i` }),
    );
    await expectFailed(engine, ended, 'SOURCE_QUERY_FAILED');
    expect(failure(ended).message).toBe('Division by zero');
  });

  test('the network is cut, each time it begins anew', async () => {
    await using proxy = await TcpProxy.start({ port: db.port });
    await using engine = await engineOn(db, proxy.port);
    const runId = await startUploading(engine);
    await harmAgainAndAgain(engine, runId, () => proxy.cut());
    await expectFailed(engine, await engine.ended(runId), 'SOURCE_CONNECTION_LOST');
    await expect.poll(sluiceSessions).toBe(0);
  });

  test.each([
    ['stopped at once', (server: Awaited<ReturnType<typeof startPostgres>>) => server.stop('immediate')],
    ['killed', (server: Awaited<ReturnType<typeof startPostgres>>) => server.kill()],
  ])('the server is %s, and does not come back', async (_, harm) => {
    await using server = await startPostgres();
    await makeEndless(server);
    await using engine = await engineOn(server);
    const runId = await startUploading(engine);
    await harm(server);
    await expectFailed(engine, await engine.ended(runId), 'SOURCE_SHUTDOWN', 'SOURCE_UNREACHABLE');
  });

  test('the destination is a folder: the unfinished file is removed', async () => {
    await using server = await startPostgres();
    await makeEndless(server);
    await using engine = await engineOn(server);
    const folder = `${engine.dataFolder}-out`;
    const runId = await engine.start({
      selection: endless.selection,
      destination: { folder },
      key: 'a/b/orders.csv',
    });
    await engine.heard(
      (event) => event.type === 'progress' && event.runId === runId && event.progress.bytesUploaded > 0,
    );
    await server.kill();
    const ended = await engine.ended(runId);
    expect(failure(ended).code).toBe('SOURCE_UNREACHABLE');
    expect(await engine.filesIn(folder)).toEqual([]);
  });
});

describe('a table that somebody wants to change in the middle of a run', () => {
  test.each(['DROP TABLE held', 'ALTER TABLE held DROP COLUMN filler', 'TRUNCATE held'])(
    '%s waits until the run has read it whole',
    async (sql) => {
      await db.query(
        `CREATE TABLE held AS SELECT i, repeat('x', 1000) AS filler FROM generate_series(1, 30000) i`,
      );
      await using engine = await engineOn(db);
      s3.faults.add({ op: 'UploadPart', action: { kind: 'hold' }, times: 'always' });
      s3.requests.clear();
      const runId = await engine.start(toLake({ table: { name: 'held' } }));
      await s3.seen('UploadPart', { key: `*${runId}*` });
      const changed = db.query(sql);
      await expect.poll(waitingForLocks).toBe(1);
      s3.faults.release();
      const ended = await engine.ended(runId);
      expect(success(ended).rows).toBe(30_000);
      await changed;
      s3.faults.clear();
      await db.query('DROP TABLE IF EXISTS held');
      await emptyLake(ended);
    },
  );

  test('dropped before it is read: there is no such table', async () => {
    await using engine = await engineOn(db);
    await db.query('CREATE TABLE short_lived (a int); DROP TABLE short_lived');
    await expectFailed(
      engine,
      await engine.extract(toLake({ table: { name: 'short_lived' } })),
      'SOURCE_NO_RELATION',
    );
  });

  test('rows that are written meanwhile are not in the snapshot', async () => {
    await db.query(
      `CREATE TABLE busy AS SELECT i, repeat('x', 1000) AS filler FROM generate_series(1, 30000) i`,
    );
    await using engine = await engineOn(db);
    s3.faults.add({ op: 'UploadPart', action: { kind: 'hold' }, times: 'always' });
    s3.requests.clear();
    const runId = await engine.start(toLake({ table: { name: 'busy' } }));
    await s3.seen('UploadPart', { key: `*${runId}*` });
    await db.query(
      `DELETE FROM busy WHERE i % 2 = 0; INSERT INTO busy SELECT i FROM generate_series(40000, 50000) i`,
    );
    s3.faults.release();
    const ended = await engine.ended(runId);
    expect(success(ended).rows).toBe(30_000);
    s3.faults.clear();
    await emptyLake(ended);
  });
});

/** Takes away what a run that succeeded has written, so that the next test finds nothing. */
async function emptyLake(_ended: EndedRun): Promise<void> {
  s3.removeBucket(BUCKET);
  s3.addBucket(BUCKET);
  return Promise.resolve();
}

describe('counts that do not agree', () => {
  const rows = 'SELECT i FROM generate_series(1, 5) i';

  test('the server says that it sent another number of rows', async () => {
    const toClient = (bytes: Buffer) =>
      Buffer.from(bytes.toString('latin1').replace('COPY 5\0', 'COPY 6\0'), 'latin1');
    await using proxy = await TcpProxy.start({ port: db.port, toClient });
    await using engine = await engineOn(db, proxy.port);
    const ended = await engine.extract(toLake({ query: rows }));
    await expectFailed(engine, ended, 'DATA_COUNT_MISMATCH');
    expect(failure(ended).details).toEqual({ reported: 6, counted: 5 });
  });

  test('a row is lost on its way', async () => {
    const row = 'd\0\0\0\x063\n';
    const toClient = (bytes: Buffer) => Buffer.from(bytes.toString('latin1').replace(row, ''), 'latin1');
    await using proxy = await TcpProxy.start({ port: db.port, toClient });
    await using engine = await engineOn(db, proxy.port);
    const ended = await engine.extract(toLake({ query: rows }));
    await expectFailed(engine, ended, 'DATA_COUNT_MISMATCH');
    expect(failure(ended).details).toEqual({ reported: 5, counted: 4 });
  });
});

test('a run after a failed one is not harmed by it', async () => {
  await using engine = await engineOn(db);
  failure(await engine.extract(toLake({ query: 'SELECT 1/0' })));
  const ended = await engine.extract(toLake({ query: 'SELECT 1' }));
  expect(success(ended).rows).toBe(1);
  await emptyLake(ended);
});

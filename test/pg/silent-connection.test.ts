/** A connection that is dead and does not say so, and one that is only slow: the server knows which is which. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answerInTime } from '../../electron/engine/postgres/answer-in-time.ts';
import { Session } from '../../electron/engine/postgres/session.ts';
import { TestEngine, settingsOf, success } from '../harness/engine/test-engine.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { TcpProxy } from '../harness/tcp-proxy.ts';

const ROWS = 200_000;
const postgres = sharedPostgres({ settings: { log_statement: 'all' } });
let db: TemporaryDatabase;
let wire: TcpProxy;
let engine: TestEngine;
let folder: string;

beforeAll(async () => {
  db = await postgres().createDatabase();
  await db.query(
    `CREATE TABLE orders AS SELECT i, repeat(md5(i::text), 10) AS filler FROM generate_series(1, ${ROWS}) i; ANALYZE`,
  );
  wire = await TcpProxy.start({ port: db.port });
  engine = await TestEngine.start({
    readLimits: { minRangeBytes: 4 * 1024 ** 2, giveUpMs: 10_000, silenceMs: 300 },
  });
  await engine.useDatabase(db, { port: wire.port });
  folder = path.join(engine.dataFolder, 'out');
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await wire[Symbol.asyncDispose]();
  await db.drop();
});

test.each([1, 2])(
  'a wire that takes everything and hands nothing on is found out with %i connections, and the rows are read again',
  async (parallel) => {
    const before = wire.received;
    const selection = { table: { name: 'orders' } };
    const runId = await engine.start({ selection, destination: { folder }, parallel });
    await wire.passed(before + 10_000_000);
    wire.freeze();
    const ended = await engine.ended(runId);
    wire.forget();
    expect(success(ended).rows).toBe(ROWS);
    const { retries, restarts } = ended.manifest!.recoveries!;
    expect(retries + restarts).toBeGreaterThan(0);
    expect(ended.log.map(({ message }) => message).join('\n')).toContain('gone silent');
  },
);

test('a wire that dies between two ranges is found out as well, where no rows are waited for', async () => {
  const settings = { ...settingsOf(db), port: wire.port };
  const session = await Session.open({ settings, password: db.password }, new AbortController().signal);
  wire.freeze();
  const asked = answerInTime(session, 300, () => session.query('SELECT 1'));
  await expect(asked).rejects.toMatchObject({ code: 'SOURCE_CONNECTION_LOST' });
  wire.forget();
});

test('a query that takes its time is left alone, however long nothing comes', async () => {
  const query = 'SELECT i, CASE WHEN i = 2 THEN pg_sleep(2) END::text AS slept FROM generate_series(1, 3) i';
  const ended = await engine.extract({ selection: { query }, destination: { folder } });
  expect(success(ended).rows).toBe(3);
  expect(ended.manifest!.recoveries).toEqual({ retries: 0, restarts: 0, resumes: 0 });
});

test('a session is asked once what it is to the server, however many ranges it reads', async () => {
  const asked = async () =>
    (await readFile(postgres().logFile, 'utf8')).split(
      'SELECT pg_catalog.pg_backend_pid() AS pid, pg_catalog.concat_ws',
    ).length - 1;
  const before = await asked();
  const selection = { table: { name: 'orders' } };
  const ended = await engine.extract({ selection, destination: { folder }, parallel: 2 });
  expect(success(ended).rows).toBe(ROWS);
  expect(ended.manifest!.ranges!.length).toBeGreaterThan(4);
  expect((await asked()) - before).toBe(2);
});

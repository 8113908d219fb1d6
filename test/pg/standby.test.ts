/**
 * Reading from a hot standby: what its primary removes while it is read cancels the read there, however polite that is.
 * https://www.postgresql.org/docs/current/hot-standby.html#HOT-STANDBY-CONFLICT
 */
import path from 'node:path';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ERRORS } from '../../electron/contract/error-table.ts';
import { TestEngine, failure, success, type EndedRun } from '../harness/engine/test-engine.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { startPostgres, type PostgresServer } from '../harness/postgres/postgres-server.ts';
import { caughtUp, startStandby } from '../harness/postgres/standby-server.ts';

const ROWS = 30_000;

let primary: PostgresServer;
let standby: PostgresServer;
let db: TemporaryDatabase;
let engine: TestEngine;
let folder: string;

beforeAll(async () => {
  primary = await startPostgres({ settings: { autovacuum: 'off' } });
  db = await primary.createDatabase();
  await db.query(
    `CREATE TABLE orders AS SELECT i, repeat(md5(i::text), 10) AS filler FROM generate_series(1, ${ROWS}) i;
     CREATE TABLE busy AS SELECT i FROM generate_series(1, 10) i; ANALYZE`,
  );
  // The primary does not wait: what it has removed is removed at once.
  standby = await startStandby(primary, { max_standby_streaming_delay: '0', hot_standby_feedback: 'off' });
  engine = await TestEngine.start({ readLimits: { minRangeBytes: 1024 ** 2, giveUpMs: 4_000 } });
  await engine.useDatabase(db, { port: standby.port });
  folder = path.join(engine.dataFolder, 'out');
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await standby[Symbol.asyncDispose]();
  await primary[Symbol.asyncDispose]();
});

/** The numbers in the files, sorted. */
async function numbersOf(ended: EndedRun): Promise<number[]> {
  const files = success(ended).objects.map(({ key }) => readFile(path.join(folder, key), 'utf8'));
  const lines = (await Promise.all(files)).flatMap((text) => text.split('\n').slice(0, -1));
  return lines.map((line) => Number.parseInt(line, 10)).toSorted((a, b) => a - b);
}

/** Takes row versions away that a snapshot on the standby can still see. */
async function vacuum(): Promise<void> {
  await db.query('UPDATE busy SET i = i');
  await db.query('VACUUM busy');
}

test.each([1, 2])('a table is read whole with %i connections, in one snapshot', async (parallel) => {
  await caughtUp(standby, primary);
  const ended = await engine.extract({
    selection: { table: { name: 'orders' } },
    destination: { folder },
    parallel,
  });
  expect(await numbersOf(ended)).toEqual(Array.from({ length: ROWS }, (_, i) => i + 1));
  const { manifest } = ended;
  expect(manifest!.workers).toBe(parallel);
  expect(manifest!.consistency).toBe('one-snapshot');
  expect(manifest!.ranges!.length).toBeGreaterThanOrEqual(parallel);
  // That of the standby, which replays, and not of the primary, which writes.
  expect(manifest!.source.lsn).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/);
});

/** About two seconds for all rows, so that there is a middle in which the primary can remove something. */
const slowly = {
  selection: { table: { name: 'orders' }, where: 'i % 150 <> 0 OR pg_sleep(0.01) IS NOT NULL' },
};

test.each([1, 2])(
  'what the primary removes cancels the read with %i connections, and it is made again',
  async (parallel) => {
    await caughtUp(standby, primary);
    const runId = await engine.start({ ...slowly, destination: { folder }, parallel });
    await engine.phase(runId, 'transfer');
    await expect.poll(async () => await reading(), { interval: 10 }).toBeGreaterThanOrEqual(parallel);
    await vacuum();
    const ended = await engine.ended(runId);
    expect(await numbersOf(ended)).toEqual(Array.from({ length: ROWS }, (_, i) => i + 1));
    const { retries, restarts } = ended.manifest!.recoveries!;
    expect(retries + restarts).toBeGreaterThan(0);
    expect(ended.log.some(({ level }) => level === 'warn')).toBe(true);
  },
);

test.each([1, 2])(
  'a primary that never stops removing is explained, with %i connections',
  async (parallel) => {
    await caughtUp(standby, primary);
    const over = new AbortController();
    const removing = (async () => {
      while (!over.signal.aborted) {
        await vacuum();
        await sleep(50);
      }
    })();
    const ended = await engine.extract({ ...slowly, destination: { folder }, parallel });
    over.abort();
    await removing;
    const error = failure(ended);
    expect(error.code).toBe('SOURCE_RECOVERY_CONFLICT');
    expect(error.hint).toBe(ERRORS.SOURCE_RECOVERY_CONFLICT.hint);
    expect(error.hint).toContain('hot_standby_feedback');
  },
);

test('nothing is left on the standby', async () => {
  await expect.poll(async () => await sessions(), { interval: 20 }).toBe(0);
});

async function reading(): Promise<number> {
  return await count(`state = 'active' AND query LIKE 'COPY%'`);
}

async function sessions(): Promise<number> {
  return await count('true');
}

async function count(condition: string): Promise<number> {
  const { rows } = await standby.query<{ count: string }>(
    `SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sluice' AND ${condition}`,
  );
  return Number(rows[0]?.count);
}

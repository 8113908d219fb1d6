/** I1: an incremental job knows what its name stands for, in every mode. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { WATERMARK_MODES, type WatermarkMode } from '../../electron/contract/watermark-spec.ts';
import { success, TestEngine } from '../harness/engine/test-engine.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';

const postgres = sharedPostgres({ settings: { wal_writer_delay: '10ms' } });
let db: TemporaryDatabase;
let engine: TestEngine;
let folder: string;

beforeAll(async () => {
  db = await postgres().createDatabase();
  engine = await TestEngine.start();
  await engine.useDatabase(db);
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await db.drop();
});
beforeEach(async () => {
  folder = path.join(engine.dataFolder, `out-${Math.random()}`);
  await db.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
});

/** Old enough for every margin and window. */
const OLD = `'2020-01-01'::timestamptz`;
/** What a row is stamped with that is written now: below the cap of every run that follows, or above the bound of exact. */
const young = (mode: WatermarkMode) => (mode === 'cap' ? `(now() - interval '2 hours')` : 'now()');

/** The window of lookback comes again, whatever is new. */
function expectTaken(mode: WatermarkMode, ids: readonly number[], expected: readonly number[]): void {
  expect(mode === 'lookback' ? ids.filter((id) => expected.includes(id)) : ids).toEqual(expected);
}

/** A run: the ids that it took, in order, what it promises and why. */
async function run(mode: WatermarkMode = 'exact', table = 'o') {
  const ended = await engine.extract({
    mode: 'incremental',
    selection: { table: { schema: 'public', name: table }, columns: ['id'] },
    destination: { folder },
    watermark: { column: 'at', mode },
  });
  const texts = await Promise.all(
    success(ended).objects.map(({ key }) => readFile(path.join(folder, key), 'utf8')),
  );
  const ids = texts
    .join('')
    .split('\n')
    .filter(Boolean)
    .map(Number)
    .toSorted((a, b) => a - b);
  const { promise, reasons, pass } = ended.manifest?.incremental ?? {};
  return { ids, promise, pass, why: reasons?.join('; ') ?? '' };
}

/** A table whose rows have old dates, so that no bound on the value lets them through. */
const make = (name: string, ...ids: number[]) =>
  `CREATE TABLE ${name} (id int NOT NULL, at timestamptz); CREATE INDEX ON ${name} (at);
   INSERT INTO ${name} SELECT unnest('{${ids.join()}}'::int[]), ${OLD};`;

describe.each(WATERMARK_MODES)('I1, mode %s:', (mode) => {
  test('a table that was swapped by its name is taken whole', async () => {
    await db.query(make('o', 1) + make('o_new', 1, 2, 3));
    expectTaken(mode, (await run(mode)).ids, [1]);
    await db.query('BEGIN; ALTER TABLE o RENAME TO o_old; ALTER TABLE o_new RENAME TO o; COMMIT');
    const swapped = await run(mode);
    expectTaken(mode, swapped.ids, [1, 2, 3]);
    expect(swapped.promise).not.toBe('exactly-once');
    expect(swapped.why).toContain('one table or view that the last run did not know');
    await db.query(`INSERT INTO o VALUES (4, ${young(mode)})`);
    expectTaken(mode, (await run(mode)).ids, [4]);
  });

  test('a partition with rows that is attached is taken whole, the others go on', async () => {
    await db.query(`CREATE TABLE o (id int NOT NULL, at timestamptz) PARTITION BY RANGE (id);
      CREATE INDEX ON o (at);
      CREATE TABLE o_1 PARTITION OF o FOR VALUES FROM (0) TO (100); INSERT INTO o VALUES (1, ${OLD}), (2, ${young(mode)})`);
    await db.query(make('o_2', 101, 102));
    expectTaken(mode, (await run(mode)).ids, [1, 2]);
    await db.query(`ALTER TABLE o ATTACH PARTITION o_2 FOR VALUES FROM (100) TO (200);
      INSERT INTO o VALUES (3, ${young(mode)} + interval '1 second')`);
    const attached = await run(mode);
    expectTaken(mode, attached.ids, [3, 101, 102]);
    expect(attached.pass).toBe('incremental');
    await db.query('ALTER TABLE o DETACH PARTITION o_2');
    await run(mode);
    await db.query('ALTER TABLE o ATTACH PARTITION o_2 FOR VALUES FROM (100) TO (200)');
    const again = await run(mode);
    expect(again.ids).toEqual(expect.arrayContaining([101, 102]));
    expect(again.promise).not.toBe('exactly-once');
    // The old values of what has joined must not take the position back: all that came after them would come again.
    expectTaken(mode, (await run(mode)).ids, []);
  });

  test('a table that begins to inherit is taken whole', async () => {
    await db.query(make('o', 1) + make('child', 11, 12));
    await run(mode);
    await db.query('ALTER TABLE child INHERIT o');
    expectTaken(mode, (await run(mode)).ids, [11, 12]);
    await db.query('ALTER TABLE child NO INHERIT o');
    expectTaken(mode, (await run(mode)).ids, []);
  });

  test.each([
    ['truncated and loaded', `TRUNCATE o; INSERT INTO o VALUES (1, ${OLD}), (2, ${OLD})`],
    [
      'truncated and loaded frozen',
      `BEGIN; TRUNCATE o; COPY o FROM PROGRAM 'printf "1\\t2020-01-01\\n2\\t2020-01-01\\n"' (FREEZE); COMMIT`,
    ],
    ['dropped and made again', `DROP TABLE o; ${make('o', 1, 2)}`],
    [
      'moved away',
      `CREATE SCHEMA IF NOT EXISTS away; DROP TABLE IF EXISTS away.o; ALTER TABLE o SET SCHEMA away; ${make('o', 1, 2)}`,
    ],
    ['rewritten with another type', `INSERT INTO o VALUES (2, ${OLD}); ALTER TABLE o ALTER id TYPE bigint`],
  ])('a table that was %s is taken whole', async (_, sql) => {
    await db.query(make('o', 1));
    await run(mode);
    await db.query(sql);
    expectTaken(mode, (await run(mode)).ids, [1, 2]);
    expectTaken(mode, (await run(mode)).ids, []);
  });

  test.each(['VACUUM FULL o', 'CLUSTER o USING o_at_idx', 'VACUUM FREEZE o'])(
    '%s makes nothing new',
    async (sql) => {
      await db.query(make('o', 1, 2));
      const { promise } = await run(mode);
      await db.query(sql);
      const after = await run(mode);
      expectTaken(mode, after.ids, []);
      expect(after.promise).toBe(promise);
    },
  );
});

test('I1: a partition that was made since is as exact as the others', async () => {
  await db.query(`CREATE TABLE o (id int NOT NULL, at timestamptz) PARTITION BY RANGE (id); CREATE INDEX ON o (at);
    CREATE TABLE o_1 PARTITION OF o FOR VALUES FROM (0) TO (100); INSERT INTO o VALUES (1, now())`);
  await run();
  await db.query(
    `CREATE TABLE o_2 PARTITION OF o FOR VALUES FROM (100) TO (200); INSERT INTO o VALUES (101, ${OLD})`,
  );
  expect(await run()).toMatchObject({ ids: [101], promise: 'exactly-once', why: '' });
});

test('I1: a view that is defined anew is taken whole', async () => {
  await db.query(`${make('t', 1, 2)} CREATE VIEW o AS SELECT * FROM t WHERE id = 1`);
  expect((await run('lookback')).ids).toEqual([1]);
  expect((await run('lookback')).ids).toEqual([1]);
  await db.query(`CREATE OR REPLACE VIEW o AS SELECT * FROM t WHERE id > 0; INSERT INTO t VALUES (3, now())`);
  expect(await run('lookback')).toMatchObject({ ids: [1, 2, 3], pass: 'full' });
});

test('I1: a copy of the database in its place falls back, and says so', async () => {
  await using copied = await postgres().createDatabase();
  const { database } = copied;
  const settings = {
    host: copied.host,
    port: copied.port,
    user: copied.user,
    database,
    tls: 'disable' as const,
  };
  await engine.useProfile('Copied', settings, copied.password);
  await copied.query(make('o', 1));
  const job = {
    mode: 'incremental' as const,
    selection: { table: { schema: 'public', name: 'o' } },
    source: { profile: 'Copied' },
    destination: { folder },
    watermark: { column: 'at' },
  };
  expect(success(await engine.extract(job)).rows).toBe(1);
  await copied.disconnect();
  await postgres().query(`CREATE DATABASE "${database}_copy" TEMPLATE "${database}"`);
  await postgres().query(`DROP DATABASE "${database}"`);
  await postgres().query(`ALTER DATABASE "${database}_copy" RENAME TO "${database}"`);
  await copied.query(`INSERT INTO o VALUES (2, now())`);
  const { manifest } = await engine.extract(job);
  expect(manifest?.incremental).toMatchObject({ promise: 'may-repeat' });
  expect(manifest?.rows).toBe(1);
  expect(manifest?.incremental?.reasons.join()).toContain('restored, or is a copy');
});

test('I2: where no index finds them, rows are not dropped by their values', async () => {
  await db.query('CREATE TABLE o (id int, at timestamptz); INSERT INTO o VALUES (1, now())');
  await run();
  await db.query(`INSERT INTO o VALUES (2, ${OLD})`);
  expect(await run()).toMatchObject({ ids: [2], promise: 'exactly-once' });
});

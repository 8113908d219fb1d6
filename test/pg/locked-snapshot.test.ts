/** A table is replaced under a reader that waits for it: the reader gets what is there when it has its lock. */
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { settingsOf, success, TestEngine } from '../harness/engine/test-engine.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';

const postgres = sharedPostgres();
let db: TemporaryDatabase;
let engine: TestEngine;
let connectionId: string;

beforeAll(async () => {
  db = await postgres().createDatabase();
  engine = await TestEngine.start({ readLimits: { minRangeBytes: 8_192 } });
  connectionId = await engine.useDatabase(db);
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await db.drop();
});

/** What is made first, what somebody does with it in one transaction, and the rows that there are then. */
interface Case {
  readonly name: string;
  readonly made: string;
  readonly done: string;
  readonly rows: number;
}

const LOADED = 'SELECT id, id % 3 AS bucket FROM generate_series(1, 1000) AS id';
const SMALL = 'SELECT id, id % 3 AS bucket FROM generate_series(1, 7) AS id';
const PARTITIONED = `CREATE TABLE t (id int, bucket int) PARTITION BY LIST (bucket);
  CREATE TABLE t_0 PARTITION OF t FOR VALUES IN (0); CREATE TABLE t_1 PARTITION OF t FOR VALUES IN (1);
  CREATE TABLE t_2 PARTITION OF t FOR VALUES IN (2); INSERT INTO t ${SMALL}`;

const CASES: readonly Case[] = [
  {
    name: 'TRUNCATE and load',
    made: `CREATE TABLE t AS ${SMALL}`,
    done: `TRUNCATE t; INSERT INTO t ${LOADED}`,
    rows: 1_000,
  },
  {
    name: 'DROP and CREATE AS',
    made: `CREATE TABLE t AS ${SMALL}`,
    done: `DROP TABLE t; CREATE TABLE t AS ${LOADED}`,
    rows: 1_000,
  },
  {
    name: 'the rename swap',
    made: `CREATE TABLE t AS ${SMALL}; CREATE TABLE n (LIKE t)`,
    done: `INSERT INTO n ${LOADED}; ALTER TABLE t RENAME TO o; ALTER TABLE n RENAME TO t`,
    rows: 1_000,
  },
  {
    name: 'ALTER TYPE',
    made: `CREATE TABLE t AS ${LOADED}`,
    done: 'ALTER TABLE t ALTER COLUMN id TYPE bigint',
    rows: 1_000,
  },
  {
    name: 'CLUSTER',
    made: `CREATE TABLE t AS ${LOADED}; CREATE INDEX t_id ON t (id)`,
    done: 'CLUSTER t USING t_id',
    rows: 1_000,
  },
  {
    name: 'a leaf exchanged',
    made: `${PARTITIONED}; CREATE TABLE n (LIKE t)`,
    done: `INSERT INTO n SELECT id, 1 FROM generate_series(1, 500) AS id;
      ALTER TABLE t DETACH PARTITION t_1; ALTER TABLE t ATTACH PARTITION n FOR VALUES IN (1)`,
    rows: 504,
  },
  {
    name: 'a leaf emptied and loaded',
    made: PARTITIONED,
    done: 'TRUNCATE t_1; INSERT INTO t SELECT id, 1 FROM generate_series(1, 500) AS id',
    rows: 504,
  },
  {
    name: 'REFRESH MATERIALIZED VIEW',
    made: `CREATE TABLE b AS ${SMALL}; CREATE MATERIALIZED VIEW t AS SELECT * FROM b`,
    done: `TRUNCATE b; INSERT INTO b ${LOADED}; REFRESH MATERIALIZED VIEW t`,
    rows: 1_000,
  },
  {
    name: 'a table behind a view',
    made: `CREATE TABLE b AS ${SMALL}; CREATE VIEW t AS SELECT * FROM b`,
    done: `TRUNCATE b; INSERT INTO b ${LOADED}`,
    rows: 1_000,
  },
  {
    name: 'a view over another table',
    made: `CREATE TABLE b AS ${SMALL}; CREATE TABLE n (LIKE b); CREATE VIEW t AS SELECT * FROM b`,
    done: `LOCK TABLE t; INSERT INTO n ${LOADED}; CREATE OR REPLACE VIEW t AS SELECT * FROM n`,
    rows: 1_000,
  },
];

/** Holds the transaction open until a session of Sluice waits for a lock, and commits then. */
async function whileReaderWaits<T>(done: string, read: () => Promise<T>): Promise<T> {
  const writer = await db.connect();
  try {
    await writer.query('BEGIN');
    await writer.query(done);
    const reading = read();
    // Settled below; until then a failure is no news to the process.
    reading.catch(() => undefined);
    await untilOneWaits(writer);
    await writer.query('COMMIT');
    return await reading;
  } finally {
    await writer.end();
  }
}

/** Asks the server until it has a session of Sluice that waits for a lock. */
async function untilOneWaits(client: Client): Promise<void> {
  for (;;) {
    // Other sessions are seen once in a transaction, unless what was seen is forgotten.
    await client.query('SELECT pg_stat_clear_snapshot()');
    const { rows } = await client.query<{ waits: boolean }>(
      `SELECT EXISTS (SELECT FROM pg_stat_activity
                       WHERE application_name = 'sluice' AND datname = current_database()
                         AND wait_event_type = 'Lock') AS waits`,
    );
    if (rows[0]?.waits === true) return;
  }
}

async function withTables<T>(made: string, work: () => Promise<T>): Promise<T> {
  await db.query(`CREATE SCHEMA IF NOT EXISTS public; ${made}; GRANT ALL ON SCHEMA public TO PUBLIC`);
  try {
    return await work();
  } finally {
    await db.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  }
}

async function extracted(spec: object): Promise<number> {
  const folder = await mkdtemp(path.join(engine.dataFolder, 'out-'));
  const selection = { table: { name: 't' } };
  const key = '{run_id}/part-{part}.csv';
  const ended = await engine.extract({ selection, destination: { folder }, key, ...spec });
  const names = await readdir(folder, { recursive: true });
  const texts = await Promise.all(
    names.filter((name) => name.endsWith('.csv')).map((name) => readFile(path.join(folder, name), 'utf8')),
  );
  const lines = texts.join('').split('\n').length - 1;
  expect(success(ended).rows).toBe(lines);
  return lines;
}

async function previewed(): Promise<number> {
  const relation = { schema: 'public', name: 't' };
  const { previewId } = await engine.call('preview.open', { connectionId, relation });
  const { rows } = await engine.call('preview.page', { previewId, from: 0, count: 1_000 });
  await engine.call('preview.close', { previewId });
  return rows.length;
}

const READERS: readonly (readonly [name: string, read: () => Promise<number>])[] = [
  ['an extract', () => extracted({})],
  ['an extract with a filter', () => extracted({ selection: { table: { name: 't' }, where: 'id > 0' } })],
  ['an extract of a query', () => extracted({ selection: { query: 'SELECT * FROM t' } })],
  ['an extract with two workers', () => extracted({ parallel: 2 })],
  ['an extract without a lock timeout', () => extracted({ politeness: { lockTimeoutMs: 0 } })],
  [
    'an extract in folders by a column',
    () =>
      extracted({
        partitionBy: { column: 'bucket', by: 'value' },
        key: '{run_id}/{partition}/part-{part}.csv',
      }),
  ],
  [
    'the first run of an incremental job',
    () => extracted({ mode: 'incremental', name: `job-${Math.random()}`, watermark: { column: 'id' } }),
  ],
  ['a preview', previewed],
];

describe.each(CASES)('E1: $name under a waiting reader', ({ made, done, rows }) => {
  test.each(READERS)('%s', async (_name, read) => {
    expect(await withTables(made, () => whileReaderWaits(done, read))).toBe(rows);
  });
});

test('E1: the counts of a type report are of the rows that are there then', async () => {
  const done = `TRUNCATE t; INSERT INTO t SELECT 'infinity' FROM generate_series(1, 50)`;
  const report = await withTables('CREATE TABLE t (at timestamptz)', () =>
    whileReaderWaits(done, () =>
      engine.call('extract.plan', {
        spec: {
          source: { profile: 'Source' },
          selection: { table: { name: 't' } },
          destination: { folder: engine.dataFolder },
          format: { kind: 'parquet' },
        },
        count: true,
      }),
    ),
  );
  expect(JSON.stringify(report)).toContain('50');
});

test('E1: VACUUM FULL and REFRESH CONCURRENTLY, which wait for somebody themselves, before a reader', async () => {
  const made = `CREATE TABLE t AS ${LOADED}`;
  const rows = await withTables(made, async () => {
    const [before, vacuum] = [await db.connect(), await db.connect()];
    await before.query('BEGIN; SELECT FROM t LIMIT 0');
    const vacuumed = vacuum.query('VACUUM FULL t');
    const reading = extracted({});
    reading.catch(() => undefined);
    await untilOneWaits(before);
    await before.query('COMMIT');
    await vacuumed;
    await Promise.all([before.end(), vacuum.end()]);
    return await reading;
  });
  expect(rows).toBe(1_000);
  const refreshed = await withTables(
    `CREATE TABLE b AS ${SMALL}; CREATE MATERIALIZED VIEW t AS SELECT * FROM b; CREATE UNIQUE INDEX ON t (id)`,
    async () => {
      await db.query(
        `INSERT INTO b SELECT id, 0 FROM generate_series(8, 1000) AS id; REFRESH MATERIALIZED VIEW CONCURRENTLY t`,
      );
      return await extracted({});
    },
  );
  expect(refreshed).toBe(1_000);
});

test('E1: a role that may read some columns only', async () => {
  const user = `few_${db.database}`;
  await db.query(`CREATE ROLE ${user} LOGIN PASSWORD 'x'`);
  await using few = await TestEngine.start();
  await few.useProfile('Source', { ...settingsOf(db), user }, 'x');
  try {
    for (const { made, done, rows } of CASES.filter(({ name }) => name !== 'DROP and CREATE AS')) {
      const granted = `${made}; GRANT SELECT (id, bucket) ON t TO PUBLIC${made.includes('TABLE n') ? '; GRANT SELECT (id, bucket) ON n TO PUBLIC' : ''}`;
      const found = await withTables(granted, () =>
        whileReaderWaits(done, async () => {
          const folder = await mkdtemp(path.join(few.dataFolder, 'out-'));
          const selection = { table: { name: 't' }, columns: ['id', 'bucket'] };
          return success(await few.extract({ selection, destination: { folder } })).rows;
        }),
      );
      expect(found).toBe(rows);
    }
  } finally {
    await db.query(`DROP OWNED BY ${user}; DROP ROLE ${user}`);
  }
});

test('a table that is attached while rows are read is noticed when they are read, and read with the others', async () => {
  const made = `${PARTITIONED}; CREATE TABLE n (LIKE t);
    CREATE FUNCTION slow(int) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_lock_shared(77); RETURN true; END $$`;
  const rows = await withTables(made, async () => {
    const writer = await db.connect();
    await writer.query('SELECT pg_advisory_lock(77)');
    // The plan of the second range is made when the first has been read.
    const reading = extracted({ selection: { table: { name: 't' }, where: 'slow(id)' } });
    reading.catch(() => undefined);
    await untilOneWaits(writer);
    await writer.query(`INSERT INTO n SELECT id, 5 FROM generate_series(1, 9) AS id;
      ALTER TABLE t ATTACH PARTITION n FOR VALUES IN (5)`);
    await writer.query('SELECT pg_advisory_unlock_all()');
    await writer.end();
    return await reading;
  });
  // As it was before, or with all that was attached: nothing in between.
  expect([7, 16]).toContain(rows);
});

/** I2: a bound on the watermark is used only where an index saves reading by it; elsewhere it could only drop rows. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { SOURCE, success, TestEngine } from '../harness/engine/test-engine.ts';
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

const PLAIN = 'CREATE TABLE o (id int, at timestamptz NOT NULL, v text);';
/** Two leaves, of which one has its columns in another order. */
const PARTS = `
  CREATE TABLE o (id int, at timestamptz NOT NULL, v text) PARTITION BY LIST (id);
  CREATE TABLE leaf_a PARTITION OF o DEFAULT;
  CREATE TABLE leaf_b (v text, id int, at timestamptz NOT NULL);
  ALTER TABLE o ATTACH PARTITION leaf_b FOR VALUES IN (2);`;
const FAMILY = `${PLAIN} CREATE TABLE child () INHERITS (o);`;
const TEXT = 'CREATE TABLE o (id int, at text NOT NULL, v text);';

/** One that fails, as CREATE INDEX CONCURRENTLY does on a row that is there twice; the server leaves it behind. */
const FAILS = 'CREATE UNIQUE INDEX CONCURRENTLY failed ON o (at)';

const JOB = {
  mode: 'incremental' as const,
  selection: { table: { schema: 'public', name: 'o' }, columns: ['id'] },
  watermark: { column: 'at' },
};

const spec = () => ({ source: { profile: SOURCE }, ...JOB, destination: { folder } });

async function run(): Promise<readonly number[]> {
  const ended = await engine.extract({ ...JOB, destination: { folder } });
  const texts = await Promise.all(
    success(ended).objects.map(({ key }) => readFile(path.join(folder, key), 'utf8')),
  );
  const lines = texts.join('').split('\n').filter(Boolean);
  return lines.map(Number).toSorted((a, b) => a - b);
}

const described = async () => {
  const { connections } = await engine.call('profiles.list', {});
  const { columns } = await engine.call('relations.describe', {
    connectionId: connections[0]!.id,
    relation: JOB.selection.table,
  });
  return columns.find(({ name }) => name === 'at')?.indexed;
};

test.each<[what: string, tables: string, index: string, used: boolean]>([
  ['there is none', PLAIN, 'SELECT 1', false],
  ['it begins with the watermark', PLAIN, 'CREATE INDEX ON o (at, id)', true],
  ['it is of the kind brin', PLAIN, 'CREATE INDEX ON o USING brin (at)', true],
  [
    'it is a bloom filter of the kind brin',
    PLAIN,
    'CREATE INDEX ON o USING brin (at timestamptz_bloom_ops)',
    false,
  ],
  ['it is partial', PLAIN, 'CREATE INDEX ON o (at) WHERE id > 0', false],
  ['it failed while it was made', PLAIN, FAILS, false],
  ['it is of the kind hash', PLAIN, 'CREATE INDEX ON o USING hash (at)', false],
  ['the watermark is its second column', PLAIN, 'CREATE INDEX ON o (id, at)', false],
  ['it only carries the watermark', PLAIN, 'CREATE INDEX ON o (id) INCLUDE (at)', false],
  ['it is of an expression', PLAIN, `CREATE INDEX ON o ((at AT TIME ZONE 'UTC'))`, false],
  ['it is in the order of the text', TEXT, 'CREATE INDEX ON o (at)', true],
  ['it is in the order of another collation', TEXT, 'CREATE INDEX ON o (at COLLATE "C")', false],
  ['it is in the order of bytes, for LIKE', TEXT, 'CREATE INDEX ON o (at text_pattern_ops)', false],
  ['it is of the root, and so of all leaves', PARTS, 'CREATE INDEX ON o (at)', true],
  ['each leaf has one of its own', PARTS, 'CREATE INDEX ON leaf_a (at); CREATE INDEX ON leaf_b (at)', true],
  ['it is of the root alone', PARTS, 'CREATE INDEX ON ONLY o (at)', false],
  ['one leaf lacks it', PARTS, 'CREATE INDEX ON ONLY o (at); CREATE INDEX ON leaf_a (at)', false],
  ['a child by INHERITS lacks it', FAMILY, 'CREATE INDEX ON o (at)', false],
  ['the child by INHERITS has one too', FAMILY, 'CREATE INDEX ON o (at); CREATE INDEX ON child (at)', true],
])('I2: an index bounds what is read, or a late row is taken: %s', async (_, tables, index, used) => {
  await db.query(tables);
  await db.query(`INSERT INTO o SELECT i % 3, '2026-01-01' FROM generate_series(1, 6) i`);
  if (index === FAILS) await expect(db.query(FAILS)).rejects.toThrow(/could not create unique index/);
  else await db.query(index);
  expect(await described()).toBe(used);
  const timed = tables !== TEXT;
  await run();
  expect(await engine.call('watermark.look', { spec: spec() })).toMatchObject({ indexed: used });
  // Below every bound: only a run that looks at the whole table finds it.
  await db.query(`INSERT INTO o VALUES (7, '2001-01-01')`);
  expect(await run()).toEqual(used && timed ? [] : [7]);
});

/** Memory is a constant: parts on their way and one batch, whatever the size of the table. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ExtractSpecInput } from '../../electron/contract/extract-spec.ts';
import { EngineProcess } from '../harness/engine/engine-process.ts';
import { LAKE, SOURCE, TestEngine } from '../harness/engine/test-engine.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { startS3, type S3Server } from '../harness/s3/s3-server.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../harness/temporary-folder.ts';

const BUCKET = 'lake';
const ROWS = 2_000_000;
const MIB = 1024 ** 2;
/** What is asked is how much memory, not how long: a busy machine takes several times as long for the same. */
const PATIENT = { timeout: 300_000 };
const postgres = sharedPostgres();
let db: TemporaryDatabase;
let s3: S3Server;
let folder: TemporaryFolder;

beforeAll(async () => {
  db = await postgres().createDatabase();
  await db.query(`CREATE VIEW orders AS
    SELECT i AS "OrderId", CASE i % 3 WHEN 0 THEN 'Shipped' WHEN 1 THEN 'Backordered' END AS "OrderStatus",
           timestamp '2020-06-01 12:00:00' + i * interval '1.5 second' AS "LastUpdated", md5(i::text) AS note
      FROM generate_series(1, ${ROWS}) i`);
  await db.query('CREATE TABLE stored AS SELECT * FROM orders');
  s3 = await startS3({ buckets: [BUCKET], etag: 'fast' });
  folder = await makeTemporaryFolder('memory');
  await using engine = await TestEngine.start({ folder });
  await engine.useDatabase(db);
  await engine.useS3(s3, BUCKET);
});
afterAll(async () => {
  await folder.remove();
  await s3.stop();
  await db.drop();
});

/** Small enough for a table of a test to have a range, and a part, for each of eleven. */
const RANGES = { minRangeBytes: 9 * MIB };

async function peakOf(change: Partial<ExtractSpecInput>): Promise<number> {
  await using child = new EngineProcess(
    `${folder.path}/data`,
    {
      source: { profile: SOURCE },
      selection: { table: { name: 'orders' } },
      destination: { profile: LAKE },
      ...change,
    },
    RANGES,
  );
  const state = await child.ended();
  expect(state).toMatchObject({ tag: 'succeeded', rows: ROWS });
  return await child.peakBytes();
}

test('two million rows as Postgres writes them, to a destination that is slow', PATIENT, async () => {
  s3.faults.add({ op: 'UploadPart', action: { kind: 'delay', ms: 150 }, times: 'always' });
  expect(await peakOf({})).toBeLessThan(300 * MIB);
  s3.faults.clear();
});

test('two million rows as Python writes them, compressed', PATIENT, async () => {
  const spec: Partial<ExtractSpecInput> = { format: { kind: 'csv', dialect: 'python' }, compression: 'zstd' };
  expect(await peakOf(spec)).toBeLessThan(300 * MIB);
});

/**
 * Beside one connection, and not in megabytes: how late the collector of garbage comes adds to both, and the more of it the
 * busier the machine is. Twice as many buffers would be twice as much.
 */
const SLACK = 1.4;

test(
  'two million rows as Parquet: no more than a row group is held, also with the two connections that are the most',
  PATIENT,
  async () => {
    const one = await peakOf({ format: { kind: 'parquet' } });
    const stored = { table: { name: 'stored' } };
    const two = await peakOf({ format: { kind: 'parquet' }, parallel: 8, selection: stored });
    expect(one).toBeLessThan(400 * MIB);
    expect(two).toBeLessThan(SLACK * one);
  },
);

test('two million rows of a table with as many connections as there may be', PATIENT, async () => {
  const stored = { table: { name: 'stored' } };
  s3.faults.add({ op: 'UploadPart', action: { kind: 'delay', ms: 50 }, times: 'always' });
  const four = await peakOf({ parallel: 4, selection: stored });
  const many = await peakOf({ parallel: 32, selection: stored });
  s3.faults.clear();
  expect(many).toBeLessThan(SLACK * four);
});

test('two million rows of a table with four connections, compressed', PATIENT, async () => {
  const spec = { compression: 'zstd', parallel: 4, selection: { table: { name: 'stored' } } } as const;
  expect(await peakOf(spec)).toBeLessThan(300 * MIB);
});

/**
 * A table that is read in several ranges while its source is harmed, and Postgres's own answer to what should have come
 * of it. The hooks belong to the file that imports it.
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { ExtractSpecInput } from '../../electron/contract/extract-spec.ts';
import type { Manifest } from '../../electron/contract/manifest.ts';
import { LAKE, TestEngine, success, type EndedRun } from '../harness/engine/test-engine.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { endSessions } from '../harness/postgres/end-sessions.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { startS3, type S3Server } from '../harness/s3/s3-server.ts';

export const BUCKET = 'lake';
/** About 24 MB: seven ranges. */
export const ROWS = 24_000;
export const RANGES = 7;
export const LIMITS = { minRangeBytes: 3 * 1024 ** 2, giveUpMs: 20_000 };

const postgres = sharedPostgres();
export let db: TemporaryDatabase;
export let s3: S3Server;

beforeAll(async () => {
  s3 = await startS3({ buckets: [BUCKET] });
});
afterAll(() => s3.stop());
beforeEach(async () => {
  db = await postgres().createDatabase();
  await db.query(MAKE_ORDERS);
});
afterEach(async () => {
  s3.removeBucket(BUCKET);
  s3.addBucket(BUCKET);
  s3.requests.clear();
  await db.drop();
});

export const MAKE_ORDERS = `
  CREATE TABLE orders AS SELECT i, repeat(md5(i::text), 30) AS filler FROM generate_series(1, ${ROWS}) i`;

export const orders = {
  selection: { table: { name: 'orders' } },
  destination: { profile: LAKE },
} satisfies Partial<ExtractSpecInput>;

/** The same, read so slowly that there is a middle to do harm in: about a second for each range. */
export const slowly = {
  selection: { table: { name: 'orders' }, where: 'i % 100 <> 0 OR pg_sleep(0.03) IS NOT NULL' },
  destination: { profile: LAKE },
} satisfies Partial<ExtractSpecInput>;

/** Sessions of Sluice: those that read at this moment, and the one that only holds the snapshot. */
export async function sessions(which: 'reading' | 'holding'): Promise<number[]> {
  const { rows } = await db.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity
      WHERE application_name = 'sluice' AND datname = current_database()
        AND CASE $1 WHEN 'reading' THEN state = 'active' AND query LIKE 'COPY%'
                    ELSE state = 'idle in transaction' AND query NOT LIKE 'COPY%' END`,
    [which],
  );
  return rows.map(({ pid }) => pid);
}

/** Comes back when so many connections read; who they are. */
export async function reading(count: number): Promise<number[]> {
  await expect.poll(async () => (await sessions('reading')).length, { interval: 10 }).toBe(count);
  return await sessions('reading');
}

/** Comes back when so many ranges of a run are done. */
export async function rangesDone(engine: TestEngine, runId: string, count: number): Promise<void> {
  await engine.heard(
    (event) =>
      event.type === 'progress' && event.runId === runId && (event.progress.rangesDone ?? 0) >= count,
  );
}

/**
 * Ends every connection of Sluice after a change of the table has been asked for. One that has to wait for the readers
 * comes in between, before they are back.
 */
export async function terminateAllDuring(change: string): Promise<void> {
  let changed = false;
  const changing = db.query(change).then(() => {
    changed = true;
    return changed;
  });
  const waits = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  await expect
    .poll(async () => changed || (await db.query(waits)).rows.length > 0, { interval: 10 })
    .toBe(true);
  await terminateAll();
  await changing;
}

/** Ends every connection of Sluice to the database. */
export async function terminateAll(): Promise<void> {
  await endSessions(db);
}

export async function terminate(pids: readonly number[]): Promise<void> {
  await endSessions(db, `pid IN (${pids.join(', ')})`);
}

/** Enough of a row to tell it, so that a failure of a test can be read. */
const short = (line: string) => `${line.slice(0, 16)}+${String(line.length)}`;

/** The rows that Postgres has for a query, as a sorted list of lines of CSV. */
export async function rowsOf(query = 'SELECT * FROM orders'): Promise<string[]> {
  const { rows } = await db.query<{ line: string }>(
    `SELECT concat_ws(',', i, filler) AS line FROM (${query}) AS q`,
  );
  return rows.map(({ line }) => short(line)).toSorted();
}

/** The rows that a run has written, as a sorted list of lines; and nothing else is at the destination. */
export function writtenRows(ended: EndedRun): string[] {
  const { objects, manifest } = success(ended);
  const keys = objects.map(({ key }) => key);
  const manifestKey = manifest.replace(`s3://${BUCKET}/`, '');
  expect(s3.objects(BUCKET).map(({ key }) => key)).toEqual([...keys, manifestKey].toSorted());
  expect(s3.openUploads(BUCKET)).toEqual([]);
  return keys
    .flatMap((key) => s3.object(BUCKET, key).toString().split('\n').slice(0, -1).map(short))
    .toSorted();
}

/** The run has written these rows, each once, and nothing else. */
export function expectRows(ended: EndedRun, expected: readonly string[]): void {
  const written = writtenRows(ended);
  const known = new Set(expected);
  expect(written.filter((row) => !known.has(row)).slice(0, 5)).toEqual([]);
  expect(written.length).toBe(expected.length);
  expect(new Set(written).size).toBe(known.size);
}

interface Recorded {
  readonly ranges: NonNullable<Manifest['ranges']>;
  readonly recoveries: NonNullable<Manifest['recoveries']>;
}

/** The manifest, which must agree with itself and with what the history shows. */
export function manifestOf(ended: EndedRun): Omit<Manifest, keyof Recorded> & Recorded {
  const { objects, rows } = success(ended);
  const { manifest } = ended;
  if (manifest?.ranges === undefined || manifest.recoveries === undefined)
    throw new Error('the manifest has no ranges');
  expect(manifest.ranges.map(({ number }) => number)).toEqual(manifest.ranges.map((_, i) => i + 1));
  expect(manifest.ranges.flatMap((range) => range.objects)).toEqual(objects.map(({ key }) => key));
  expect(manifest.ranges.reduce((sum, range) => sum + range.rows, 0)).toBe(rows);
  expect(ended.run.progress).toMatchObject({ rows, objectsWritten: objects.length, partsInFlight: 0 });
  return { ...manifest, ranges: manifest.ranges, recoveries: manifest.recoveries };
}

export async function startEngine(port = db.port, limits: object = {}): Promise<TestEngine> {
  const engine = await TestEngine.start({ readLimits: { ...LIMITS, ...limits } });
  await engine.useDatabase(db, { port });
  await engine.useS3(s3, BUCKET);
  return engine;
}

/** What a run told about getting over things. */
export function warnings({ log }: EndedRun): string {
  return log.flatMap(({ level, message }) => (level === 'warn' ? [message] : [])).join('\n');
}

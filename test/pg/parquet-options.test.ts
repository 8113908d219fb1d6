/** What can be chosen for Parquet, with DuckDB as the reader. */
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ExtractSpecInput } from '../../electron/contract/extract-spec.ts';
import type { ParquetFormat } from '../../electron/contract/format.ts';
import { DuckDb } from '../harness/duckdb.ts';
import { success } from '../harness/engine/test-engine.ts';
import { db, extract, folder } from './extract-world.ts';

let duck: DuckDb;
beforeAll(async () => {
  duck = await DuckDb.open();
});
afterAll(() => duck[Symbol.dispose]());

let runs = 0;
async function written(query: string, format: Partial<ParquetFormat>, job: Partial<ExtractSpecInput> = {}) {
  const key = `options-${String(runs++)}.parquet`;
  const ended = await extract({ selection: { query }, format: { kind: 'parquet', ...format }, key, ...job });
  return { file: `'${path.join(folder, key)}'`, rows: success(ended).rows, manifest: ended.manifest! };
}

async function groups(file: string): Promise<number[]> {
  const rows = await duck.texts(
    `SELECT DISTINCT row_group_id, row_group_num_rows FROM parquet_metadata(${file}) ORDER BY row_group_id`,
  );
  return rows.map(([, count]) => Number(count));
}

describe('row groups', () => {
  const series = (rows: number) => `SELECT i, 'row ' || i AS t FROM generate_series(1, ${String(rows)}) i`;

  test('have exactly as many rows as were asked for, but the last', async () => {
    const { file } = await written(series(10_500), { rowGroup: { rows: 1_000 } });
    expect(await groups(file)).toEqual([...Array.from({ length: 10 }, () => 1_000), 500]);
    expect(await duck.texts(`SELECT count(*)::VARCHAR, sum(i)::VARCHAR, max(t) FROM ${file}`)).toEqual([
      ['10500', '55130250', 'row 9999'],
    ]);
  });

  test('of one row each', async () => {
    const { file } = await written(series(30), { rowGroup: { rows: 1 } });
    expect(await groups(file)).toEqual(Array.from({ length: 30 }, () => 1));
  });

  test('end at so many bytes, as Postgres sent them', async () => {
    const { file } = await written(`SELECT repeat(md5(i::text), 32) AS t FROM generate_series(1, 4000) i`, {
      rowGroup: { bytes: 256 * 1024 },
    });
    const counts = await groups(file);
    expect(counts.length).toBeGreaterThan(10);
    // A row is 1,024 bytes, and six of framing.
    for (const rows of counts.slice(0, -1)) expect(rows * 1030).toBeGreaterThanOrEqual(256 * 1024);
  });

  test('do not get larger than memory allows, whatever is asked for', async () => {
    for (const rowGroup of [{ rows: 10_000_000 }, { bytes: 1024 ** 3 }]) {
      const { file } = await written(series(500_000), { rowGroup });
      expect(await groups(file)).toEqual([200_000, 200_000, 100_000]);
    }
  });

  test('have bounds and the number of NULLs', async () => {
    const { file } = await written(
      `SELECT i, nullif(i % 3, 0) AS maybe, i::numeric(10, 2) AS n, date '2020-01-01' + i AS d FROM generate_series(1, 100) i`,
      { rowGroup: { rows: 50 } },
    );
    const found = await duck.texts(
      `SELECT path_in_schema, stats_min_value, stats_max_value, stats_null_count::VARCHAR FROM parquet_metadata(${file}) WHERE row_group_id = 1 ORDER BY 1`,
    );
    expect(found).toEqual([
      ['d', '2020-02-21', '2020-04-10', '0'],
      ['i', '51', '100', '0'],
      ['maybe', '1', '2', '17'],
      ['n', '51.00', '100.00', '0'],
    ]);
  });
});

describe('numeric without a precision', () => {
  const values = ['0', '-0.5', '1e30', '123456789012345678901234567890.123456789', '0.1', 'NaN', '1e-20'];
  const query = `SELECT * FROM (VALUES ${values.map((value, i) => `(${String(i)}, '${value}'::numeric)`).join()}, (99, NULL)) AS v(i, n)`;
  const texts = async (file: string) =>
    (await duck.texts(`SELECT n::VARCHAR FROM ${file} ORDER BY i`)).map(([text]) => text ?? null);

  test('is text with all digits where nothing is chosen (field notes 24, 25)', async () => {
    const { file } = await written(query, {});
    const { rows } = await db.query<{ n: string | null }>(`SELECT n::text FROM (${query}) AS q ORDER BY i`);
    expect(await texts(file)).toEqual(rows.map(({ n }) => n));
  });

  test('is the nearest double where that is chosen and accepted', async () => {
    const { file, manifest } = await written(query, { unboundedNumeric: 'double' }, { acceptLossy: true });
    const found = (await texts(file)).map((text) =>
      text === null ? null : Number(text.replace('nan', 'NaN')),
    );
    expect(found).toEqual([...values.map(Number), null]);
    expect(manifest.lossy).toBeUndefined();
  });

  test('that no double holds is NULL then, and counted', async () => {
    const { file, manifest } = await written(
      `SELECT 1 AS i, '1e400'::numeric AS n UNION ALL SELECT 2, 'Infinity'::numeric`,
      { unboundedNumeric: 'double' },
      { acceptLossy: true },
    );
    expect(await texts(file)).toEqual([null, 'inf']);
    expect(manifest.lossy).toMatchObject([{ column: 'n', count: 1 }]);
  });

  test('is a DECIMAL where that is chosen, and Postgres agrees on every rounding', async () => {
    const numbers = `SELECT i, (i * 7919 % 2000003 - 1000000)::numeric / power(10::numeric, i % 9) AS n FROM generate_series(1, 3000) i`;
    const { file } = await written(
      numbers,
      { unboundedNumeric: { precision: 12, scale: 3 } },
      { acceptLossy: true },
    );
    expect(await duck.texts(`SELECT DISTINCT typeof(n) FROM ${file}`)).toEqual([['DECIMAL(12,3)']]);
    const { rows } = await db.query<{ n: string }>(
      `SELECT n::numeric(12, 3)::text AS n FROM (${numbers}) AS q ORDER BY i`,
    );
    expect(await texts(file)).toEqual(rows.map(({ n }) => n));
  });

  test('in arrays follows the same choice', async () => {
    const { file } = await written(`SELECT ARRAY[1.25, NULL, 3]::numeric[] AS n, 1 AS i`, {
      unboundedNumeric: { precision: 10, scale: 2 },
    });
    expect(await duck.texts(`SELECT typeof(n), n::VARCHAR FROM ${file}`)).toEqual([
      ['DECIMAL(10,2)[]', '[1.25, NULL, 3.00]'],
    ]);
  });
});

describe('losses that are accepted cost the value and nothing else', () => {
  test('NULL in its place, the others as they are, also in arrays and among workers', async () => {
    await db.query(`
      CREATE TABLE losing AS
        SELECT i, CASE WHEN i % 10 = 0 THEN 'infinity' ELSE date '2020-01-01' + i % 100 END AS d,
               CASE WHEN i % 20 = 0 THEN ARRAY[[1]] ELSE ARRAY[i] END AS a,
               ARRAY[CASE WHEN i % 50 = 0 THEN 'infinity' ELSE timestamp '2020-01-01' END, NULL] AS ts,
               CASE WHEN i % 100 = 0 THEN '[5:5]={7}'::int[] ELSE '{1}' END AS odd
          FROM generate_series(1, 30000) i`);
    const key = 'losing.parquet';
    const ended = await extract({
      selection: { table: { name: 'losing' } },
      format: { kind: 'parquet' },
      acceptLossy: true,
      parallel: 3,
      key,
    });
    expect(ended.manifest!.lossy!.toSorted((a, b) => b.count - a.count)).toEqual([
      { column: 'd', reason: 'the date infinity, written as NULL', count: 3_000 },
      { column: 'a', reason: 'an array of arrays, written as NULL', count: 1_500 },
      { column: 'ts', reason: 'the timestamp infinity in an array, written as NULL', count: 600 },
      { column: 'odd', reason: 'an array that does not begin at 1, written as one that does', count: 300 },
    ]);
    const facts = await duck.texts(
      `SELECT count(*)::VARCHAR, count(d)::VARCHAR, sum(i)::VARCHAR, count(a)::VARCHAR, sum(a[1])::VARCHAR, count(ts[1])::VARCHAR,
              sum(len(ts))::VARCHAR, sum(odd[1])::VARCHAR, max(d)::VARCHAR FROM '${path.join(folder, key)}'`,
    );
    const { rows } = await db.query<{ facts: string[] }>(
      `SELECT ARRAY[count(*), count(*) FILTER (WHERE isfinite(d)), sum(i), count(*) FILTER (WHERE i % 20 <> 0), sum(i) FILTER (WHERE i % 20 <> 0),
                    count(*) FILTER (WHERE i % 50 <> 0), count(*) * 2, sum(CASE WHEN i % 100 = 0 THEN 7 ELSE 1 END)]::text[]
              || max(d) FILTER (WHERE isfinite(d))::text AS facts FROM losing`,
    );
    expect(facts[0]).toEqual(rows[0]!.facts);
  });
});

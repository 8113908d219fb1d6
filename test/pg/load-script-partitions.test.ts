/** Folders by a column, read by the script for DuckDB: every row has the value of its folder, in the column's type. */
import { beforeAll, expect, test } from 'vitest';
import type { ExtractSpecInput } from '../../electron/contract/extract-spec.ts';
import { loadScript } from '../../electron/contract/load-scripts/load-script.ts';
import { DuckDb } from '../harness/duckdb.ts';
import { success } from '../harness/engine/test-engine.ts';
import { db, extract } from './extract-world.ts';

beforeAll(async () => {
  await db.query(`CREATE TABLE trips AS
    SELECT i, CASE WHEN i % 4 > 0 THEN timestamp '2020-06-01 12:00' + i % 4 * interval '1 day' END AS at,
           CASE WHEN i % 5 > 0 THEN i % 5 - 3 END AS zone,
           (ARRAY['eu/west', 'a b', '受注 ä', '100%', 'x=y', 'it''s', NULL])[1 + i % 7] AS place
      FROM generate_series(1, 200) i`);
});

const FORMATS = [
  { kind: 'csv' },
  { kind: 'csv', header: true },
  { kind: 'jsonl' },
  { kind: 'parquet' },
] as const;
const SELECTION = { table: { name: 'trips' } };

async function load(duck: DuckDb, spec: Partial<ExtractSpecInput>): Promise<string> {
  const ended = await extract({ selection: SELECTION, ...spec });
  const [script] = loadScript('duckdb', {
    manifest: ended.manifest!,
    manifestUri: success(ended).manifest,
  });
  await duck.run(script!.text);
  return script!.text;
}

async function counted(sql: string): Promise<Map<unknown, unknown>> {
  const { rows } = await db.query<{ v: string | null; n: number }>(
    `SELECT (${sql})::text AS v, count(*)::int AS n FROM trips GROUP BY 1`,
  );
  return new Map(rows.map(({ v, n }) => [v, String(n)]));
}

async function byFolder(duck: DuckDb, name: string): Promise<Map<unknown, unknown>> {
  const rows = await duck.texts(`SELECT "${name}"::VARCHAR, count(*) FROM trips GROUP BY "${name}"`);
  return new Map(rows.map(([value, n]) => [value, n]));
}

test.each(FORMATS)('%o: the folder is a column, of the type of its values', async (format) => {
  using duck = await DuckDb.open();
  await load(duck, { format, partitionBy: { column: 'at', by: 'day', as: 'dt' } });
  expect(await byFolder(duck, 'dt')).toEqual(await counted('at::date'));
  expect(await duck.texts(`SELECT DISTINCT typeof(dt) FROM trips`)).toEqual([['DATE']]);
  // What the folder says is what the row says.
  expect(await duck.texts(`SELECT count(*) FROM trips WHERE dt IS DISTINCT FROM CAST("at" AS DATE)`)).toEqual(
    [['0']],
  );
  const plan = (await duck.texts(`EXPLAIN ANALYZE SELECT * FROM trips WHERE dt = DATE '2020-06-02'`)).flat();
  expect(plan.join('\n')).toMatch(/Scanning Files: 1\/4/);
  await load(duck, { format, partitionBy: { column: 'zone', as: 'part' } });
  expect(await byFolder(duck, 'part')).toEqual(await counted('zone'));
  expect(await duck.texts(`SELECT DISTINCT typeof(part) FROM trips`)).toEqual([['BIGINT']]);
});

test.each(FORMATS)('%o: texts of all kinds, of a column that is not extracted', async (format) => {
  using duck = await DuckDb.open();
  const selection = { table: { name: 'trips' }, columns: ['i'] };
  await load(duck, { format, selection, partitionBy: { column: 'place' } });
  expect(await byFolder(duck, 'place')).toEqual(await counted('place'));
});

test.each(FORMATS)('%o: a column that is in the rows as well is that of the rows', async (format) => {
  using duck = await DuckDb.open();
  const script = await load(duck, { format, partitionBy: { column: 'place' } });
  expect(script).toContain('hive_partitioning = false');
  expect(await byFolder(duck, 'place')).toEqual(await counted('place'));
  expect(await duck.texts(`SELECT count(*) FROM (DESCRIBE trips)`)).toEqual([['4']]);
});

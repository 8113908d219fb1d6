/** Folders by the value of a column: every row in its own, once, and readable by those who know Hive's folders. */
import path from 'node:path';
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ExtractSpecInput } from '../../electron/contract/extract-spec.ts';
import { DuckDb } from '../harness/duckdb.ts';
import { failure, success, type EndedRun } from '../harness/engine/test-engine.ts';
import { db, extract, folder } from './extract-world.ts';

beforeAll(async () => {
  await db.query(`CREATE TABLE visits AS
    SELECT i, CASE WHEN i % 10 = 0 THEN NULL ELSE date '2020-06-01' + i % 5 END AS dt,
           timestamp '2020-01-30 12:00' + i % 60 * interval '17 hours' AS at,
           timestamptz '2019-12-20 12:00+00' + i % 60 * interval '17 hours' AS at_tz,
           (ARRAY['eu/west', 'a b', '受注 ä', '100%', 'x=y:z', 'it''s', '', NULL, 'back\\slash', E'line\\nend'])[1 + i % 10] AS place,
           round((i % 7) * 1.50, 2) AS amount
      FROM generate_series(1, 1000) i`);
});

const selection = { table: { name: 'visits' } };

/** The folders of the objects below the run, with the rows of each. */
function foldersOf(ended: EndedRun): Record<string, number> {
  const { objects } = success(ended);
  const id = ended.run.id;
  return Object.fromEntries(
    objects.map(({ key, rows }) => [key.slice(key.indexOf(id) + id.length + 1).split('/')[0]!, rows]),
  );
}

/** What Postgres itself says. */
async function counted(sql: string): Promise<Record<string, number>> {
  const { rows } = await db.query<{ folder: string; n: number }>(
    `SELECT folder, count(*)::int AS n FROM (SELECT ${sql} AS folder FROM visits) AS v GROUP BY 1`,
  );
  return Object.fromEntries(rows.map(({ folder: name, n }) => [name, n]));
}

const NULL_FOLDER = '__HIVE_DEFAULT_PARTITION__';

describe('every row is in its folder', () => {
  test.each<[string, NonNullable<ExtractSpecInput['partitionBy']>, string]>([
    ['a date', { column: 'dt' }, `'dt=' || coalesce(dt::text, '${NULL_FOLDER}')`],
    ['a number', { column: 'amount', as: 'n' }, `'n=' || amount`],
    ['days', { column: 'at', by: 'day', as: 'd' }, `'d=' || at::date`],
    ['months', { column: 'at', by: 'month', as: 'm' }, `'m=' || to_char(at, 'YYYY-MM')`],
    [
      'years of a time with a zone',
      { column: 'at_tz', by: 'year', as: 'y' },
      `'y=' || to_char(at_tz, 'YYYY')`,
    ],
    [
      'months of a date',
      { column: 'dt', by: 'month', as: 'm' },
      `'m=' || coalesce(to_char(dt, 'YYYY-MM'), '${NULL_FOLDER}')`,
    ],
  ])('by %s', async (_, partitionBy, sql) => {
    for (const parallel of [1, 3]) {
      const ended = await extract({ selection, partitionBy, parallel });
      expect(foldersOf(ended)).toEqual(await counted(sql));
      expect(success(ended).rows).toBe(1_000);
      expect(ended.manifest!.ranges!.map(({ partition }) => partition)).toEqual(
        success(ended).objects.map(({ key }) => key.split('/').at(-2)),
      );
    }
  });

  test('by a text with slashes, blanks, letters of all kinds, an empty one and NULL', async () => {
    const ended = await extract({ selection, partitionBy: { column: 'place', as: 'p' } });
    const { objects } = success(ended);
    const seen = new Map<string, Set<string>>();
    for (const { key } of objects) {
      const file = await readFile(path.join(folder, key), 'utf8');
      const name = key.split('/').at(-2)!;
      for (const line of file.matchAll(/^(\d+),/gm)) {
        const { rows } = await db.query<{ place: string | null }>('SELECT place FROM visits WHERE i = $1', [
          line[1],
        ]);
        seen.set(name, (seen.get(name) ?? new Set()).add(String(rows[0]!.place)));
      }
    }
    expect(Object.fromEntries([...seen].map(([name, values]) => [name, [...values].sort()]))).toEqual({
      'p=eu%2Fwest': ['eu/west'],
      'p=a b': ['a b'],
      'p=受注 ä': ['受注 ä'],
      'p=100%25': ['100%'],
      'p=x%3Dy%3Az': ['x=y:z'],
      'p=it%27s': ["it's"],
      'p=back%5Cslash': ['back\\slash'],
      'p=line%0Aend': ['line\nend'],
      [`p=${NULL_FOLDER}`]: ['', 'null'],
    });
  });

  test('of a query, and by a column that is not extracted', async () => {
    const query = { query: 'SELECT i, dt FROM visits WHERE i <= 50 ORDER BY i' };
    const byQuery = await extract({ selection: query, partitionBy: { column: 'dt' }, parallel: 2 });
    expect(Object.values(foldersOf(byQuery)).reduce((a, b) => a + b, 0)).toBe(50);
    const left = { table: { name: 'visits' }, columns: ['i'], where: 'i <= 50' };
    const ended = await extract({ selection: left, partitionBy: { column: 'dt' } });
    expect(foldersOf(ended)).toEqual(foldersOf(byQuery));
    expect(ended.manifest!.columns.map(({ name }) => name)).toEqual(['i']);
  });

  test('also at the ends of time, and where values are equal that are written in several ways', async () => {
    await db.query(`CREATE TABLE ends AS SELECT * FROM (VALUES
      (timestamp 'infinity', 1.0), ('-infinity', 1.00), ('0044-03-15 10:00 BC', 1.000), ('12020-06-01', 2), (NULL, 'NaN')) AS v(at, n)`);
    const table = { table: { name: 'ends' } };
    const months = await extract({ selection: table, partitionBy: { column: 'at', by: 'month', as: 'm' } });
    expect(foldersOf(months)).toEqual({
      'm=infinity': 1,
      'm=-infinity': 1,
      'm=0044-03 BC': 1,
      'm=12020-06': 1,
      [`m=${NULL_FOLDER}`]: 1,
    });
    const numbers = foldersOf(await extract({ selection: table, partitionBy: { column: 'n' } }));
    expect(numbers).toEqual({ 'n=1.0': 1, 'n=1.00': 1, 'n=1.000': 1, 'n=2': 1, 'n=NaN': 1 });
  });

  test.each([
    ['citext', `'Foo', 'foo', 'FOO', 'bar'`],
    ['numeric', `'1.0', '1', '1.00', 'NaN'`],
    ['interval', `'1 day', '24:00:00', '1 mon', '30 days'`],
    ['float8', `'0', '-0', '0.1', 'NaN'`],
    ['real', `'0', '-0', '0.1'`],
    ['jsonb', `'1.0', '1', '{"a":1}', '{"a":1.0}'`],
    ['json', `'1', ' 1'`],
    ['bpchar', `'a', 'a  ', 'b'`],
    ['char(4)', `'a', 'a ', 'b'`],
    ['numeric[]', `'{1.0}', '{1}'`],
    ['numrange', `'[1.0,2)', '[1,2)'`],
    ['label', `'x', 'X', 'y'`],
    ['pair', `'(1.0,)', '(1,)', '(,)'`],
    ['text', `'a', 'A', '', 'é'`],
    ['text COLLATE anycase', `'a', 'A', 'b'`],
    ['varchar(9) COLLATE anycase', `'a', 'A', 'b'`],
    ['char(5) COLLATE anycase', `'a', 'A', 'a '`],
    ['name', `'a', 'A', 'b'`],
    ['name COLLATE anycase', `'a', 'A', 'b'`],
    ['short', `'a', 'a ', 'b'`],
    ['blanks', `'a', 'a  ', 'b'`],
    ['more_blanks', `'a', 'a  ', 'b'`],
    ['amount', `'1.0', '1.00', '1'`],
    ['citext[]', `'{Foo}', '{foo}'`],
    ['interval[]', `'{1 day}', '{24:00:00}'`],
    ['float8[]', `'{0}', '{-0}'`],
    ['jsonb[]', `'{1.0}', '{1.00}'`],
    ['bpchar[]', `'{a}', '{"a  "}'`],
    ['blanks[]', `'{a}', '{"a  "}'`],
    ['name[] COLLATE anycase', `'{a}', '{A}'`],
    ['told', `'(1)', '(2)', '()'`],
    ['mood', `'good', 'bad'`],
    ['mood[]', `'{good}', '{bad}'`],
    ['public.money', `'(1.0)', '(1.00)'`],
  ])(
    'E14: of %s, texts that differ have a folder each, also where the values are equal',
    async (type, values) => {
      await db.query(`CREATE EXTENSION IF NOT EXISTS citext;
      CREATE COLLATION IF NOT EXISTS anycase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      DROP TABLE IF EXISTS equals; DROP DOMAIN IF EXISTS label, short, more_blanks, blanks, amount; DROP TYPE IF EXISTS pair;
      DROP TYPE IF EXISTS public.money;
      CREATE DOMAIN label AS text COLLATE anycase; CREATE TYPE pair AS (n numeric, t text);
      CREATE DOMAIN short AS char(5); CREATE DOMAIN blanks AS bpchar; CREATE DOMAIN more_blanks AS blanks;
      DROP TYPE IF EXISTS told, mood CASCADE;
      CREATE TYPE told AS (n int); CREATE TYPE mood AS ENUM ('good', 'bad');
      CREATE FUNCTION tell(told) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'a part' $$;
      CREATE FUNCTION tell(mood) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN $1 = 'good' THEN 'bad' ELSE 'good' END $$;
      CREATE CAST (told AS text) WITH FUNCTION tell(told); CREATE CAST (mood AS text) WITH FUNCTION tell(mood);
      CREATE DOMAIN amount AS numeric; CREATE TYPE public.money AS (n numeric);
      CREATE TABLE equals (i int GENERATED ALWAYS AS IDENTITY, v ${type});
      INSERT INTO equals (v) SELECT x::${type.split(' ')[0]!} FROM unnest(ARRAY[${values}, NULL]) x`);
      const left = { table: { name: 'equals' }, columns: ['i'] };
      const ended = await extract({ selection: left, partitionBy: { column: 'v' }, format: { kind: 'csv' } });
      const seen: Record<string, string[]> = {};
      for (const { key } of success(ended).objects) {
        const rows = (await readFile(path.join(folder, key), 'utf8')).trimEnd().split('\n');
        (seen[decodeURIComponent(key.split('/').at(-2)!)] ??= []).push(...rows);
      }
      // Texts of a length are named without the blanks that fill them up.
      const written = /^(char|short)/.test(type)
        ? 'v::text'
        : `CASE WHEN num_nulls(v) = 0 THEN format('%s', v) END`;
      const { rows } = await db.query<{ name: string; ids: string[] }>(
        `SELECT 'v=' || coalesce(nullif(${written}, ''), '${NULL_FOLDER}') COLLATE "C" AS name, array_agg(i::text ORDER BY i) AS ids FROM equals GROUP BY 1`,
      );
      for (const ids of Object.values(seen)) ids.sort((a, b) => Number(a) - Number(b));
      expect(seen).toEqual(Object.fromEntries(rows.map(({ name, ids }) => [name, ids])));
    },
  );

  test('and rolls within it, with numbers of its own for every object', async () => {
    const ended = await extract({ selection, partitionBy: { column: 'dt' }, objectRows: 50 });
    const { objects, rows } = success(ended);
    expect(rows).toBe(1_000);
    expect(objects.every((object) => object.rows <= 50)).toBe(true);
    expect(new Set(objects.map(({ key }) => key.split('/').at(-1))).size).toBe(objects.length);
  });

  test('an empty table has none', async () => {
    const ended = await extract({
      selection: { ...selection, where: 'false' },
      partitionBy: { column: 'dt' },
    });
    expect(success(ended)).toMatchObject({ rows: 0, objects: [] });
  });
});

test.each([
  ['csv', { kind: 'csv', header: true }, 'read_csv'],
  ['parquet', { kind: 'parquet' }, 'read_parquet'],
] as const)('DuckDB takes the folders of %s for a column', async (_, format, read) => {
  const ended = await extract({ selection, format, partitionBy: { column: 'place', as: 'p' } });
  const files = path.join(folder, 'public', 'visits', ended.run.id, '*', '*');
  using duck = await DuckDb.open();
  const rows = await duck.rows(
    `SELECT p, count(*)::int, sum(i)::int FROM ${read}('${files}', hive_partitioning = true, hive_types_autocast = false)
      GROUP BY 1 ORDER BY 1`,
  );
  const { rows: expected } = await db.query<{ p: string | null; n: number; total: number }>(
    `SELECT nullif(place, '') AS p, count(*)::int AS n, sum(i)::int AS total FROM visits GROUP BY 1`,
  );
  expect(new Map(rows.map(([p, n, total]) => [p, [n, total]]))).toEqual(
    new Map(expected.map(({ p, n, total }) => [p, [n, total]])),
  );
});

describe('is refused', () => {
  test.each<[string, NonNullable<ExtractSpecInput['partitionBy']>, string, RegExp]>([
    [
      'a day of a text',
      { column: 'place', by: 'day' },
      'CONFIG_INVALID_INPUT',
      /day goes with a date or a timestamp, and place is text/,
    ],
    ['a column that is not there', { column: 'nothing' }, 'SOURCE_NO_COLUMN', /nothing/],
  ])('%s', async (_, partitionBy, code, message) => {
    const error = failure(await extract({ selection, partitionBy }));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  test('too many values, before a row is read', async () => {
    const many = { query: 'SELECT i FROM generate_series(1, 10001) i' };
    const error = failure(await extract({ selection: many, partitionBy: { column: 'i' } }));
    expect(error.code).toBe('DATA_TOO_MANY_PARTITIONS');
  });

  test('E14: a value that makes too long a key, before a row is read', async () => {
    const long = { query: `SELECT repeat('x', 1100) AS t UNION ALL SELECT 'a'` };
    const ended = await extract({ selection: long, partitionBy: { column: 't' } });
    expect(failure(ended)).toMatchObject({ code: 'DEST_NAME_TOO_LONG', details: { field: 'key' } });
    expect(ended.run.progress!.objectsWritten).toBe(0);
  });

  test('E14: a folder name that the file system does not take, by that name', async () => {
    const long = { query: `SELECT repeat('ä', 130) AS t` };
    const ended = await extract({ selection: long, partitionBy: { column: 't' } });
    expect(failure(ended)).toMatchObject({
      code: 'DEST_NAME_TOO_LONG',
      message: expect.stringContaining('the whole path, is longer than this file system takes') as string,
    });
  });

  test('a masked column: its clear values would stand in the keys', async () => {
    const masked = { ...selection, masks: [{ column: 'place', mask: { kind: 'null' } }] };
    await expect(
      extract({ selection: masked as never, partitionBy: { column: 'place' } }),
    ).rejects.toMatchObject({ code: 'CONFIG_INVALID_INPUT' });
  });

  test('rows that change under the query, instead of being missed', async () => {
    const flickering = { query: 'SELECT i, (random() * 1000)::int AS r FROM generate_series(1, 1000) i' };
    const error = failure(await extract({ selection: flickering, partitionBy: { column: 'r' } }));
    expect(error.code).toBe('DATA_COUNT_MISMATCH');
  });
});

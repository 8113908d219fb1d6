/** What users of other tools lose or get wrong in types: one named test for each of the field notes 24 to 29. */
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ExtractSpecInput } from '../../electron/contract/extract-spec.ts';
import { DuckDb } from '../harness/duckdb.ts';
import { failure, success } from '../harness/engine/test-engine.ts';
import { db, extract, folder, text } from './extract-world.ts';

let duck: DuckDb;
beforeAll(async () => {
  duck = await DuckDb.open();
});
afterAll(() => duck[Symbol.dispose]());

const parquet = { kind: 'parquet' as const };
let runs = 0;
async function inParquet(query: string, job: Partial<ExtractSpecInput> = {}): Promise<string> {
  const key = `trap-${String(runs++)}.parquet`;
  success(await extract({ selection: { query }, format: parquet, key, ...job }));
  return `'${path.join(folder, key)}'`;
}
const csv = (query: string) => text({ selection: { query } });
const json = (query: string) => text({ selection: { query }, format: { kind: 'jsonl' } });

const DIGITS = '123456789012345678901234567890.123456789012345678901234567890';

test('field note 24: numeric without a precision keeps every digit, and is a double only where that is accepted', async () => {
  const query = `SELECT '${DIGITS}'::numeric AS n`;
  expect(await csv(query)).toBe(`${DIGITS}\n`);
  expect(await json(query)).toBe(`{"n":${DIGITS}}\n`);
  expect(await duck.texts(`SELECT n FROM ${await inParquet(query)}`)).toEqual([[DIGITS]]);
  const asDouble = { selection: { query }, format: { ...parquet, unboundedNumeric: 'double' as const } };
  expect(failure(await extract(asDouble)).code).toBe('DATA_LOSSY');
});

test('field note 25: NaN of a numeric is never nought: it is kept, or ends the run, or is NULL and counted', async () => {
  const query = `SELECT 'NaN'::numeric(5, 2) AS n`;
  expect(await csv(query)).toBe('NaN\n');
  expect(await json(query)).toBe('{"n":"NaN"}\n');
  expect(failure(await extract({ selection: { query }, format: parquet }))).toMatchObject({
    details: { column: 'n' },
  });
  const file = await inParquet(query, { acceptLossy: true });
  expect(await duck.texts(`SELECT n::VARCHAR FROM ${file}`)).toEqual([[null]]);
});

describe('field note 26: infinite dates, years before 1 and after 9999', () => {
  const query = `SELECT '0044-03-15 BC'::date AS bc, '12000-06-01'::date AS late, '0044-03-15 12:00:00 BC'::timestamp AS moment`;

  test('are the same moments in every format', async () => {
    expect(await csv(query)).toBe('0044-03-15 BC,12000-06-01,0044-03-15 12:00:00 BC\n');
    expect(await json(query)).toBe(
      '{"bc":"0044-03-15 BC","late":"12000-06-01","moment":"0044-03-15T12:00:00 BC"}\n',
    );
    const { rows } = await db.query<{ days: string[] }>(
      `SELECT ARRAY[bc - date '1970-01-01', late - date '1970-01-01', moment::date - date '1970-01-01']::text[] AS days FROM (${query}) AS q`,
    );
    const of = (x: string) => `datediff('day', DATE '1970-01-01', ${x}::DATE)::VARCHAR`;
    const file = await inParquet(query);
    expect(await duck.texts(`SELECT ${['bc', 'late', 'moment'].map(of).join()} FROM ${file}`)).toEqual([
      rows[0]!.days,
    ]);
  });

  test('that are infinite are words in text, and end a run in Parquet', async () => {
    const infinite = `SELECT 'infinity'::date AS d, '-infinity'::timestamptz AS t`;
    expect(await csv(infinite)).toBe('infinity,-infinity\n');
    expect(await json(infinite)).toBe('{"d":"infinity","t":"-infinity"}\n');
    expect(failure(await extract({ selection: { query: infinite }, format: parquet })).message).toContain(
      '"d"',
    );
  });
});

test('field note 27: int8 has the same digits in every format, beyond 2^53 too', async () => {
  const values = ['9223372036854775807', '-9223372036854775808', '9007199254740993'];
  const query = `SELECT unnest(ARRAY[${values.join()}]::numeric[])::int8 AS b`;
  expect(await csv(query)).toBe(values.map((value) => `${value}\n`).join(''));
  expect(await json(query)).toBe(values.map((value) => `{"b":${value}}\n`).join(''));
  const file = await inParquet(query);
  expect(await duck.texts(`SELECT b::VARCHAR FROM ${file}`)).toEqual(values.map((value) => [value]));
});

test('field note 28: an offset is kept, and a timestamp without one gets none', async () => {
  const query = `SELECT '2020-06-01 12:00:00+02'::timestamptz AS with, '2020-06-01 12:00:00'::timestamp AS without`;
  await db.query(`ALTER DATABASE "${db.database}" SET TimeZone = 'America/New_York'`);
  try {
    expect(await csv(query)).toBe('2020-06-01 06:00:00-04,2020-06-01 12:00:00\n');
    expect(await json(query)).toBe('{"with":"2020-06-01T06:00:00-04:00","without":"2020-06-01T12:00:00"}\n');
    const file = await inParquet(query);
    expect(
      await duck.texts(
        `SELECT "with"::VARCHAR, without::VARCHAR, typeof("with"), typeof(without) FROM ${file}`,
      ),
    ).toEqual([['2020-06-01 10:00:00+00', '2020-06-01 12:00:00', 'TIMESTAMP WITH TIME ZONE', 'TIMESTAMP']]);
  } finally {
    await db.query(`ALTER DATABASE "${db.database}" RESET TimeZone`);
  }
});

test('field note 29: JSON and arrays are JSON and arrays, with their quotes', async () => {
  const query = String.raw`SELECT '{"a": "say \"hi\"", "b": [1, null]}'::jsonb AS j, ARRAY['x"y', 'a,b', NULL] AS a, '{"k":"\\n"}'::json AS raw`;
  const [line = ''] = (await json(query)).split('\n');
  expect(JSON.parse(line)).toEqual({
    j: { a: 'say "hi"', b: [1, null] },
    a: ['x"y', 'a,b', null],
    raw: { k: '\\n' },
  });
  const file = await inParquet(query);
  expect(
    await duck.texts(
      `SELECT j->>'$.a', json_array_length(j->'$.b')::VARCHAR, a[1], a[2], len(a)::VARCHAR, a[3], raw->>'$.k' FROM ${file}`,
    ),
  ).toEqual([['say "hi"', '2', 'x"y', 'a,b', '3', null, '\\n']]);
  expect(await csv(query)).toBe(
    String.raw`"{""a"": ""say \""hi\"""", ""b"": [1, null]}","{""x\""y"",""a,b"",NULL}","{""k"":""\\n""}"` +
      '\n',
  );
});

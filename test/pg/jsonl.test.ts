/** JSON Lines against the server's own row_to_json. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ExtractSpecInput } from '../../electron/contract/extract-spec.ts';
import type { ColumnReport } from '../../electron/contract/type-report.ts';
import { Session } from '../../electron/engine/postgres/session.ts';
import { SOURCE, TestEngine, failure, success } from '../harness/engine/test-engine.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';

const postgres = sharedPostgres();
let db: TemporaryDatabase;
let engine: TestEngine;
let folder: string;

beforeAll(async () => {
  db = await postgres().createDatabase();
  engine = await TestEngine.start();
  await engine.useDatabase(db);
  folder = path.join(engine.dataFolder, 'out');
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await db.drop();
});

let keys = 0;
async function linesOf(selection: ExtractSpecInput['selection']): Promise<string[]> {
  const key = `out-${String(keys++)}.jsonl`;
  success(await engine.extract({ selection, destination: { folder }, key, format: { kind: 'jsonl' } }));
  const text = await readFile(path.join(folder, key), 'utf8');
  expect(text === '' || text.endsWith('\n')).toBe(true);
  return text.split('\n').slice(0, -1);
}

async function reportOf(selection: ExtractSpecInput['selection']): Promise<readonly ColumnReport[]> {
  const spec = { source: { profile: SOURCE }, destination: { folder }, selection };
  const format = { kind: 'jsonl' as const };
  return (await engine.call('extract.plan', { spec: { ...spec, format }, count: false })).columns;
}

/** What the server writes; line ends and tabs between the tokens of a json column become blanks. */
async function serverLines(query: string): Promise<string[]> {
  const { rows } = await db.query<{ line: string }>(
    `SELECT row_to_json(t.*)::text AS line FROM (${query}) AS t`,
  );
  return rows.map(({ line }) => line.replaceAll(/[\n\r\t]/g, ' '));
}

async function expectSame(query: string): Promise<string[]> {
  const lines = await linesOf({ query });
  expect(lines).toEqual(await serverLines(query));
  for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
  return lines;
}

test(
  'any text survives: quotes, backslashes, control characters, line ends',
  { timeout: 60_000 },
  async () => {
    const text = fc.string({
      unit: fc.constantFrom(
        'a',
        '"',
        '\\',
        '\n',
        '\r',
        '\t',
        '\b',
        '\f',
        '\v',
        '\u0001',
        '\u007f',
        '/',
        'N',
        'u',
        'ä',
        '😀',
        '\u2028',
      ),
      maxLength: 15,
    });
    await db.query('CREATE TABLE texts (a text, b text[])');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.option(text), fc.option(text)), { maxLength: 20 }),
        async (rows) => {
          await db.query('TRUNCATE texts');
          await db.query(
            'INSERT INTO texts SELECT a, ARRAY[b] FROM unnest($1::text[], $2::text[]) AS t(a, b)',
            [rows.map(([a]) => a), rows.map(([, b]) => b)],
          );
          const lines = await expectSame('SELECT * FROM texts');
          expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
            rows.map(([a, b]) => ({ a, b: [b] })),
          );
        },
      ),
      { numRuns: 40 },
    );
  },
);

test('a json column that keeps its own line ends stays on one line, and keeps what it says', async () => {
  await db.query('CREATE TABLE docs (id int, doc json)');
  const documents = [
    '{\n  "a": 1,\r\n\t"b": "x\\ny\\\\z\\t\\u0007"\n}',
    '[\n]',
    '"\\\\n"',
    '\n null \t',
    '{"\\n": "\\r"}',
  ];
  for (const [id, doc] of documents.entries()) await db.query('INSERT INTO docs VALUES ($1, $2)', [id, doc]);
  const lines = await expectSame('SELECT * FROM docs');
  expect(lines.map((line) => (JSON.parse(line) as { doc: unknown }).doc)).toEqual(
    documents.map((doc) => JSON.parse(doc) as unknown),
  );
});

test('the report calls records that a query makes objects, as they are', async () => {
  const query = `SELECT ROW(1, 'x') AS r, ARRAY[ROW(1, 'x')] AS rs`;
  expect(await expectSame(query)).toEqual(['{"r":{"f1":1,"f2":"x"},"rs":[{"f1":1,"f2":"x"}]}']);
  expect((await reportOf({ query })).map(({ target }) => target)).toEqual(['object', 'array of object']);
});

test('every digit of int8 and numeric is there', async () => {
  const [line] = await expectSame(
    `SELECT 9223372036854775807::int8 AS big, 123456789012345678901234567890.123456789::numeric AS exact,
            0.10::numeric AS scale, 'NaN'::numeric AS nan, 'Infinity'::float8 AS inf`,
  );
  expect(line).toBe(
    '{"big":9223372036854775807,"exact":123456789012345678901234567890.123456789,"scale":0.10,"nan":"NaN","inf":"Infinity"}',
  );
});

test('NULL is null, and not the empty string', async () => {
  expect(await expectSame(`SELECT NULL::text AS a, '' AS b`)).toEqual(['{"a":null,"b":""}']);
});

test('dates, bytes, arrays, composites and ranges are as row_to_json writes them', async () => {
  await expectSame(
    `SELECT '2020-01-01 00:00:00.5+02'::timestamptz AS at, 'infinity'::date AS d, '\\x00ff'::bytea AS b,
            '{{1,2},{3,NULL}}'::int[] AS a, ROW(1, ROW('x', NULL)) AS r, '[1,5)'::int4range AS g, '{"k": [1.50, null]}'::jsonb AS j,
            ARRAY[ROW(1, 'x'), ROW(2, NULL)] AS rs, '{[1,5),[7,9)}'::int4multirange AS m, '(1,2)'::point AS p, '1 2'::int2vector AS iv`,
  );
});

describe('odd names', () => {
  test('of columns', async () => {
    await expectSame(`SELECT 1 AS "say ""x""", 2 AS "two\nlines", 3 AS "back\\slash", 4 AS "ä", 5 AS "\t"`);
  });

  test('a column that has the name of our own alias', async () => {
    expect(await expectSame(`SELECT 1 AS sluice, 2 AS b`)).toEqual(['{"sluice":1,"b":2}']);
    expect(await expectSame(`SELECT ROW(5, 6) AS sluice, 2 AS b`)).toEqual([
      '{"sluice":{"f1":5,"f2":6},"b":2}',
    ]);
  });

  test('two columns with one name are refused, because an object can hold one', async () => {
    const error = failure(
      await engine.extract({
        selection: { query: 'SELECT 1 AS a, 2 AS b, 3 AS a' },
        destination: { folder },
        format: { kind: 'jsonl' },
      }),
    );
    expect(error.code).toBe('DATA_TYPE_UNSUPPORTED');
    expect(error.message).toContain('"a"');
  });
});

test('rows without columns are empty objects; no rows are an empty file', async () => {
  await db.query('CREATE TABLE nothing (); INSERT INTO nothing DEFAULT VALUES');
  expect(await expectSame('SELECT * FROM nothing')).toEqual(['{}']);
  expect(await expectSame('SELECT 1 AS a WHERE false')).toEqual([]);
});

test('a few hundred thousand rows across batches, with escapes in every one', async () => {
  const query = `SELECT i, 'a\\b' || chr(10) || '"' || i AS t FROM generate_series(1, 100000) i`;
  const lines = await linesOf({ query });
  expect(lines).toHaveLength(100_000);
  expect(lines[99_999]).toBe('{"i":100000,"t":"a\\\\b\\n\\"100000"}');
});

describe("E8: a cast to json that is not the server's own", () => {
  beforeAll(async () => {
    // As PostGIS has it: the cast leaves out a part of the value, and writes NaN as it is.
    await db.query(`
      CREATE TYPE spot;
      CREATE FUNCTION spot_in(cstring) RETURNS spot LANGUAGE internal IMMUTABLE STRICT AS 'textin';
      CREATE FUNCTION spot_out(spot) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
      CREATE TYPE spot (INPUT = spot_in, OUTPUT = spot_out, LIKE = text);
      CREATE TYPE shade AS ENUM ('dark', 'NaN');
      CREATE FUNCTION shade_json(shade) RETURNS json LANGUAGE sql IMMUTABLE AS $$ SELECT '[1]'::json $$;
      CREATE CAST (shade AS json) WITH FUNCTION shade_json(shade);
      CREATE FUNCTION spot_json(spot) RETURNS json LANGUAGE sql IMMUTABLE AS $$ SELECT '[1,2,3]'::json $$;
      CREATE CAST (spot AS json) WITH FUNCTION spot_json(spot);
      CREATE FUNCTION spot_text(spot) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'a part' $$;
      CREATE CAST (spot AS text) WITH FUNCTION spot_text(spot);
      CREATE DOMAIN place AS spot;
      CREATE DOMAIN spots AS spot[];
      CREATE TYPE shaderange AS RANGE (subtype = shade);
      CREATE TYPE castrange AS RANGE (subtype = shade, multirange_type_name = castranges);
      CREATE FUNCTION range_json(castrange) RETURNS json LANGUAGE sql IMMUTABLE AS $$ SELECT '[3]'::json $$;
      CREATE CAST (castrange AS json) WITH FUNCTION range_json(castrange);
      CREATE CAST (castranges AS json) WITH INOUT;
      CREATE TYPE stop AS (name text, spots place[]);
      CREATE TABLE stops AS SELECT 1 AS id, 'POINT ZM(1 2 3 4)'::spot AS one, 'a'::spot::place AS dom,
        ARRAY['NaN', 'b']::spot[] AS many, ROW('x', ARRAY['c']::place[])::stop AS comp, 'NaN'::shade AS word,
        ARRAY[1, 2] AS own, '{"a": 1.50}'::json AS doc, NULL::spot AS none, ROW(NULL, NULL)::stop AS blank;
      CREATE TABLE shades AS SELECT 'dark'::shade AS word FROM generate_series(1, 10);
      ANALYZE shades`);
  });

  const whole = {
    id: 1,
    one: 'POINT ZM(1 2 3 4)',
    dom: 'a',
    many: '{NaN,b}',
    comp: '(x,{c})',
    word: 'NaN',
    own: [1, 2],
    doc: { a: 1.5 },
    none: null,
    blank: '(,)',
  };

  test('a type with one, in arrays, domains and composites, is text and loses nothing', async () => {
    const [line = ''] = await linesOf({ table: { name: 'stops' } });
    expect(JSON.parse(line)).toEqual(whole);
    const [same = ''] = await linesOf({ query: 'SELECT * FROM stops' });
    expect(same).toBe(line);
  });

  test('so is a record that a query makes, in a database with such a cast', async () => {
    const [line = ''] = await linesOf({ query: 'SELECT ROW(1, one) AS r FROM stops' });
    expect(JSON.parse(line)).toEqual({ r: '(1,"POINT ZM(1 2 3 4)")' });
  });

  test.each([
    ['records', `SELECT array_agg(ROW(1, one)) AS v FROM stops`],
    ['records in records', `SELECT ROW(1, ARRAY[ROW(2, one)]) AS v FROM stops`],
    ['arrays of any type', `SELECT most_common_vals AS v FROM pg_stats WHERE tablename = 'shades'`],
    ['a composite of arrays', `SELECT ARRAY[comp] AS v FROM stops`],
    ['a domain over an array', `SELECT many::spots AS v FROM stops`],
    ['an array of a domain over an array', `SELECT ARRAY[many::spots] AS v FROM stops`],
    ['ranges', `SELECT shaderange('dark', 'NaN') AS v`],
    ['multiranges', `SELECT shademultirange(shaderange('dark', 'NaN')) AS v`],
    ['arrays of ranges', `SELECT ARRAY[shaderange('dark', 'NaN')] AS v`],
    ['a range with a cast', `SELECT castrange('dark', 'NaN') AS v`],
    ['an array of ranges with a cast', `SELECT ARRAY[castrange('dark', 'NaN')] AS v`],
    ['a type with elements of a fixed length', `SELECT '(1,2)'::point AS v`],
  ])('so are %s: nothing of them is lost', async (_, query) => {
    const [line = ''] = await linesOf({ query });
    const { rows } = await db.query<{ text: string }>(`SELECT format('%s', v) AS text FROM (${query}) AS q`);
    const { v } = JSON.parse(line) as { v: unknown };
    // An array of what has no such cast is an array, of texts.
    if (Array.isArray(v)) expect(v).toEqual(['[dark,NaN)']);
    else expect(v).toBe(rows[0]!.text);
  });

  test('hstore stays an object: its cast keeps every key and value', async () => {
    await db.query('CREATE EXTENSION IF NOT EXISTS hstore');
    const [line = ''] = await linesOf({ query: `SELECT 'a=>1.50, b=>NULL, "c d"=>NaN'::hstore AS h` });
    expect(JSON.parse(line)).toEqual({ h: { a: '1.50', b: null, 'c d': 'NaN' } });
  });

  test('the report before a run says so', async () => {
    const columns = await reportOf({ table: { name: 'stops' } });
    for (const name of ['one', 'dom', 'many', 'comp', 'word'])
      expect(columns.find((column) => column.name === name)).toMatchObject({
        target: 'string',
        notes: [{ severity: 'note', text: expect.stringContaining('cast to json') as string }],
      });
    expect(columns.find(({ name }) => name === 'own')?.target).toBe('array of number');
    const records = await reportOf({ query: 'SELECT ROW(1, one) AS r, ARRAY[ROW(1, one)] AS rs FROM stops' });
    expect(records.map(({ target }) => target)).toEqual(['string', 'string']);
  });

  test.each([
    ['csv', 0],
    ['parquet', 0],
    ['jsonl', 1],
  ] as const)('the server is asked for them where %s needs it: %i times', async (kind, times) => {
    const asked = vi.spyOn(Session.prototype, 'query');
    try {
      const selection = { query: 'SELECT 1 AS a, id FROM stops' };
      const spec = { selection, destination: { folder }, format: { kind }, partitionBy: { column: 'id' } };
      success(await engine.extract(spec));
      expect(asked.mock.calls.filter(([sql]) => sql.includes('pg_catalog.pg_cast '))).toHaveLength(times);
      expect(asked.mock.calls.length).toBeGreaterThan(times);
    } finally {
      asked.mockRestore();
    }
  });
});

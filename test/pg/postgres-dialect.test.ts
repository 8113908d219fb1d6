/** The postgres dialect against the server's own COPY to a file, byte for byte, its HEADER included. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CsvFormat } from '../../electron/contract/format.ts';
import { TestEngine, success } from '../harness/engine/test-engine.ts';
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

let files = 0;
/** The server writes the file itself: nothing of ours has touched the bytes. */
async function serverCopy(query: string, format: Partial<CsvFormat>): Promise<Buffer> {
  const file = path.join(postgres().dataFolder, `copy-${String(files++)}.csv`);
  const literal = (text: string) => `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const options = [
    'FORMAT csv',
    "ENCODING 'UTF8'",
    `DELIMITER ${literal(format.delimiter ?? ',')}`,
    `NULL ${literal(format.nullToken ?? '')}`,
    `HEADER ${String(format.header ?? false)}`,
  ];
  await db.query(`COPY (${query}) TO ${literal(file)} (${options.join(', ')})`);
  return await readFile(file);
}

async function engineCopy(query: string, format: Partial<CsvFormat>): Promise<Buffer> {
  const key = `out-${String(files++)}.csv`;
  success(
    await engine.extract({
      selection: { query },
      destination: { folder },
      key,
      format: { kind: 'csv', dialect: 'postgres', ...format },
    }),
  );
  return await readFile(path.join(folder, key));
}

async function expectSame(query: string, format: Partial<CsvFormat>): Promise<string> {
  const ours = await engineCopy(query, format);
  const theirs = await serverCopy(query, format);
  if (!ours.equals(theirs)) expect(ours.toString()).toBe(theirs.toString());
  return ours.toString();
}

const delimiter = fc.constantFrom(',', '|', '\t', ';', ' ', "'", 'A', ':', '~');
const nullToken = fc.constantFrom('', '\\N', 'NULL', 'null', '-', "it's", 'ä', 'name', ' ', '\\.', '\\');
const name = fc.oneof(
  fc.string({
    unit: fc.constantFrom(
      'a',
      'B',
      '"',
      "'",
      ',',
      '|',
      ';',
      ':',
      '\n',
      '\r',
      '\t',
      ' ',
      '\\',
      '.',
      'ä',
      '受',
      '~',
    ),
    minLength: 1,
    maxLength: 12,
  }),
  fc.constantFrom('name', 'NULL', 'null', '\\.', '\\N', '-', "it's", 'ä', ' ', '\\', 'select'),
);

test(
  'names of columns in the header are quoted as the server quotes them',
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(name, { minLength: 1, maxLength: 4 }),
        delimiter,
        nullToken.filter((token) => !/["\r\n]/.test(token)),
        async (names, chosen, token) => {
          fc.pre(!token.includes(chosen));
          const columns = names.map((column, i) => `${String(i)} AS "${column.replaceAll('"', '""')}"`);
          await expectSame(`SELECT ${columns.join(', ')}`, {
            delimiter: chosen,
            nullToken: token,
            header: true,
          });
        },
      ),
      { numRuns: 60 },
    );
  },
);

test('any text, with any delimiter and any token for NULL', { timeout: 120_000 }, async () => {
  const text = fc.string({
    unit: fc.constantFrom(
      'a',
      '"',
      "'",
      ',',
      '|',
      '\t',
      '\n',
      '\r',
      '\\',
      '.',
      'N',
      ' ',
      'U',
      'L',
      '-',
      'ä',
      '😀',
      '\v',
    ),
    maxLength: 12,
  });
  await db.query('CREATE TABLE texts (a text, b text, c int)');
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.option(text), fc.option(text), fc.option(fc.integer())), { maxLength: 20 }),
      delimiter,
      nullToken,
      async (rows, chosen, token) => {
        fc.pre(!token.includes(chosen));
        const [a, b, c] = [0, 1, 2].map((column) => rows.map((values) => values[column]));
        await db.query('TRUNCATE texts');
        await db.query('INSERT INTO texts SELECT * FROM unnest($1::text[], $2::text[], $3::int[])', [
          a,
          b,
          c,
        ]);
        await expectSame('SELECT * FROM texts', { delimiter: chosen, nullToken: token });
        await expectSame('SELECT a FROM texts', { delimiter: chosen, nullToken: token, header: true });
      },
    ),
    { numRuns: 40 },
  );
});

test('NULL and the empty string differ, whatever the token is', async () => {
  const query = `SELECT * FROM (VALUES (NULL, ''), ('', NULL), ('NULL', 'x')) AS v(a, b)`;
  expect(await expectSame(query, {})).toBe(',""\n"",\nNULL,x\n');
  expect(await expectSame(query, { nullToken: 'NULL' })).toBe('NULL,\n,NULL\n"NULL",x\n');
});

test('every digit of int8 and numeric, every microsecond, and what has no number', async () => {
  const text = await expectSame(
    `SELECT 9223372036854775807::int8, '-9223372036854775808'::int8, 12345678901234567890.123456789012345678901234567890::numeric,
            0.000000000000000000000000000001::numeric, 'NaN'::numeric, 'Infinity'::numeric, 'NaN'::float8, '-Infinity'::float8,
            0.1::float8, 1e-320::float8, '2020-01-01 00:00:00.000001'::timestamp, '0044-03-15 BC'::date, 'infinity'::timestamptz,
            '294276-12-31 23:59:59.999999'::timestamp`,
    {},
  );
  expect(text).toBe(
    '9223372036854775807,-9223372036854775808,12345678901234567890.123456789012345678901234567890,' +
      '0.000000000000000000000000000001,NaN,Infinity,NaN,-Infinity,0.1,1e-320,2020-01-01 00:00:00.000001,0044-03-15 BC,' +
      'infinity,294276-12-31 23:59:59.999999\n',
  );
});

test('every type that needs thought: arrays, json, bytea, ranges, intervals, composites, bits', async () => {
  await db.query(`CREATE TYPE pair AS (a int, b text); CREATE TYPE mood AS ENUM ('a,b')`);
  await expectSame(
    `SELECT '{1,NULL,3}'::int[], '{"a","b,c",NULL,"d\\"e"}'::text[], '{{1,2},{3,4}}'::int[][], '{"a": "b,\\n"}'::json,
            '{"a": [1, null]}'::jsonb, '\\x00ff'::bytea, '[1,5)'::int4range, '{[1,2),[5,6)}'::int4multirange,
            '1 year 2 mons -3 days 04:05:06.7'::interval, ROW(1, 'x,"y"')::pair, 'a,b'::mood, B'101', '1.2.3.4/8'::inet,
            'a'::"char", '12.34'::money, '<a/>'::xml, 'a:1 b'::tsvector, '0/16B3748'::pg_lsn`,
    { header: true },
  );
});

test('rows without columns are empty lines, and the header is one more', async () => {
  await db.query(
    'CREATE TABLE nothing (); INSERT INTO nothing DEFAULT VALUES; INSERT INTO nothing DEFAULT VALUES',
  );
  expect(await expectSame('SELECT * FROM nothing', {})).toBe('\n\n');
  expect(await expectSame('SELECT * FROM nothing', { header: true })).toBe('\n\n\n');
});

test('no rows give an object with nothing in it, or with the header', async () => {
  expect(await expectSame('SELECT 1 AS a WHERE false', {})).toBe('');
  expect(await expectSame('SELECT 1 AS a WHERE false', { header: true })).toBe('a\n');
});

test('a few hundred thousand rows come out the same across batches', async () => {
  await expectSame(`SELECT i, repeat('x', i % 100) || chr(10) FROM generate_series(1, 200000) i`, {
    header: true,
  });
});

describe('what the role has set does not change the file', () => {
  test.each([
    ['DateStyle', "'SQL, DMY'", `'2020-02-01'::date`, '2020-02-01'],
    ['IntervalStyle', "'iso_8601'", `'1 day 2 hours'::interval`, '1 day 02:00:00'],
    ['bytea_output', "'escape'", `'\\xff'::bytea`, '\\xff'],
    ['extra_float_digits', '0', '(0.1::float8 + 0.2)', '0.30000000000000004'],
    ['client_encoding', "'LATIN1'", `'ä'`, 'ä'],
    ['standard_conforming_strings', 'off', `E'\\\\'`, '\\'],
  ])('%s', async (setting, value, expression, expected) => {
    await db.query(`ALTER DATABASE "${db.database}" SET ${setting} = ${value}`);
    try {
      expect((await engineCopy(`SELECT ${expression} AS a`, { delimiter: '|' })).toString()).toBe(
        `${expected}\n`,
      );
    } finally {
      await db.query(`ALTER DATABASE "${db.database}" RESET ${setting}`);
    }
  });

  test('a token for NULL with a backslash where strings still have escapes', async () => {
    await db.query(`ALTER DATABASE "${db.database}" SET standard_conforming_strings = off`);
    try {
      const bytes = await engineCopy('SELECT NULL AS a, 1 AS b', { nullToken: '\\N' });
      expect(bytes.toString()).toBe('\\N,1\n');
    } finally {
      await db.query(`ALTER DATABASE "${db.database}" RESET standard_conforming_strings`);
    }
  });
});

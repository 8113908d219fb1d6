/**
 * Values of every type, out of Postgres and back into it: the server itself reads the files of the text formats, and finds
 * every value as it was, down to its digits.
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import type { ExtractSpecInput } from '../../electron/contract/extract-spec.ts';
import { db, extract, objectsOf, postgres } from './extract-world.ts';

const some = (...values: string[]) => fc.constantFrom(...values);
const words = fc.string({
  unit: fc.constantFrom('a', '"', "'", ',', '\\', '\n', '\r', '\t', ' ', '{', '}', 'N', 'ä', '😀', '\u0001'),
  maxLength: 8,
});
const json = fc
  .jsonValue({ maxDepth: 2 })
  .map((value) => JSON.stringify(value))
  // A document that is null is the one value that JSON Lines cannot tell from NULL, as the report says.
  .filter((value) => value !== 'null' && !value.includes(String.raw`\u0000`));
const days = fc
  .integer({ min: -2_400_000, max: 2_100_000_000 })
  .map((count) => `J${String(Math.max(1, count + 2_451_545))}`);

/** Texts that the server takes for a value of the type, extremes among them. */
const TYPES: Readonly<Record<string, fc.Arbitrary<string>>> = {
  boolean: some('t', 'f'),
  int2: some('-32768', '32767', '0'),
  int4: fc.integer().map(String),
  int8: fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String), some('9007199254740993')),
  numeric: some(
    'NaN',
    'Infinity',
    '-Infinity',
    '0.000',
    '-1e-40',
    '1e300',
    '123456789012345678901234567890.0987654321',
  ),
  'numeric(10,2)': some('NaN', '99999999.99', '-0.01', '0'),
  float4: fc.oneof(
    fc.float().map((x) => (Object.is(x, -0) ? '-0' : String(x))),
    some('3.4e38', '1e-45'),
  ),
  float8: fc.oneof(
    fc.double().map((x) => (Object.is(x, -0) ? '-0' : String(x))),
    some('5e-324'),
  ),
  text: words,
  'varchar(20)': words,
  'char(12)': words.filter((value) => value.length <= 12),
  bytea: fc.uint8Array({ maxLength: 12 }).map((bytes) => `\\x${Buffer.from(bytes).toString('hex')}`),
  date: fc.oneof(days, some('infinity', '-infinity', '4713-11-24 BC', '5874897-12-31')),
  time: some('00:00', '24:00', '23:59:59.999999'),
  timetz: some('24:00+15:59', '00:00:00.000001-15:59'),
  timestamp: some(
    'infinity',
    '4713-11-24 00:00:00 BC',
    '294276-12-31 23:59:59.999999',
    '2020-06-01 12:00:00.5',
  ),
  timestamptz: some(
    '-infinity',
    '0044-03-15 12:00:00+00 BC',
    '294276-12-31 23:59:59.999999+00',
    '2020-06-01 12:00+02',
  ),
  interval: some('-178000000 years', '1 mon -1 day 00:00:00.000001', '0'),
  uuid: fc.uuid(),
  json,
  jsonb: json,
  inet: some('1.2.3.4/8', '::1'),
  mood: some('ok', 'so, so', 'say "no"', '\\'),
  price: some('1.50', '-0.01'),
  pair: some('(1,a)', '(,"b ""c"", \\\\ d")', '(,)'),
  int4range: some('empty', '[1,5)', '(,3)', '(,)'),
  tstzrange: some('["2020-01-01 00:00:00+00",infinity)', 'empty'),
  'int4[]': some('{}', '{1,NULL}', '{{1,2},{3,NULL}}', '[0:1]={1,2}', '[-1:0][3:3]={{1},{2}}'),
  'text[]': some('{}', '{"a,b","c\\"d",NULL,"NULL",""}', '{"\\\\"}'),
  'pair[]': some('{"(1,a)",NULL}'),
  money: some('-92233720368547758.08', '0.1'),
  'bit(5)': some('10101'),
  xml: some('<a b="c">&amp;</a>'),
};
const NAMES = Object.keys(TYPES);
const row = fc.tuple(...NAMES.map((name) => fc.option(TYPES[name]!, { freq: 5, nil: null })));

beforeAll(async () => {
  await db.query(String.raw`
    CREATE TYPE mood AS ENUM ('ok', 'so, so', 'say "no"', '\');
    CREATE DOMAIN price AS numeric(12, 2);
    CREATE TYPE pair AS (a int, b text);
    CREATE TABLE sent (id int, ${NAMES.map((type, i) => `v${String(i)} ${type}`).join(', ')});
    CREATE TABLE back (LIKE sent)`);
});

/** Every value of a table as the server writes it. */
async function valuesOf(table: string): Promise<unknown[]> {
  const values = NAMES.map((_, i) => `v${String(i)}::text`).join(', ');
  const { rows } = await db.query<{ row: unknown }>(
    `SELECT ARRAY[${values}] AS row FROM ${table} ORDER BY id`,
  );
  return rows.map(({ row: found }) => found);
}

interface Way {
  readonly format: ExtractSpecInput['format'];
  /** The statement that reads the file into the table `back`. */
  readonly read: (file: string) => string;
}
const WAYS: Readonly<Record<string, Way>> = {
  csv: { format: { kind: 'csv' }, read: (file) => `COPY back FROM '${file}' (FORMAT csv)` },
  'csv with options': {
    format: {
      kind: 'csv',
      delimiter: '|',
      nullToken: 'NULL',
      quote: "'",
      escape: '\\',
      forceQuote: ['v8'],
      header: true,
    },
    read: (file) =>
      `COPY back FROM '${file}' (FORMAT csv, DELIMITER '|', NULL 'NULL', QUOTE '''', ESCAPE '\\', HEADER)`,
  },
  text: { format: { kind: 'csv', dialect: 'text' }, read: (file) => `COPY back FROM '${file}'` },
  'JSON Lines': {
    format: { kind: 'jsonl' },
    read: (file) =>
      `INSERT INTO back SELECT r.* FROM string_to_table(rtrim(pg_read_file('${file}'), E'\\n'), E'\\n') AS line,
              json_populate_record(NULL::back, line::json) AS r`,
  },
};

test.each(Object.keys(WAYS))(
  '%s: values of every type come back as they were',
  { timeout: 240_000 },
  async (name) => {
    const { format, read } = WAYS[name]!;
    const file = path.join(postgres().dataFolder, `back-${name.replaceAll(' ', '-')}`);
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 15 }), async (rows) => {
        await db.query('TRUNCATE sent, back');
        const columns = NAMES.map((type, i) => `CAST(v->>${String(i)} AS ${type})`).join(', ');
        await db.query(
          `INSERT INTO sent SELECT i, ${columns} FROM json_array_elements($1::json) WITH ORDINALITY AS u(v, i)`,
          [JSON.stringify(rows)],
        );
        const bytes = Buffer.concat(
          await objectsOf(await extract({ selection: { table: { name: 'sent' } }, format })),
        );
        // The server reads files of its own user only, and files that all may read.
        await writeFile(file, bytes, { mode: 0o644 });
        await db.query(read(file));
        expect(await valuesOf('back')).toEqual(await valuesOf('sent'));
      }),
      { numRuns: 12 },
    );
  },
);

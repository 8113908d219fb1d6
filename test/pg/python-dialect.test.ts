/** The python dialect against Python itself: csv.writer with psycopg2, byte for byte. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ExtractSpecInput } from '../../electron/contract/extract-spec.ts';
import { TestEngine } from '../harness/engine/test-engine.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { PythonOracle, findPython } from '../harness/python-oracle.ts';

const python = findPython('psycopg2');
const postgres = sharedPostgres();
let db: TemporaryDatabase;
let engine: TestEngine;
let folder: string;

beforeAll(async () => {
  db = await postgres().createDatabase();
  engine = await TestEngine.start();
  await engine.useDatabase(db);
  folder = path.join(engine.dataFolder, 'out');
  await db.query(`
    CREATE TYPE mood AS ENUM ('ok', 'so, so', 'say "no"', 'zwei
Zeilen');
    CREATE DOMAIN price AS numeric(12, 2);
    CREATE DOMAIN dear_price AS price;
    CREATE DOMAIN remark AS text;
    CREATE DOMAIN day AS date`);
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await db.drop();
});

let keys = 0;
async function extracted(
  selection: ExtractSpecInput['selection'],
  format: { delimiter: string; header?: boolean },
): Promise<{ tag: string; bytes: Buffer; code?: string; message?: string }> {
  const key = `out-${String(keys++)}.csv`;
  const { state } = await engine.extract({
    selection,
    destination: { folder },
    key,
    format: { kind: 'csv', dialect: 'python', ...format },
  });
  if (state.tag === 'failed')
    return { tag: state.tag, bytes: Buffer.alloc(0), code: state.error.code, message: state.error.message };
  return { tag: state.tag, bytes: await readFile(path.join(folder, key)) };
}

test('the five rows of the sample table give exactly the bytes that readers of the old files know', async () => {
  await db.query(`
    CREATE TABLE "Orders" ("OrderId" int, "OrderStatus" varchar(30), "LastUpdated" timestamp);
    INSERT INTO "Orders" VALUES
      (1, 'Backordered', '2020-06-01 12:00:00'), (1, 'Shipped', '2020-06-09 12:00:25'),
      (2, 'Shipped', '2020-07-11 3:05:00'), (1, 'Shipped', '2020-06-09 11:50:00'),
      (3, 'Shipped', '2020-07-12 12:00:00')`);
  const { bytes } = await extracted({ table: { name: 'Orders' } }, { delimiter: '|' });
  expect(bytes.toString()).toBe(
    '1|Backordered|2020-06-01 12:00:00\r\n1|Shipped|2020-06-09 12:00:25\r\n2|Shipped|2020-07-11 03:05:00\r\n' +
      '1|Shipped|2020-06-09 11:50:00\r\n3|Shipped|2020-07-12 12:00:00\r\n',
  );
});

/** Values as Postgres reads them. */
const TYPES: Readonly<Record<string, fc.Arbitrary<string>>> = {
  int2: fc.oneof(fc.integer({ min: -32_768, max: 32_767 }), fc.constantFrom(-32_768, 32_767)).map(String),
  int4: fc.oneof(fc.integer(), fc.constantFrom(-(2 ** 31), 2 ** 31 - 1)).map(String),
  int8: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  oid: fc.integer({ min: 0 }).map(String),
  numeric: numerics(),
  'numeric(30, 12)': fc
    .tuple(fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }), fc.bigInt({ min: 0n, max: 10n ** 12n - 1n }))
    .map(([whole, fraction]) => `${String(whole)}.${String(fraction).padStart(12, '0')}`),
  price: fc.integer({ min: -1e9, max: 1e9 }).map((cents) => String(cents / 100)),
  dear_price: fc.constantFrom('0', '0.01', '-5'),
  float8: fc.oneof(fc.double(), fc.constantFrom(1e15, 1e16, 1e-4, 1e-5, 0, -0)).map(floatText),
  float4: fc.float().map(floatText),
  text: texts(),
  remark: texts(),
  'varchar(30)': texts(30),
  'char(12)': texts(12),
  name: fc.constantFrom('a', 'A b', 'x,y', '"q"'),
  bool: fc.constantFrom('t', 'f'),
  date: fc.oneof(dates(), fc.constantFrom('infinity', '-infinity', '0001-01-01', '9999-12-31')),
  day: fc.oneof(dates(), fc.constantFrom('infinity')),
  timestamp: fc.oneof(
    fc.tuple(dates(), times()).map(([date, time]) => `${date} ${time}`),
    fc.constantFrom('infinity', '-infinity', '0001-01-01 00:00:00', '9999-12-31 23:59:59.999999'),
  ),
  timestamptz: fc.oneof(
    fc.tuple(dates(), times(), offsets()).map((parts) => parts.join(' ')),
    fc.constantFrom('infinity', '-infinity'),
  ),
  time: fc.oneof(times(), fc.constantFrom('24:00:00', '00:00:00')),
  timetz: fc.tuple(times(), offsets()).map((parts) => parts.join('')),
  uuid: fc.uuid(),
  mood: fc.constantFrom('ok', 'so, so', 'say "no"', 'zwei\nZeilen'),
  inet: fc.constantFrom('10.0.0.1', '10.0.0.0/8', '::1'),
  money: fc.constantFrom('0', '1234.5', '-1000000'),
  'bit(5)': fc.constantFrom('10101', '00000'),
  tsvector: fc.constantFrom("'a' 'b'", "'it''s'"),
  point: fc.constantFrom('(1,2)', '(0.5,-3)'),
  xml: fc.constantFrom('<a b="c,d"/>', '<a>\n</a>'),
};

function numerics(): fc.Arbitrary<string> {
  const digits = fc.string({ unit: fc.constantFrom(...'0123456789'.split('')), minLength: 1, maxLength: 30 });
  return fc.oneof(
    fc
      .tuple(fc.constantFrom('', '-'), digits, fc.nat(20), digits)
      .map(([s, w, z, f]) => `${s}${w}.${'0'.repeat(z)}${f}`),
    fc.tuple(fc.constantFrom('', '-'), digits).map(([sign, whole]) => `${sign}${whole}`),
    fc.nat(30).map((zeros) => `0.${'0'.repeat(zeros)}1`),
    fc.nat(12).map((zeros) => `0.${'0'.repeat(zeros)}0`),
    fc.constantFrom('NaN', 'Infinity', '-Infinity', '1e131000', '-1e-16000', '0', '-0'),
  );
}

function floatText(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value);
  return Number.isNaN(value) ? 'NaN' : `${value < 0 ? '-' : ''}Infinity`;
}

function texts(maxLength = 25): fc.Arbitrary<string> {
  const special = [
    '"',
    "'",
    ',',
    '|',
    ';',
    '\t',
    '\r',
    '\n',
    '\\',
    ' ',
    '-',
    ':',
    'E',
    'T',
    '\v',
    '\f',
    '\b',
    '\u0001',
  ];
  const wide = ['\u007f', '\u0085', '\u2028', 'ä', '受', '😀', '\ufeff'];
  const unit = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('a', 'b', 'N', '.', '0') },
    { weight: 3, arbitrary: fc.constantFrom(...special) },
    { weight: 1, arbitrary: fc.constantFrom(...wide) },
  );
  return fc.oneof(
    { weight: 5, arbitrary: fc.string({ unit, maxLength }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('', '\\.', '\\N', '""', '\r\n', ' ', 'NULL', 'None', '\\\\', '\\t'),
    },
  );
}

function dates(): fc.Arbitrary<string> {
  return fc
    .date({ min: new Date('0002-01-01'), max: new Date('9998-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10));
}

function times(): fc.Arbitrary<string> {
  const two = (max: number) => fc.nat(max).map((n) => String(n).padStart(2, '0'));
  const fraction = fc.oneof(
    fc.constant(''),
    fc.integer({ min: 0, max: 999_999 }).map((micros) => `.${String(micros).padStart(6, '0')}`),
    fc.constantFrom('.1', '.100', '.000001', '.999999'),
  );
  return fc.tuple(two(23), two(59), two(59), fraction).map(([h, m, s, f]) => `${h}:${m}:${s}${f}`);
}

function offsets(): fc.Arbitrary<string> {
  return fc.constantFrom('+00', '+02', '-03:30', '+05:45', '-11', '+14');
}

const names = Object.keys(TYPES);
const delimiters = [',', '|', '\t', ';', ' ', '-', ':', '+', 'E', 'T', "'", '/', '{'];

const table = fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 7 }).chain((columns) =>
  fc.record({
    columns: fc.constant(columns),
    delimiter: fc.constantFrom(...delimiters),
    header: fc.boolean(),
    zone: fc.constantFrom('UTC', 'UTC', 'America/New_York', 'Asia/Kathmandu', 'Europe/Amsterdam', '-02:30'),
    rows: fc.array(fc.tuple(...columns.map((name) => fc.option(TYPES[name]!, { freq: 6 }))), {
      maxLength: 20,
    }),
  }),
);

async function fill(name: string, columns: readonly string[], rows: readonly (readonly (string | null)[])[]) {
  await db.query(`DROP TABLE IF EXISTS ${name};
    CREATE TABLE ${name} (${columns.map((type, i) => `"c ${String(i)}, ${type}" ${type}`).join(', ')})`);
  const values = rows.map(
    (row, r) =>
      `(${row.map((_, c) => `$${String(r * columns.length + c + 1)}::text::${columns[c]!}`).join(', ')})`,
  );
  if (rows.length > 0) await db.query(`INSERT INTO ${name} VALUES ${values.join(', ')}`, rows.flat());
}

describe.skipIf(python === undefined)('compared with csv.writer and psycopg2', () => {
  let oracle: PythonOracle;
  beforeAll(() => {
    oracle = new PythonOracle(python!);
  });
  afterAll(() => oracle[Symbol.asyncDispose]());

  async function expectSame(query: string, delimiter: string, header: boolean): Promise<void> {
    const file = path.join(folder, 'python.csv');
    const ours = await extracted({ query }, { delimiter, header });
    await oracle.rows({ database: db, query, delimiter, header, file });
    const theirs = await readFile(file);
    expect(ours).toMatchObject({ tag: 'succeeded' });
    if (!ours.bytes.equals(theirs)) expect(ours.bytes.toString()).toBe(theirs.toString());
  }

  test('any table of any of the types, with any delimiter', { timeout: 120_000 }, async () => {
    await extracted({ query: 'SELECT 1' }, { delimiter: ',' });
    await fc.assert(
      fc.asyncProperty(table, async ({ columns, delimiter, header, zone, rows }) => {
        await db.query(`ALTER DATABASE "${db.database}" SET timezone = '${zone}'`);
        await fill('any_table', columns, rows);
        await expectSame('SELECT * FROM any_table', delimiter, header);
      }),
      { numRuns: Number(process.env['SLUICE_ORACLE_RUNS'] ?? 60) },
    );
    await db.query(`ALTER DATABASE "${db.database}" RESET timezone`);
  });

  test.each(names.filter((name) => name !== 'dear_price'))(
    'a table of the one column %s, where NULL and the empty string need quotes',
    async (type) => {
      const values = fc.sample(fc.option(TYPES[type]!, { freq: 4 }), { numRuns: 40, seed: 7 });
      await fill('one_column', [type], [...values.map((value) => [value]), [null]]);
      await expectSame('SELECT * FROM one_column', '|', false);
    },
  );

  test.each([
    ['a numeric that Python writes with an exponent, and "-"', `0.00000001::numeric`, '-'],
    ['a numeric that Python writes with an exponent, and "E"', `0.00000001::numeric`, 'E'],
    ['true, and "T"', 'true', 'T'],
    ['false, and "F"', 'false', 'F'],
    ['infinity, and "-"', `'infinity'::date`, '-'],
    ['infinity, and " "', `'infinity'::timestamp`, ' '],
    ['infinity, and ":"', `'infinity'::timestamp`, ':'],
    ['an offset, and ":"', `'2020-01-01 12:00+02'::timestamptz`, ':'],
  ])('a value whose Python form has the delimiter in it is quoted: %s', async (_, value, delimiter) => {
    await expectSame(`SELECT ${value} AS a, 1 AS b`, delimiter, false);
  });

  test('rows without columns are empty lines', async () => {
    await db.query(
      'CREATE TABLE nothing (); INSERT INTO nothing DEFAULT VALUES; INSERT INTO nothing DEFAULT VALUES',
    );
    await expectSame('SELECT * FROM nothing', ',', false);
    await expectSame('SELECT * FROM nothing', ',', true);
  });

  test('local mean times have seconds in their offset', async () => {
    await db.query(`ALTER DATABASE "${db.database}" SET timezone = 'Asia/Kathmandu'`);
    await expectSame(`SELECT '1900-01-01 00:00:00+00'::timestamptz AS a`, ',', false);
    await db.query(`ALTER DATABASE "${db.database}" RESET timezone`);
  });

  test('names of columns with quotes and delimiters in the header', async () => {
    await expectSame(
      `SELECT 1 AS "a,b", 2 AS "say ""x""", 3 AS "two\nlines", 4 AS " ", 5 AS "\\."`,
      ',',
      true,
    );
    await expectSame(`SELECT 1 AS "a|b"`, '|', true);
  });

  test('a table with many rows comes out the same across batches', async () => {
    await expectSame(
      `SELECT i, CASE WHEN i % 3 = 0 THEN NULL ELSE 'text "' || i || chr(10) END AS t, i / 7.0 AS n, i / 3.0::float8 AS f,
              timestamp '2020-01-01' + i * interval '1.1 second' AS ts
         FROM generate_series(1, 30000) i`,
      ',',
      true,
    );
  });
});

describe('what Python cannot hold', () => {
  test.each([
    [`'0044-03-15 BC'::date`, 'date'],
    [`'10000-01-01'::date`, 'date'],
    [`'0044-03-15 12:00 BC'::timestamp`, 'timestamp'],
    [`'10000-01-01'::timestamp`, 'timestamp'],
    [`'0044-03-15 12:00 BC'::timestamptz`, 'timestamptz'],
  ])('%s fails the run and names the column', async (value) => {
    const result = await extracted({ query: `SELECT ${value} AS "when"` }, { delimiter: ',' });
    expect(result).toMatchObject({ tag: 'failed', code: 'DATA_ENCODE_FAILED' });
    expect(result.message).toContain('"when"');
  });

  test.each([
    ['bytea', `'\\x00'::bytea`],
    ['json', `'{}'::json`],
    ['jsonb', `'{}'::jsonb`],
    ['interval', `'1 day'::interval`],
    ['integer[]', `'{1}'::int[]`],
    ['text[]', `'{a}'::text[]`],
    ['int4range', `'[1,2)'::int4range`],
    ['tstzrange', `'[2020-01-01,)'::tstzrange`],
  ])('a column of type %s is refused before a row is read', async (type, value) => {
    const result = await extracted({ query: `SELECT 1 AS a, ${value} AS odd` }, { delimiter: ',' });
    expect(result).toMatchObject({ tag: 'failed', code: 'DATA_TYPE_UNSUPPORTED' });
    expect(result.message).toContain(`Column "odd" is of type ${type}`);
  });
});

/** Parquet against two oracles: Postgres says what the values are, DuckDB what the file has. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ExtractSpecInput } from '../../electron/contract/extract-spec.ts';
import { DuckDb } from '../harness/duckdb.ts';
import { TestEngine } from '../harness/engine/test-engine.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';

const postgres = sharedPostgres();
let db: TemporaryDatabase;
let engine: TestEngine;
let duck: DuckDb;
let folder: string;

beforeAll(async () => {
  db = await postgres().createDatabase();
  engine = await TestEngine.start();
  await engine.useDatabase(db);
  folder = path.join(engine.dataFolder, 'out');
  duck = await DuckDb.open();
  await db.query(`
    CREATE TYPE mood AS ENUM ('ok', 'so, so', 'say "no"', 'größe');
    CREATE DOMAIN price AS numeric(12, 2);
    CREATE TYPE pair AS (a int, b text)`);
});
afterAll(async () => {
  duck[Symbol.dispose]();
  await engine[Symbol.asyncDispose]();
  await db.drop();
});

let runs = 0;
/** Extracts, and gives the pattern that names the files. */
async function extracted(selection: ExtractSpecInput['selection'], job: Partial<ExtractSpecInput> = {}) {
  const name = `run-${String(runs++)}`;
  const ended = await engine.extract({
    selection,
    destination: { folder },
    key: `${name}/{part}.{ext}`,
    format: { kind: 'parquet' },
    ...job,
  });
  return { ...ended, files: `'${path.join(folder, name)}/*.parquet'`, place: path.join(folder, name) };
}

async function succeeded(selection: ExtractSpecInput['selection'], job: Partial<ExtractSpecInput> = {}) {
  const ended = await extracted(selection, job);
  if (ended.state.tag !== 'succeeded') throw new Error(JSON.stringify(ended.state));
  return { ...ended, objects: ended.state.objects };
}

/** How a value of a type looks as one text, in the SQL of both. */
interface Looks {
  readonly value: fc.Arbitrary<string>;
  readonly postgres: (x: string) => string;
  readonly duck: (x: string) => string;
  /** Makes the texts of both the same, where the two write one value differently. */
  readonly same?: (text: string) => string;
}

const asText = (value: fc.Arbitrary<string>): Looks => ({
  value,
  postgres: (x) => `${x}::text`,
  duck: (x) => `${x}::VARCHAR`,
});
const asMicros = (value: fc.Arbitrary<string>): Looks => ({
  value,
  postgres: (x) => `(extract(epoch FROM ${x}) * 1000000)::bigint::text`,
  duck: (x) => `epoch_us(${x})::VARCHAR`,
});
const decimals = (precision: number, scale: number) =>
  fc
    .tuple(
      fc.boolean(),
      fc.oneof(
        fc.bigInt({ min: 0n, max: 10n ** BigInt(precision) - 1n }),
        fc.nat(99_999).map(BigInt),
        fc.constantFrom(0n, 10n ** BigInt(precision) - 1n),
      ),
    )
    .map(([negative, unscaled]) => {
      const digits = String(unscaled % 10n ** BigInt(precision)).padStart(scale + 1, '0');
      const point = digits.length - scale;
      return `${negative ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`;
    });
const doubles = (value: fc.Arbitrary<number>, round: (number: number) => number): Looks => ({
  ...asText(value.map((number) => (Object.is(number, -0) ? '-0' : String(number)))),
  same: (text) => {
    const number = round(Number(text.toLowerCase().replace('infinity', 'inf').replace('inf', 'Infinity')));
    return Object.is(number, -0) ? '-0' : String(number);
  },
});
const days = fc.integer({ min: -2_400_000, max: 2_000_000_000 });
/** From 4713 BC to the end of what 64 bits can say. */
const micros = fc.bigInt({
  min: -210_000_000_000_000_000n,
  max: 9_223_372_036_000_000_000n - 946_684_800_000_000n,
});
const ofEpoch = (value: bigint) =>
  `timestamp '2000-01-01' + interval '1 microsecond' * ${String(value % 1_000_000n)} + interval '1 second' * ${String(value / 1_000_000n)}`;
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }).filter((value) => !value.includes('\0')),
  fc.constantFrom('', 'NULL', 'null', '\\N', 'ä'.repeat(300), '\u{10ffff}', '\n', '"'),
);
const json = fc
  .jsonValue({ maxDepth: 2 })
  .map((value) => JSON.stringify(value))
  .filter((value) => !value.includes('\\u0000'));

/** Values are literals, but where a name ends with `()`: there they are expressions. */
const TYPES: Readonly<Record<string, Looks>> = {
  boolean: asText(fc.constantFrom('true', 'false')),
  int2: asText(
    fc.oneof(fc.integer({ min: -32_768, max: 32_767 }), fc.constantFrom(-32_768, 32_767)).map(String),
  ),
  int4: asText(fc.oneof(fc.integer(), fc.constantFrom(-(2 ** 31), 2 ** 31 - 1)).map(String)),
  int8: asText(
    fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.integer().map(BigInt)).map(String),
  ),
  oid: asText(fc.integer({ min: 0, max: 2 ** 32 - 1 }).map(String)),
  float4: doubles(fc.float(), Math.fround),
  float8: doubles(fc.double(), Number),
  'numeric(5,2)': asText(decimals(5, 2)),
  'numeric(18,6)': asText(decimals(18, 6)),
  'numeric(38,10)': asText(decimals(38, 10)),
  'numeric(38,38)': { ...asText(decimals(38, 38)), same: (value) => value.replace(/^(-?)\./, '$10.') },
  price: asText(decimals(12, 2)),
  numeric: asText(fc.oneof(decimals(60, 30), fc.constantFrom('NaN', 'Infinity', '1e100', '0.000'))),
  text: asText(text),
  'varchar(40)': asText(text.map((value) => value.slice(0, 15).toWellFormed())),
  mood: asText(fc.constantFrom('ok', 'so, so', 'say "no"', 'größe')),
  json: asText(json),
  jsonb: asText(json),
  uuid: asText(fc.uuid()),
  bytea: {
    value: fc.uint8Array({ maxLength: 40 }).map((bytes) => `\\x${Buffer.from(bytes).toString('hex')}`),
    postgres: (x) => `upper(encode(${x}, 'hex'))`,
    duck: (x) => `hex(${x})`,
  },
  date: {
    value: days.map((count) => `date '2000-01-01' + ${String(count)}`),
    postgres: (x) => `(${x} - date '1970-01-01')::text`,
    duck: (x) => `datediff('day', DATE '1970-01-01', ${x})::VARCHAR`,
  },
  timestamp: asMicros(
    fc.oneof(micros.map(ofEpoch), fc.constantFrom(`timestamp '294247-01-10 04:00:54.775806'`)),
  ),
  timestamptz: asMicros(micros.map((value) => `(${ofEpoch(value)}) AT TIME ZONE 'UTC'`)),
  time: {
    value: fc
      .bigInt({ min: 0n, max: 86_399_999_999n })
      .map((value) => `time '00:00' + interval '1 microsecond' * ${String(value)}`),
    postgres: (x) => `(extract(epoch FROM ${x}) * 1000000)::bigint::text`,
    duck: (x) => `date_diff('microsecond', TIME '00:00:00', ${x})::VARCHAR`,
  },
  interval: asText(
    fc
      .tuple(fc.integer({ min: -999, max: 999 }), fc.nat(99))
      .map(([months, days_]) => `${String(months)} months ${String(days_)} days`),
  ),
  inet: asText(fc.ipV4()),
  int4range: asText(fc.constantFrom('empty', '[1,5)', '(,3)')),
  pair: asText(fc.constantFrom('(1,a)', '(,"b c")')),
};
const NAMES = Object.keys(TYPES);
const EXPRESSIONS = new Set(['date', 'timestamp', 'timestamptz', 'time']);
/** A function that gives the elements of an array takes composite ones apart: those are compared elsewhere. */
const LIST_NAMES = NAMES.filter((name) => name !== 'pair');

const literal = (name: string, value: string | null) => {
  if (value === null) return 'NULL';
  return EXPRESSIONS.has(name) ? `(${value})` : `'${value.replaceAll("'", "''")}'`;
};
const listLiteral = (name: string, values: readonly (string | null)[] | null) =>
  values === null ? 'NULL' : `ARRAY[${values.map((value) => literal(name, value)).join(', ')}]::${name}[]`;

const nullable = (name: string) => fc.option(TYPES[name]!.value, { freq: 5, nil: null });
const rowArbitrary = fc.tuple(
  fc.tuple(...NAMES.map(nullable)),
  fc.tuple(
    ...LIST_NAMES.map((name) =>
      fc.option(fc.array(nullable(name), { maxLength: 4 }), { freq: 4, nil: null }),
    ),
  ),
);

/** What a column looks like as text in either; a list as JSON of the texts. */
const pgList = (look: Looks, x: string) =>
  `CASE WHEN ${x} IS NULL THEN NULL ELSE coalesce((SELECT json_agg(${look.postgres('e')} ORDER BY i) FROM unnest(${x}) WITH ORDINALITY AS u(e, i)), '[]')::text END`;
const duckList = (look: Looks, x: string) =>
  `to_json(list_transform(${x}, lambda e: ${look.duck('e')}))::VARCHAR`;

function comparable(look: Looks, value: string | null): unknown {
  return value === null ? null : (look.same ?? String)(value);
}
function comparableList(look: Looks, value: string | null): unknown {
  if (value === null) return null;
  return (JSON.parse(value) as (string | null)[]).map((element) => comparable(look, element));
}

test('values of every type, and arrays of them, are the ones that Postgres has', async () => {
  let table = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(rowArbitrary, { minLength: 1, maxLength: 40 }),
      fc.constantFrom('none', 'gzip', 'zstd'),
      async (rows, compression) => {
        const name = `t${String(table++)}`;
        await db.query(
          `CREATE TABLE ${name} (id int, ${NAMES.map((type, i) => `v${String(i)} ${type}`).join(', ')}, ${LIST_NAMES.map((type, i) => `a${String(i)} ${type}[]`).join(', ')})`,
        );
        const tuples = rows.map(
          ([values, lists], id) =>
            `(${String(id)}, ${values.map((value, i) => literal(NAMES[i]!, value)).join(', ')}, ${lists.map((list, i) => listLiteral(LIST_NAMES[i]!, list)).join(', ')})`,
        );
        await db.query(`INSERT INTO ${name} VALUES ${tuples.join(',\n')}`);
        const { files, objects } = await succeeded({ table: { name } }, { compression });
        expect(objects[0]!.rows).toBe(rows.length);

        const expected = await db.query<{ row: (string | null)[] }>(
          `SELECT ARRAY[${[...NAMES.map((type, i) => TYPES[type]!.postgres(`v${String(i)}`)), ...LIST_NAMES.map((type, i) => pgList(TYPES[type]!, `a${String(i)}`))].join(', ')}] AS row FROM ${name} ORDER BY id`,
        );
        const found = await duck.texts(
          `SELECT ${[...NAMES.map((type, i) => TYPES[type]!.duck(`v${String(i)}`)), ...LIST_NAMES.map((type, i) => duckList(TYPES[type]!, `a${String(i)}`))].join(', ')} FROM ${files} ORDER BY id`,
        );
        for (const [index, { row }] of expected.rows.entries()) {
          for (const [i, type] of [...NAMES, ...LIST_NAMES].entries()) {
            const compare = i < NAMES.length ? comparable : comparableList;
            const where = `${type}${i < NAMES.length ? '' : '[]'} of row ${String(index)}`;
            expect([where, compare(TYPES[type]!, found[index]![i]!)]).toEqual([
              where,
              compare(TYPES[type]!, row[i]!),
            ]);
          }
        }
      },
    ),
    { numRuns: 12 },
  );
}, 120_000);

test('the columns have the types that the guide promises', async () => {
  await db.query(`CREATE TABLE promised (${NAMES.map((type, i) => `v${String(i)} ${type}`).join(', ')})`);
  const { files, objects } = await succeeded({ table: { name: 'promised' } });
  expect(objects).toMatchObject([{ rows: 0 }]);
  const columns = await duck.texts(`SELECT column_type FROM (DESCRIBE SELECT * FROM ${files})`);
  expect(Object.fromEntries(columns.map(([type], i) => [NAMES[i], type]))).toEqual({
    boolean: 'BOOLEAN',
    int2: 'INTEGER',
    int4: 'INTEGER',
    int8: 'BIGINT',
    oid: 'BIGINT',
    float4: 'FLOAT',
    float8: 'DOUBLE',
    'numeric(5,2)': 'DECIMAL(5,2)',
    'numeric(18,6)': 'DECIMAL(18,6)',
    'numeric(38,10)': 'DECIMAL(38,10)',
    'numeric(38,38)': 'DECIMAL(38,38)',
    price: 'DECIMAL(12,2)',
    numeric: 'VARCHAR',
    text: 'VARCHAR',
    'varchar(40)': 'VARCHAR',
    mood: 'VARCHAR',
    json: 'JSON',
    jsonb: 'JSON',
    uuid: 'UUID',
    bytea: 'BLOB',
    date: 'DATE',
    timestamp: 'TIMESTAMP',
    timestamptz: 'TIMESTAMP WITH TIME ZONE',
    time: 'TIME',
    interval: 'VARCHAR',
    inet: 'VARCHAR',
    int4range: 'VARCHAR',
    pair: 'VARCHAR',
  });
});

describe('what cannot be written ends the run and leaves nothing', () => {
  test.each([
    ['a date', `SELECT date 'infinity' AS bad`],
    ['a timestamp', `SELECT timestamp '294276-12-31 23:59:59' AS bad`],
    ['a time', `SELECT time '24:00' AS bad`],
    ['NaN', `SELECT 'NaN'::numeric(5, 2) AS bad`],
    ['an array of arrays', `SELECT ARRAY[[1, 2]] AS bad`],
  ])('%s', async (_, query) => {
    const { state, place } = await extracted({ query });
    expect(state).toMatchObject({
      tag: 'failed',
      error: { code: 'DATA_ENCODE_FAILED', details: { column: 'bad' } },
    });
    await expect(readdir(place)).rejects.toThrow('ENOENT');
    // What the message advises helps.
    await succeeded({ query: `SELECT bad::text FROM (${query}) AS q` });
  });

  test('two columns of one name', async () => {
    const { state } = await extracted({ query: 'SELECT 1 AS a, 2 AS a' });
    expect(state).toMatchObject({ tag: 'failed', error: { code: 'DATA_TYPE_UNSUPPORTED' } });
  });
});

describe('many rows', () => {
  const ROWS = 400_000;
  const facts = `count(*)::text, sum(id)::text, min(id)::text, max(id)::text, count(maybe)::text, count(DISTINCT u)::text`;

  beforeAll(async () => {
    await db.query(`
      CREATE TABLE many AS
        SELECT i AS id, gen_random_uuid() AS u, CASE WHEN i % 3 > 0 THEN 'value ' || i % 9 END AS maybe, md5(i::text) AS hash,
               timestamptz '2020-01-01' + i * interval '1.000001 s' AS moment
          FROM generate_series(1, ${String(ROWS)}) AS i`);
  });

  const same = async (files: string) => {
    const { rows } = await db.query(
      `SELECT ARRAY[${facts}] AS facts, md5(string_agg(id || hash || coalesce(maybe, '-') || (extract(epoch FROM moment) * 1000000)::bigint, ',' ORDER BY id)) AS sum FROM many`,
    );
    const found = await duck.texts(
      `SELECT ${facts.replaceAll('::text', '::VARCHAR')}, md5(string_agg(id || hash || coalesce(maybe, '-') || epoch_us(moment), ',' ORDER BY id)) FROM ${files}`,
    );
    expect(found).toEqual([[...(rows[0] as { facts: string[] }).facts, (rows[0] as { sum: string }).sum]]);
  };

  test('go into several row groups with bounds', async () => {
    const { files, objects } = await succeeded({ table: { name: 'many' } });
    expect(objects).toMatchObject([{ rows: ROWS }]);
    await same(files);
    const groups = await duck.texts(
      `SELECT path_in_schema, stats_min_value, stats_max_value, stats_null_count::VARCHAR FROM parquet_metadata(${files}) WHERE path_in_schema IN ('id', 'maybe') ORDER BY row_group_id, 1`,
    );
    expect(groups.length).toBeGreaterThan(2 * 2);
    expect(groups[0]!.slice(0, 2)).toEqual(['id', '1']);
    expect(groups.at(-2)![2]).toBe(String(ROWS));
    expect(groups[1]!.slice(0, 3)).toEqual(['maybe', 'value 1', 'value 8']);
    const nulls = groups.filter(([name]) => name === 'maybe').map(([, , , count]) => Number(count));
    expect(nulls.reduce((sum, count) => sum + count, 0)).toBe(Math.floor(ROWS / 3));
    // A reader that trusts the bounds finds what is there.
    expect(
      await duck.texts(`SELECT count(*)::VARCHAR FROM ${files} WHERE id BETWEEN 399990 AND 400010`),
    ).toEqual([['11']]);
  });

  test('roll into objects that are files of their own', async () => {
    const { files, objects, manifest } = await succeeded(
      { table: { name: 'many' } },
      { objectSize: 5 * 1024 ** 2, compression: 'none' },
    );
    expect(objects.length).toBeGreaterThan(1);
    expect(objects.reduce((sum, { rows }) => sum + rows, 0)).toBe(ROWS);
    await same(files);
    const destination = { folder };
    const manifestKey = `_sluice/runs/${manifest!.runId}/manifest.json`;
    const proof = await engine.call('manifests.verify', { destination, manifestKey });
    expect(proof).toMatchObject({ proved: true, rows: ROWS });
  });

  test('are read by two connections into one file', async () => {
    const { files, objects } = await succeeded({ table: { name: 'many' } }, { parallel: 2 });
    expect(objects).toMatchObject([{ rows: ROWS }]);
    await same(files);
  });

  test('are left behind by a cancel', async () => {
    const name = `run-${String(runs)}`;
    const runId = await engine.start({
      selection: { query: 'SELECT i, md5(i::text) FROM generate_series(1, 100000000) AS i' },
      destination: { folder },
      key: `run-${String(runs++)}/{part}.{ext}`,
      format: { kind: 'parquet' },
    });
    await engine.phase(runId, 'transfer');
    await engine.heard(
      (event) => event.type === 'progress' && event.runId === runId && event.progress.rows > 0,
    );
    const { state } = await engine.call('runs.cancel', { runId });
    expect(state.tag).toBe('cancelled');
    await expect(readdir(path.join(folder, name))).rejects.toThrow('ENOENT');
  });
});

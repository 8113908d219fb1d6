/** The script for DuckDB, run: what it reads from the files is what Postgres has, row by row. */
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ExtractSpecInput } from '../../electron/contract/extract-spec.ts';
import type { Compression } from '../../electron/contract/format.ts';
import { loadScript } from '../../electron/contract/load-scripts/load-script.ts';
import { DuckDb } from '../harness/duckdb.ts';
import { TestEngine } from '../harness/engine/test-engine.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';

/** How both sides are asked for a value as text, and what makes DuckDB's text that of Postgres. */
interface Sample {
  readonly values: readonly string[];
  readonly inPostgres?: (column: string) => string;
  readonly inDuckDb?: (column: string) => string;
  readonly same?: (duckDb: string) => string;
}

const era = (text: string) => text.replace(/^(\S+) \(BC\)(.*)$/, '$1$2 BC');
const float = (text: string) =>
  ({ nan: 'NaN', inf: 'Infinity', '-inf': '-Infinity' })[text] ?? String(Number(text));

const TEXTS = [
  '',
  ' ',
  'a',
  'NULL',
  '\\N',
  '\\.',
  '""',
  '"',
  "'",
  ',',
  '|',
  '\t',
  'a\nb',
  'a\r\nb',
  '\r',
  'back\\slash',
  '\\',
  '#',
  '--',
  '{}',
  'ä受😀',
  'x'.repeat(3_000),
  'say "x", then\n\n"y"',
  '\u0001',
  '-',
  'nan',
  ' padded ',
];

const SAMPLES: Readonly<Record<string, Sample>> = {
  boolean: { values: ['t', 'f'] },
  smallint: { values: ['0', '-32768', '32767'] },
  integer: { values: ['0', '-2147483648', '2147483647'] },
  bigint: { values: ['0', '9007199254740993', '-9223372036854775808', '9223372036854775807'] },
  oid: { values: ['0', '4294967295'] },
  real: {
    values: ['0', '-0', '1.5', '3.4028235e+38', 'NaN', 'Infinity', '-Infinity'],
    inPostgres: (c) => `${c}::float8`,
    inDuckDb: (c) => `${c}::DOUBLE`,
    same: float,
  },
  'double precision': {
    values: ['0', '0.1', '1e-300', '1.7976931348623157e+308', 'NaN', 'Infinity', '-Infinity'],
    same: float,
  },
  'numeric(10,2)': { values: ['0', '0.01', '-99999999.99'] },
  'numeric(38,10)': { values: ['1234567890123456789012345678.0123456789', '0'] },
  numeric: { values: ['0', 'NaN', 'Infinity', '0.000000000000000000000000000000000000000000001', '1e60'] },
  text: { values: TEXTS },
  'character varying(30)': { values: ['', 'x', 'a,"b"', '\\N'] },
  'character(5)': { values: ['', 'ab', 'a"c'], inPostgres: (c) => `rpad(${c}::text, 5)` },
  date: {
    values: ['2020-06-01', '0044-03-15 BC', '0001-01-01', '10000-01-01', 'infinity', '-infinity'],
    same: era,
  },
  'time without time zone': { values: ['00:00:00', '24:00:00', '12:34:56.789012'] },
  'time with time zone': { values: ['12:00:00+02', '00:00:00.5-03:30'] },
  'timestamp without time zone': {
    values: [
      '2020-06-01 12:00:00',
      '2020-06-01 12:00:00.123456',
      '0044-03-15 12:00:00 BC',
      'infinity',
      '-infinity',
      '9999-12-31 23:59:59.999999',
    ],
    same: era,
  },
  'timestamp with time zone': {
    values: [
      '2020-06-01 12:00:00+02',
      '2020-06-01 12:00:00.123456-03:30',
      '0044-03-15 12:00:00+00 BC',
      'infinity',
    ],
    same: era,
  },
  uuid: { values: ['6ecd8c99-4036-403d-bf84-cf8400f67836', '00000000-0000-0000-0000-000000000000'] },
  json: { values: ['{"a": [1, null, "x,\\"y\\""]}', '[]', '"text"', '12'], inPostgres: (c) => `${c}::jsonb` },
  jsonb: { values: ['{"a": [1, null, "x,\\"y\\""]}', '{}'] },
  bytea: {
    values: ['\\x', '\\x00ff', '\\x5c78'],
    inPostgres: (c) => `encode(${c}, 'hex')`,
    inDuckDb: (c) => `lower(hex(${c}))`,
  },
  'integer[]': { values: ['{}', '{1,NULL,3}', '{{1,2},{3,4}}'] },
  'text[]': { values: ['{}', '{a,NULL,"","say \\"x\\", y"}'] },
  mood: { values: ['ok', 'so, so'] },
  // A cast to text adds the length of the network; COPY writes what the type itself does.
  inet: {
    values: ['10.0.0.1', '::1'],
    inPostgres: (c) => `CASE WHEN ${c} IS NOT NULL THEN format('%s', ${c}) END`,
  },
  interval: { values: ['1 year 2 mons 3 days 04:05:06.7', '-1 days +02:03:00'] },
  money: { values: ['$1,234.50'] },
  int4range: { values: ['[1,3)', 'empty'] },
};
/** Types for which JSON Lines has another text, or DuckDB's reader of JSON another value. */
const JSON_OTHER = new Set(['numeric', 'numeric(38,10)', 'json', 'jsonb', 'integer[]', 'text[]']);
const JSON_TYPES = Object.keys(SAMPLES).filter((type) => !JSON_OTHER.has(type));
const PYTHON_TYPES = JSON_TYPES.filter(
  (type) =>
    !['bytea', 'interval', 'int4range', 'character(5)', 'date'].includes(type) && !type.startsWith('time'),
);

/** As they lie in Parquet, without the values that it cannot hold. */
const holdable = (sample: Sample): Sample => ({
  ...sample,
  values: sample.values.filter((value) => !/^-?infinity$|^24:00|\{\{/.test(value)),
});
const asJson = (sample: Sample): Sample => ({
  ...holdable(sample),
  inPostgres: (c) => `array_to_json(${c})`,
  inDuckDb: (c) => `to_json(${c})`,
});
const PARQUET_SAMPLES: Readonly<Record<string, Sample>> = {
  ...Object.fromEntries(Object.entries(SAMPLES).map(([type, sample]) => [type, holdable(sample)])),
  'integer[]': asJson(SAMPLES['integer[]']!),
  'text[]': asJson(SAMPLES['text[]']!),
  // What has no type of its own is cast to text by the server.
  inet: { values: SAMPLES['inet']!.values },
};

describe('the script for DuckDB', () => {
  const postgres = sharedPostgres();
  let db: TemporaryDatabase;
  let engine: TestEngine;
  let folder: string;

  beforeAll(async () => {
    db = await postgres().createDatabase();
    await db.query(
      `CREATE TYPE mood AS ENUM ('ok', 'so, so'); ALTER DATABASE "${db.database}" SET timezone = 'UTC'`,
    );
    await db.closePool();
    engine = await TestEngine.start();
    await engine.useDatabase(db);
    folder = path.join(engine.dataFolder, 'out files');
  });
  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
    await db.drop();
  });

  /** Extracts the rows with all columns, runs the script, and gives what both sides have. */
  async function bothSides(
    table: {
      name: string;
      columns: readonly { name: string; type: string }[];
      rows: readonly (readonly (string | null)[])[];
    },
    spec: Pick<ExtractSpecInput, 'format' | 'compression' | 'key'>,
    samples = SAMPLES,
  ): Promise<{ ours: unknown[][]; theirs: unknown[][]; script: string }> {
    const { name, columns, rows } = table;
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    await db.query(`DROP TABLE IF EXISTS ${quoted(name)}`);
    await db.query(
      `CREATE TABLE ${quoted(name)} (${columns.map((c) => `${quoted(c.name)} ${c.type}`).join(', ')})`,
    );
    for (const row of rows) {
      const values = row.map((_, i) => `$${String(i + 1)}::text::${columns[i]!.type}`);
      await db.query(`INSERT INTO ${quoted(name)} VALUES (${values.join(', ')})`, [...row]);
    }
    const { state, manifest } = await engine.extract({
      selection: { table: { schema: 'public', name } },
      destination: { folder },
      overwrite: true,
      ...spec,
    });
    if (state.tag !== 'succeeded') throw new Error(JSON.stringify(state));
    const [script] = loadScript('duckdb', { manifest: manifest!, manifestUri: state.manifest });
    using duck = await DuckDb.open();
    await duck.run(script!.text);
    const sample = (type: string) => samples[type]!;
    const theirs = await db.query({
      text: `SELECT ${columns.map((c) => `(${sample(c.type).inPostgres?.(quoted(c.name)) ?? quoted(c.name)})::text`).join(', ')} FROM ${quoted(name)}`,
      rowMode: 'array',
    } as never);
    const ours = await duck.rows(
      `SELECT ${columns.map((c) => `(${sample(c.type).inDuckDb?.(quoted(c.name)) ?? quoted(c.name)})::VARCHAR`).join(', ')} FROM ${quoted(name)}`,
    );
    const inPostgresWords = (row: unknown[]) =>
      row.map((value, i) =>
        typeof value === 'string' ? (sample(columns[i]!.type).same?.(value) ?? value) : value,
      );
    const floats = (row: unknown[]) =>
      row.map((value, i) =>
        sample(columns[i]!.type).same === float && typeof value === 'string' ? float(value) : value,
      );
    return {
      ours: ours.map(inPostgresWords),
      theirs: (theirs.rows as unknown as unknown[][]).map(floats),
      script: script!.text,
    };
  }

  /** Every value of every type, and a NULL, in as many rows as the longest list has. */
  function everything(types: readonly string[], samples = SAMPLES) {
    const length = Math.max(...types.map((type) => samples[type]!.values.length)) + 1;
    return {
      name: 'Every "type"',
      columns: types.map((type, i) => ({ name: `c${String(i)}, ${type}`, type })),
      rows: Array.from({ length }, (_, row) => types.map((type) => samples[type]!.values[row] ?? null)),
    };
  }

  const compressions: readonly Compression[] = ['none', 'gzip', 'zstd'];

  test.each(compressions)('delimited text, %s: every value of every type', async (compression) => {
    const table = everything(Object.keys(SAMPLES));
    const { ours, theirs } = await bothSides(table, { format: { kind: 'csv' }, compression });
    expect(ours).toEqual(theirs);
  });

  test.each([
    ['a token for NULL', { kind: 'csv', nullToken: '\\N' }],
    ['a header and another delimiter', { kind: 'csv', header: true, delimiter: '|', nullToken: 'NULL' }],
    ['tabs', { kind: 'csv', delimiter: '\t', header: true }],
    ['apostrophes', { kind: 'csv', delimiter: "'" }],
    ['another quote', { kind: 'csv', quote: "'" }],
    ['another quote, and a token for NULL', { kind: 'csv', quote: '~', nullToken: '\\N', delimiter: '|' }],
    ['an escape of its own', { kind: 'csv', escape: '\\' }],
  ] as const)('delimited text with %s', async (_, format) => {
    const { ours, theirs } = await bothSides(everything(Object.keys(SAMPLES)), { format });
    expect(ours).toEqual(theirs);
  });

  test.each(compressions)('JSON Lines, %s', async (compression) => {
    const { ours, theirs } = await bothSides(everything(JSON_TYPES), {
      format: { kind: 'jsonl' },
      compression,
    });
    expect(ours).toEqual(theirs);
  });

  test.each(compressions)('Parquet, %s: every value of every type', async (compression) => {
    const table = everything(Object.keys(SAMPLES), PARQUET_SAMPLES);
    const spec = { format: { kind: 'parquet' }, compression } as const;
    const { ours, theirs } = await bothSides(table, spec, PARQUET_SAMPLES);
    expect(ours).toEqual(theirs);
  });

  test('Parquet with names that differ in upper and lower case alone, in a folder that looks like a partition', async () => {
    const columns = ['a', 'A', 'dt'].map((name) => ({ name, type: 'integer' }));
    const { script } = await bothSides(
      { name: 'cases', columns: [columns[0]!, columns[2]!], rows: [] },
      { format: { kind: 'parquet' }, key: 'dt=2020/{part}.{ext}' },
    );
    expect(script).toContain('hive_partitioning = false');
    await db.query(`CREATE TABLE both_cases AS SELECT 1 AS a, 2 AS "A"`);
    const { state, manifest } = await engine.extract({
      selection: { table: { name: 'both_cases' } },
      destination: { folder },
      format: { kind: 'parquet' },
    });
    if (state.tag !== 'succeeded') throw new Error(JSON.stringify(state));
    using duck = await DuckDb.open();
    await duck.run(loadScript('duckdb', { manifest: manifest!, manifestUri: state.manifest })[0]!.text);
    expect(await duck.rows('SELECT "a", "A_2" FROM both_cases')).toEqual([[1, 2]]);
  });

  test('the python dialect, where the empty string arrives as NULL', async () => {
    const format = { kind: 'csv', dialect: 'python', delimiter: '|', header: true } as const;
    const { ours, theirs } = await bothSides(everything(PYTHON_TYPES), { format });
    expect(ours).toEqual(theirs.map((row) => row.map((value) => (value === '' ? null : value))));
  });

  const oneColumn = (values: readonly (string | null)[]) => ({
    name: 'one',
    columns: [{ name: 'only', type: 'text' }],
    rows: values.map((value) => [value]),
  });

  test('one column: NULL is an empty line', async () => {
    const { ours, theirs } = await bothSides(oneColumn(['a', null, '', null, 'b']), {
      format: { kind: 'csv' },
    });
    expect(ours).toEqual(theirs);
  });

  test('one column in the python dialect: NULL is a pair of quotes', async () => {
    const table = oneColumn(['a', null, '', null, 'b']);
    const { ours } = await bothSides(table, { format: { kind: 'csv', dialect: 'python' } });
    expect(ours).toEqual([['a'], [null], [null], [null], ['b']]);
  });

  test('one column with a token for NULL: DuckDB leaves out the empty lines, and the script says so', async () => {
    const table = oneColumn(['a', null, '', 'N', 'b']);
    const { ours, script } = await bothSides(table, { format: { kind: 'csv', nullToken: 'N' } });
    expect(ours).toEqual([['a'], [null], ['N'], ['b']]);
    expect(script).toContain('DuckDB leaves out empty lines');
  });

  test('a table without rows, and a folder that looks like a partition', async () => {
    const table = { name: 'empty', columns: [{ name: 'dt', type: 'integer' }], rows: [] };
    const { ours } = await bothSides(table, {
      format: { kind: 'csv', header: true },
      key: 'dt=2020/{part}.{ext}',
    });
    expect(ours).toEqual([]);
  });

  test('a row of more than two megabytes is refused, and the script says what to add', async () => {
    const table = oneColumn(['x'.repeat(2_500_000), 'y']);
    await expect(bothSides(table, { format: { kind: 'csv' } })).rejects.toThrow('max_line_size');
  });

  const nasty = fc.string({
    unit: fc.oneof(
      fc.constantFrom('a', 'b', 'A', 'B', '0', '_'),
      fc.constantFrom(...`"',;-/*?[]{}()$\\|#% \n\r\t`.split('')),
      fc.constantFrom('ä', '受', '😀'),
    ),
    minLength: 1,
    maxLength: 12,
  });
  const type = fc.constantFrom('text', 'integer', 'date', 'bytea', 'boolean');
  const anyTable = fc
    .uniqueArray(fc.record({ name: nasty, type }), {
      minLength: 1,
      maxLength: 5,
      selector: ({ name }) => name.toLowerCase(),
    })
    .chain((columns) =>
      fc.record({
        name: nasty,
        columns: fc.constant(columns),
        rows: fc.array(
          fc.tuple(
            ...columns.map((c) =>
              fc.option(fc.constantFrom(...PARQUET_SAMPLES[c.type]!.values), { freq: 4 }),
            ),
          ),
          {
            maxLength: 8,
          },
        ),
      }),
    );
  const anySpec = fc.record({
    compression: fc.constantFrom(...compressions),
    key: fc.constantFrom('{table}/{part}.{ext}', '{run_id}/{table} %41.{ext}', 'a[b]*?/{table}.{ext}'),
    format: fc.oneof(
      fc.constant({ kind: 'jsonl' as const }),
      fc.constant({ kind: 'parquet' as const }),
      fc
        .record({
          kind: fc.constant('csv' as const),
          delimiter: fc.constantFrom(',', '|', '\t', ';', "'", ' ', '-', 'N', '/'),
          header: fc.boolean(),
          nullToken: fc.constantFrom('', '\\\\', "'", '~', '$$'),
        })
        .filter(({ delimiter, nullToken }) => !nullToken.includes(delimiter)),
    ),
  });

  test('any names of tables, columns and keys, any delimiter and token', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(anyTable, anySpec, async (table, spec) => {
        // The one case that DuckDB cannot read has a test of its own.
        fc.pre(table.columns.length > 1 || spec.format.kind !== 'csv' || spec.format.nullToken === '');
        const { ours, theirs } = await bothSides(table, spec);
        expect(ours).toEqual(theirs);
      }),
      { numRuns: Number(process.env['SLUICE_ORACLE_RUNS'] ?? 40) },
    );
  });
});

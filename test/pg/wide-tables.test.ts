/** E9: what works for a table works for the widest that Postgres takes: 1,600 columns, and 1,664 of a query. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ExtractSpecInput } from '../../electron/contract/extract-spec.ts';
import type { ColumnMask } from '../../electron/contract/mask.ts';
import { DuckDb } from '../harness/duckdb.ts';
import { SOURCE, settingsOf, success, type EndedRun } from '../harness/engine/test-engine.ts';
import { copied, db, engine, extract, folder, objectsOf, text, type Spec } from './extract-world.ts';

/** A type, the value of column `i` in it as an expression, and what DuckDB shows of column `c` as one. */
const MIXED: readonly (readonly [string, (i: number) => string, ((c: string) => string)?])[] = [
  ['text', (i) => `'ä,"${i}'`],
  ['int', (i) => `${i}`],
  ['timestamptz', (i) => `timestamptz '2020-06-01 00:00:00.5+00' + ${i} * interval '1 hour'`],
  ['numeric(9,2)', (i) => `${i}.25`],
  ['jsonb', (i) => `'{"a": ${i}}'`],
  ['bool', (i) => `${i % 2 === 0}`],
  ['date', (i) => `date '2020-06-01' + ${i}`],
  ['text[]', (i) => `'{a,${i}}'`, (c) => `'[' || array_to_string(${c}, ', ') || ']'`],
];
const kind = (i: number) => MIXED[i % MIXED.length]!;

interface Wide {
  readonly name: string;
  readonly types: readonly string[];
  /** Of the key, the watermark and the partition, which come first. */
  readonly shown?: (c: string, i: number) => string;
  readonly value: (i: number) => string;
  /** A row has a value in one column of so many, because it has to fit into a page. */
  readonly every: number;
}
const widest = (type: (i: number) => string, width: number) =>
  Array.from({ length: width }, (_, i) => type(i));
const TABLES: readonly Wide[] = [
  { name: 'texts', types: widest(() => 'text', 1_597), value: (i) => `'t${i % 10}'`, every: 1 },
  {
    name: 'moments',
    types: widest(() => 'timestamptz', 997),
    value: (i) => `timestamptz '2020-06-01+00' + ${i} * interval '1 s'`,
    every: 2,
  },
  {
    name: 'mixed',
    types: widest((i) => kind(i)[0], 1_597),
    value: (i) => kind(i)[1](i),
    shown: (c, i) => kind(i)[2]?.(c) ?? c,
    every: 4,
  },
];
const NAMES = TABLES.map(({ name }) => name);
const columnsOf = ({ types }: Wide) => ['id', 'seen', 'part', ...types.map((_, i) => `c${i}`)];
const find = (name: string) => TABLES.find((table) => table.name === name)!;

beforeAll(async () => {
  for (const { name, types, value, every } of TABLES) {
    const columns = types.map((type, i) => `c${i} ${type}`);
    await db.query(`CREATE TABLE ${name} (id int PRIMARY KEY, seen timestamptz NOT NULL, part text, ${columns.join(', ')});
      CREATE INDEX ON ${name} (seen)`);
    for (const row of [0, 1, 2])
      await insert(
        name,
        row,
        types.map((_, i) => (i % every === row % every ? value(i) : 'NULL')),
      );
  }
});

async function insert(name: string, row: number, values: readonly string[]): Promise<void> {
  const seen = row > 2 ? 'now()' : `timestamptz '2020-01-01+00' + ${row} * interval '1 day'`;
  await db.query(`INSERT INTO ${name} VALUES (${row}, ${seen}, 'p${row % 2}', ${values.join(', ')})`);
}

const selection = (name: string) => ({ table: { name } });

describe.each(NAMES)('E9: the table "%s" is extracted as Postgres has it', (name) => {
  const wide = find(name);

  test('as delimited text, with a header', async () => {
    const csv = await text({ selection: selection(name), format: { kind: 'csv', header: true } });
    const [header = ''] = csv.split('\n', 1);
    expect(header.split(',')).toEqual(columnsOf(wide));
    expect(csv.slice(header.length + 1)).toBe(await copied(`SELECT * FROM ${name}`));
  });

  test('as the csv of Python', async () => {
    // Python's has no form for some types.
    const columns = columnsOf(wide).filter((_, i) => !['jsonb', 'text[]'].includes(wide.types[i - 3] ?? ''));
    const csv = await text({
      selection: { ...selection(name), columns },
      format: { kind: 'csv', dialect: 'python' },
    });
    expect(
      csv
        .trimEnd()
        .split('\n')
        .map((line) => line.replaceAll(/"[^"]*""[^"]*"/g, '').split(',').length),
    ).toEqual([columns.length, columns.length, columns.length]);
  });

  test('as lines of JSON', async () => {
    const json = await text({ selection: selection(name), format: { kind: 'jsonl' } });
    const { rows } = await db.query<{ row: unknown }>(
      `SELECT row_to_json(t) AS row FROM ${name} AS t ORDER BY id`,
    );
    const found = json
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(found.map((row) => Object.keys(row))).toEqual(Array.from({ length: 3 }, () => columnsOf(wide)));
    // In UTC, which the session of a test is not.
    const times = new Set([
      'seen',
      ...wide.types.flatMap((type, i) => (type === 'timestamptz' ? [`c${i}`] : [])),
    ]);
    const inUtc = (row: object) =>
      Object.fromEntries(
        Object.entries(row).map(([key, value]: [string, unknown]) => [
          key,
          times.has(key) && typeof value === 'string' ? new Date(value).toISOString() : value,
        ]),
      );
    expect(found.map(inUtc)).toEqual(rows.map(({ row }) => inUtc(row as object)));
  });

  test('as Parquet, which DuckDB reads', async () => {
    const ended = await extract({ selection: selection(name), format: { kind: 'parquet' } });
    const columns = columnsOf(wide);
    await expectInParquet(ended, columns, `${name} ORDER BY id`, (c, i) =>
      i < 3 ? c : (wide.shown?.(c, i - 3) ?? c),
    );
  });

  test('the columns but one, in another order', async () => {
    const columns = columnsOf(wide).slice(1).toReversed();
    const spec: Spec = { selection: { ...selection(name), columns } };
    expect(await text(spec)).toBe(await copied(`SELECT ${columns.join(', ')} FROM ${name}`));
    const json = await text({ ...spec, format: { kind: 'jsonl' } });
    expect(Object.keys(JSON.parse(json.split('\n', 1)[0]!) as object)).toEqual(columns);
    const ended = await extract({ ...spec, format: { kind: 'parquet' } });
    await expectInParquet(ended, columns.slice(-2), `${name} ORDER BY seen`, (c) => c, 'seen');
  });

  test.each(['csv', 'jsonl', 'parquet'] as const)('what is new, as %s', async (format) => {
    const destination = { folder: path.join(engine.dataFolder, `new-${name}-${format}`) };
    const run = async () =>
      success(
        await engine.extract({
          selection: selection(name),
          mode: 'incremental',
          watermark: { column: 'seen', mode: 'exact' },
          destination,
          format: { kind: format },
        }),
      ).rows;
    expect(await run()).toBe(3);
    await insert(
      name,
      3,
      wide.types.map(() => 'NULL'),
    );
    try {
      expect(await run()).toBe(1);
      expect(await run()).toBe(0);
    } finally {
      await db.query(`DELETE FROM ${name} WHERE id > 2`);
    }
  });

  test.each(['csv', 'jsonl', 'parquet'] as const)('in folders by a column, as %s', async (format) => {
    for (const partitionBy of [{ column: 'part' }, { column: 'seen', by: 'day', as: 'day' }] as const) {
      const ended = await extract({ selection: selection(name), partitionBy, format: { kind: format } });
      expect(success(ended).rows).toBe(3);
      expect(success(ended).objects).toHaveLength(partitionBy.column === 'part' ? 2 : 3);
    }
  });

  test.each(['csv', 'jsonl', 'parquet'] as const)(
    'its plan tells of every column, with counts, as %s',
    async (format) => {
      for (const count of [false, true]) {
        const report = await engine.call('extract.plan', { spec: specOf(selection(name), format), count });
        expect(report.columns.map((column) => column.name)).toEqual(columnsOf(wide));
        expect(report.counted).toBe(count);
      }
    },
  );

  test('each column but the key with a mask', async () => {
    const [, ...columns] = columnsOf(wide);
    const kinds = ['null', 'sha256', 'constant'] as const;
    const masks = columns.map((column, i): ColumnMask => {
      const kindOf = kinds[i % 3]!;
      if (kindOf !== 'constant') return { column, mask: { kind: kindOf } };
      // A constant has to suit the type.
      return {
        column,
        mask: wide.types[i - 2] === 'text' ? { kind: 'constant', text: 'k' } : { kind: 'null' },
      };
    });
    const csv = await text({ selection: { ...selection(name), masks } });
    const [key, ...values] = csv.split('\n', 1)[0]!.split(',');
    expect([key, values.length]).toEqual(['0', columns.length]);
    const { rows } = await db.query<{ filled: string }>(
      `SELECT count(value)::text AS filled FROM ${name} AS t, json_each_text(row_to_json(t)) WITH ORDINALITY AS e(k, value, n)
        WHERE id = 0 AND n % 3 = 0`,
    );
    expect(values.filter((value) => /^[0-9a-f]{64}$/.test(value))).toHaveLength(Number(rows[0]!.filled));
    const constants = masks.filter(({ mask }) => mask.kind === 'constant').length;
    expect(values.filter((value) => value === 'k')).toHaveLength(constants);
    expect(values.filter((value) => value === '')).toHaveLength(
      columns.length - constants - Number(rows[0]!.filled),
    );
  });

  test('a view of it, and a query over that', async () => {
    await db.query(`CREATE VIEW ${name}_view AS SELECT * FROM ${name}`);
    const expected = await copied(`SELECT * FROM ${name}`);
    expect(await text({ selection: selection(`${name}_view`) })).toBe(expected);
    const query = `SELECT * FROM ${name}_view WHERE id >= 0`;
    for (const format of ['csv', 'jsonl', 'parquet'] as const) {
      const ended = await extract({ selection: { query }, format: { kind: format } });
      expect(success(ended).rows).toBe(3);
      if (format === 'csv') expect(Buffer.concat(await objectsOf(ended)).toString()).toBe(expected);
      const report = await engine.call('extract.plan', { spec: specOf({ query }, format), count: true });
      expect(report.columns).toHaveLength(columnsOf(wide).length);
    }
  });
});

test.each(['csv', 'jsonl', 'parquet'] as const)(
  'E9: the 1,664 columns of a query are all there, as %s',
  async (format) => {
    const query = `SELECT texts.*, ${Array.from({ length: 64 }, (_, i) => `${i} AS more${i}`).join(', ')} FROM texts`;
    const ended = await extract({ selection: { query }, format: { kind: format } });
    expect(success(ended).rows).toBe(3);
    expect(ended.manifest?.columns).toHaveLength(1_664);
    const report = await engine.call('extract.plan', { spec: specOf({ query }, format), count: true });
    expect(report.columns).toHaveLength(1_664);
  },
);

test.each([
  ['text', '(i * 1601 + $)::text', 1_600, 1_000],
  ['text', '(i * 301 + $)::text', 300, 10_000],
  ['int', 'i + $', 1_600, 20_000],
] as const)(
  'E9: Parquet of many rows of %s fits into its memory',
  { timeout: 300_000 },
  async (_, value, width, rows) => {
    const columns = Array.from({ length: width }, (__, c) => `${value.replace('$', String(c))} AS c${c}`);
    const query = `SELECT ${columns.join(', ')} FROM generate_series(1, ${rows}) AS i`;
    const ended = await extract({ selection: { query }, format: { kind: 'parquet' } });
    expect(success(ended).rows).toBe(rows);
    using duck = await DuckDb.open();
    const file = path.join(folder, success(ended).objects[0]!.key);
    const found = await duck.texts(`SELECT count(DISTINCT c0), max(c${width - 1}::INT) FROM '${file}'`);
    const { rows: known } = await db.query<{ n: string; most: string }>(
      `SELECT count(DISTINCT c0)::text AS n, max(c${width - 1}::int)::text AS most FROM (${query}) AS q`,
    );
    expect(found).toEqual([[known[0]!.n, known[0]!.most]]);
  },
);

test('E9: the columns of the widest table are described', async () => {
  const connectionId = await engine.useProfile('described', settingsOf(db), db.password);
  const { columns } = await engine.call('relations.describe', {
    connectionId,
    relation: { schema: 'public', name: 'mixed' },
  });
  expect(columns).toHaveLength(1_600);
});

function specOf(
  chosen: ExtractSpecInput['selection'],
  format: 'csv' | 'jsonl' | 'parquet',
): ExtractSpecInput {
  return {
    source: { profile: SOURCE },
    selection: chosen,
    destination: { folder },
    format: { kind: format },
  };
}

/** Compares some columns, a part of them at a time. */
async function expectInParquet(
  ended: EndedRun,
  columns: readonly string[],
  from: string,
  shown: (column: string, i: number) => string,
  order = 'id',
): Promise<void> {
  using duck = await DuckDb.open();
  const file = path.join(folder, success(ended).objects[0]!.key);
  expect((await readFile(file)).subarray(0, 4).toString()).toBe('PAR1');
  const client = await db.connect();
  await client.query(`SET TimeZone = 'UTC'`);
  const found = await duck.texts(
    `SELECT ${columns.map((c) => `${c}::VARCHAR`).join(', ')} FROM '${file}' ORDER BY ${order}`,
  );
  const { rows } = await client.query<(string | null)[]>({
    text: `SELECT ${columns.map((c, i) => `(${shown(c, i)})::text`).join(', ')} FROM ${from}`,
    rowMode: 'array',
  });
  expect(found).toEqual(rows);
}

/** The report before a run, held against what the run then does. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { TypeReport } from '../../electron/contract/type-report.ts';
import { SOURCE, failure, success } from '../harness/engine/test-engine.ts';
import { db, engine, extract, folder, text, type Spec } from './extract-world.ts';

async function plan(spec: Spec, count = false): Promise<TypeReport> {
  return await engine.call('extract.plan', {
    spec: { source: { profile: SOURCE }, destination: { folder }, ...spec },
    count,
  });
}
const parquet = { kind: 'parquet' as const };
const targetsOf = ({ columns }: TypeReport) =>
  Object.fromEntries(columns.map(({ name, target }) => [name, target]));

beforeAll(async () => {
  await db.query(`
    CREATE EXTENSION IF NOT EXISTS citext;
    CREATE DOMAIN price AS numeric(12, 2);
    CREATE TYPE mood AS ENUM ('ok');
    CREATE TYPE pair AS (a int, b text);
    CREATE TABLE kinds (
      i int, b bigint, n numeric(10, 2), u numeric, f float8, t text, v varchar(9), j json, jb jsonb, id uuid, raw bytea, d date,
      ti time, ts timestamp, tz timestamptz, ok boolean, m mood, p pair, r int4range, ints int[], prices price[], e citext,
      cash money, tt timetz, iv interval, dom price)`);
});

test('the targets are the types that Parquet has then', async () => {
  const report = await plan({ selection: { table: { name: 'kinds' } }, format: parquet });
  expect(targetsOf(report)).toEqual({
    i: 'INT32',
    b: 'INT64',
    n: 'DECIMAL(10,2)',
    u: 'STRING',
    f: 'DOUBLE',
    t: 'STRING',
    v: 'STRING',
    j: 'JSON',
    jb: 'JSON',
    id: 'UUID',
    raw: 'BYTE_ARRAY',
    d: 'DATE',
    ti: 'TIME',
    ts: 'TIMESTAMP (local)',
    tz: 'TIMESTAMP (UTC)',
    ok: 'BOOLEAN',
    m: 'STRING',
    p: 'STRING',
    r: 'STRING',
    ints: 'LIST of INT32',
    prices: 'LIST of STRING',
    e: 'STRING',
    cash: 'STRING',
    tt: 'STRING',
    iv: 'STRING',
    dom: 'DECIMAL(12,2)',
  });
  expect(report).toMatchObject({
    relation: { schema: 'public', name: 'kinds' },
    counted: false,
    workers: 1,
    refusals: [],
  });
  expect(report.columns.flatMap(({ notes }) => notes).every(({ count }) => count === null)).toBe(true);
});

test('every format has something to say of every type, and counts of an empty table are nought', async () => {
  const formats = [
    { kind: 'csv' as const },
    { kind: 'csv' as const, dialect: 'text' as const },
    { kind: 'jsonl' as const },
    parquet,
  ];
  for (const format of formats) {
    const report = await plan({ selection: { table: { name: 'kinds' } }, format }, true);
    expect(report).toMatchObject({ counted: true, refusals: [] });
    expect(report.columns.every(({ target }) => target !== '')).toBe(true);
    expect(report.columns.flatMap(({ notes }) => notes).filter(({ count }) => (count ?? 0) > 0)).toEqual([]);
  }
});

/** A value that a type can have, what it is in the report of a format, and what the run does with it. */
const ENDS = 'ends the run';
describe.each([
  ['numeric(5,2)', `'NaN'`],
  ['numeric(5,2)[]', `'{1,NaN}'`],
  ['date', `'infinity'`],
  ['date', `'-infinity'`],
  ['date[]', `'{infinity}'`],
  ['timestamp', `'infinity'`],
  ['timestamptz', `'-infinity'`],
  ['timestamp', `'294247-01-10 04:00:54.775808'`],
  ['timestamptz', `'294276-12-31 00:00:00+00'`],
  ['time', `'24:00'`],
  ['int[]', `'{{1,2},{3,4}}'`],
  ['int[]', `'[0:1]={1,2}'`],
])('Parquet, %s with %s', (type, value) => {
  const query = `SELECT v FROM (VALUES (1, NULL::${type}), (2, ${value}::${type}), (3, ${value}::${type})) AS t(i, v) ORDER BY i`;
  const spec = { selection: { query }, format: parquet };

  test('the report counts it, the run ends at it', async () => {
    const report = await plan(spec, true);
    expect(report.refusals).toMatchObject([{ column: 'v', when: 'value', acceptable: true }]);
    const counted = report.columns[0]!.notes.filter(
      ({ severity, count }) => severity === 'lossy' && (count ?? 0) > 0,
    );
    expect(counted).toMatchObject([
      { severity: 'lossy', count: 2, text: expect.stringContaining(ENDS) as string },
    ]);
    expect(failure(await extract(spec))).toMatchObject({
      code: 'DATA_ENCODE_FAILED',
      details: { column: 'v' },
    });
  });

  test('where losses are accepted, the report has no refusal, and the manifest counts it', async () => {
    const accepted = { ...spec, acceptLossy: true };
    const report = await plan(accepted, true);
    expect(report.refusals).toEqual([]);
    const notes = report.columns[0]!.notes.filter(
      ({ severity, count }) => severity === 'lossy' && (count ?? 0) > 0,
    );
    expect(notes).toMatchObject([{ severity: 'lossy', count: 2 }]);
    expect(notes[0]!.text).not.toContain(ENDS);
    const ended = await extract(accepted);
    expect(success(ended).rows).toBe(3);
    expect(ended.manifest!.lossy).toMatchObject([{ column: 'v', count: 2 }]);
    expect(
      ended.log
        .filter(({ level }) => level === 'warn')
        .map(({ message }) => message)
        .join(),
    ).toContain('"v" lost 2 values');
  });
});

test.each([
  ['numeric(5,2)', `'999.99'`],
  ['date', `'5874897-12-31'`],
  ['date', `'4713-11-24 BC'`],
  ['timestamp', `'294247-01-10 04:00:54.775807'`],
  ['timestamptz', `'4713-11-24 00:00:00+00 BC'`],
  ['time', `'23:59:59.999999'`],
  ['int[]', `'{}'`],
  ['numeric', `'NaN'`],
  ['float8', `'NaN'`],
  ['float8[]', `'{NaN,Infinity}'`],
])('Parquet, %s with %s is held, and the report says so', async (type, value) => {
  const spec = { selection: { query: `SELECT ${value}::${type} AS v` }, format: parquet };
  expect((await plan(spec, true)).refusals).toEqual([]);
  expect((await extract(spec)).manifest).toMatchObject({ rows: 1 });
});

describe('numeric without a precision', () => {
  const query = `SELECT v::numeric FROM (VALUES ('1.5'), ('0.125'), ('12345678901'), ('NaN'), ('-Infinity'), (NULL), ('-0.995')) AS t(v)`;

  test('as a double is refused before a row is read, by report and run alike', async () => {
    const spec = { selection: { query }, format: { ...parquet, unboundedNumeric: 'double' as const } };
    expect((await plan(spec)).refusals).toMatchObject([{ column: 'v', when: 'start', acceptable: true }]);
    const error = failure(await extract(spec));
    expect(error.code).toBe('DATA_LOSSY');
    expect(error.message).toMatch(/"v".*double/);
    expect(error.hint).toContain('--accept-lossy');
    expect((await plan({ ...spec, acceptLossy: true })).refusals).toEqual([]);
    expect((await extract({ ...spec, acceptLossy: true })).manifest).toMatchObject({ rows: 7 });
  });

  test('as a DECIMAL: what does not fit is counted by kind, and rounded or NULL where that is accepted', async () => {
    const spec = {
      selection: { query },
      format: { ...parquet, unboundedNumeric: { precision: 10, scale: 2 } },
    };
    const report = await plan(spec, true);
    expect(targetsOf(report)).toEqual({ v: 'DECIMAL(10,2)' });
    expect(report.columns[0]!.notes.map(({ count }) => count)).toEqual([1, 1, 1, 2]);
    expect(report.refusals).toHaveLength(4);
    expect(failure(await extract(spec)).code).toBe('DATA_ENCODE_FAILED');
    const { manifest } = await extract({ ...spec, acceptLossy: true });
    expect(manifest!.lossy).toEqual([
      { column: 'v', reason: 'a number of more decimals than its column, rounded', count: 2 },
      { column: 'v', reason: 'a number of more than 10 digits, written as NULL', count: 1 },
      { column: 'v', reason: 'the numeric NaN, written as NULL', count: 1 },
      { column: 'v', reason: 'the numeric -Infinity, written as NULL', count: 1 },
    ]);
  });
});

describe('the python dialect', () => {
  const python = { kind: 'csv' as const, dialect: 'python' as const };

  test('all columns that it has no form for are refused', async () => {
    const spec = { selection: { query: `SELECT 1 AS a, '{}'::json AS b, '{}'::int[] AS c` }, format: python };
    expect((await plan(spec)).refusals).toMatchObject([
      { column: 'b', when: 'start', acceptable: false },
      { column: 'c', when: 'start', acceptable: false },
    ]);
    expect(failure(await extract(spec)).code).toBe('DATA_TYPE_UNSUPPORTED');
  });

  test('a year that Python does not know ends the run, or is nothing', async () => {
    const spec = { selection: { query: `SELECT '0044-03-15 BC'::date AS v, 1 AS one` }, format: python };
    expect((await plan(spec, true)).refusals).toMatchObject([{ column: 'v', when: 'value' }]);
    expect(failure(await extract(spec)).code).toBe('DATA_ENCODE_FAILED');
    const accepted = { ...spec, acceptLossy: true };
    expect((await plan(accepted, true)).refusals).toEqual([]);
    expect(await text(accepted)).toBe(',1\r\n');
    expect((await extract(accepted)).manifest!.lossy).toMatchObject([{ column: 'v', count: 1 }]);
  });

  test('what the script loses is told, and does not end the run', async () => {
    const query = `SELECT 'infinity'::date AS d, '24:00'::time AS t, '' AS e`;
    const report = await plan({ selection: { query }, format: python }, true);
    expect(report.refusals).toEqual([]);
    expect(report.columns.map(({ notes }) => notes.filter(({ count }) => count === 1))).toMatchObject([
      [{ severity: 'lossy', text: expect.stringContaining('9999-12-31') as string }],
      [{ severity: 'lossy', text: expect.stringContaining('00:00:00') as string }],
      [{ severity: 'lossy', text: expect.stringContaining('NULL') as string }],
    ]);
    expect(await text({ selection: { query }, format: python })).toBe('9999-12-31,00:00:00,\r\n');
  });
});

test('JSON Lines: what is noted is what is written', async () => {
  const query = String.raw`
    SELECT 9007199254740993::int8 AS big, 1e20::numeric AS num, 'NaN'::float8 AS f, 'Infinity'::numeric AS n, 'infinity'::date AS d,
           '0044-03-15 BC'::date AS bc, '[0:1]={1,2}'::int[] AS odd, '{{1}}'::int[] AS nested, '"\ud800"'::json AS lone,
           '"\\ud800 \ud83d\ude00"'::json AS fine, '"\u0000"'::json AS zero, '[1,5)'::int4range AS r, '\x00'::bytea AS raw`;
  const spec = { selection: { query }, format: { kind: 'jsonl' as const } };
  const report = await plan(spec, true);
  expect(report.refusals).toEqual([]);
  const counted = report.columns.map(({ name, notes }) => [
    name,
    notes.filter(({ count }) => count === 1).map((n) => n.text.split(/[:;.]/)[0]),
  ]);
  expect(Object.fromEntries(counted)).toEqual({
    big: ['All digits are kept'],
    num: ['All digits are kept'],
    f: ['NaN is a string'],
    n: ['The infinities are strings'],
    d: ['infinity and -infinity are kept as words'],
    bc: ['Years before 1 or after 9999 are kept (0044-03-15 BC, 12000-01-01)'],
    odd: ['An array that does not begin at 1 is a string, as Postgres writes it'],
    nested: ['Arrays of arrays are nested'],
    lone: ['A lone surrogate (\\ud800) is kept as it is written'],
    fine: [],
    zero: ['A zero byte (\\u0000) is kept as it is written'],
    r: [],
    raw: [],
  });
  expect(await text(spec)).toBe(
    String.raw`{"big":9007199254740993,"num":100000000000000000000,"f":"NaN","n":"Infinity","d":"infinity","bc":"0044-03-15 BC",` +
      String.raw`"odd":"[0:1]={1,2}","nested":[[1]],"lone":"\ud800","fine":"\\ud800 \ud83d\ude00","zero":"\u0000","r":"[1,5)","raw":"\\x00"}` +
      '\n',
  );
});

test('JSON Lines cannot tell the document null from NULL: the report counts it', async () => {
  const query = `SELECT v::jsonb AS v FROM (VALUES ('null'), (NULL), ('"null"')) AS t(v)`;
  const spec = { selection: { query }, format: { kind: 'jsonl' as const } };
  const [column] = (await plan(spec, true)).columns;
  expect(column!.notes.filter(({ count }) => count === 1)).toMatchObject([{ severity: 'lossy' }]);
  expect(await text(spec)).toBe('{"v":null}\n{"v":null}\n{"v":"null"}\n');
});

describe('the report', () => {
  test('tells of row-level security, of one worker, and of two columns with one name', async () => {
    await db.query(`
      CREATE TABLE secured (a int); ALTER TABLE secured ENABLE ROW LEVEL SECURITY; ALTER TABLE secured FORCE ROW LEVEL SECURITY;
      CREATE VIEW seen AS SELECT * FROM kinds`);
    const view = await plan({ selection: { table: { name: 'seen' } }, parallel: 4 });
    expect(view.warnings.join()).toContain('views and foreign tables');
    expect(view.workers).toBe(1);
    const twice = await plan({ selection: { query: 'SELECT 1 AS a, 2 AS a' }, format: { kind: 'jsonl' } });
    expect(twice).toMatchObject({
      relation: null,
      refusals: [
        { column: null, when: 'start', acceptable: false, reason: expect.stringContaining('"a"') as string },
      ],
    });
  });

  test('shows the types of masks, and counts masked values', async () => {
    const masks = [
      { column: 'u', mask: { kind: 'sha256' as const } },
      { column: 'd', mask: { kind: 'null' as const } },
    ];
    await db.query(`CREATE TABLE one_kind AS SELECT 'NaN'::numeric AS u, 'infinity'::date AS d`);
    const report = await plan({ selection: { table: { name: 'one_kind' }, masks }, format: parquet }, true);
    expect(report.columns.map(({ type, target }) => [type, target])).toEqual([
      ['text', 'STRING'],
      ['date', 'DATE'],
    ]);
    expect(report.refusals).toEqual([]);
  });

  test('fails as the run would where there is no such table or column', async () => {
    await expect(plan({ selection: { table: { name: 'nothing_here' } } })).rejects.toMatchObject({
      code: 'SOURCE_NO_RELATION',
    });
    await expect(plan({ selection: { table: { name: 'kinds' }, columns: ['x'] } })).rejects.toMatchObject({
      code: 'SOURCE_NO_COLUMN',
    });
    await expect(plan({ selection: { query: 'DELETE FROM kinds' } })).rejects.toMatchObject({
      code: 'SOURCE_NOT_READ_ONLY',
    });
  });

  test('can be cancelled while it counts, and the query is cancelled with it', async () => {
    const controller = new AbortController();
    const query = `SELECT pg_sleep(60)::text::date AS d`;
    const spec = {
      source: { profile: SOURCE },
      destination: { folder },
      selection: { query },
      format: parquet,
    };
    const counting = engine.call('extract.plan', { spec, count: true }, controller.signal);
    await expect
      .poll(
        async () =>
          (
            await db.query(
              `SELECT FROM pg_stat_activity WHERE query LIKE '%FILTER%pg_sleep(60)%' AND pid <> pg_backend_pid()`,
            )
          ).rowCount,
      )
      .toBe(1);
    controller.abort(new Error('gone'));
    await expect(counting).rejects.toThrow('gone');
    await expect
      .poll(
        async () =>
          (
            await db.query(
              `SELECT FROM pg_stat_activity WHERE query LIKE '%FILTER%pg_sleep(60)%' AND pid <> pg_backend_pid() AND state = 'active'`,
            )
          ).rowCount,
      )
      .toBe(0);
  });
});

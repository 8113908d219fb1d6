/** A new object behind every so many rows: exactly so many, in every format. */
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { ExtractSpecInput } from '../../electron/contract/extract-spec.ts';
import { DuckDb } from '../harness/duckdb.ts';
import { success } from '../harness/engine/test-engine.ts';
import { copied, extract, folder, objectsOf } from './extract-world.ts';

const QUERY = `SELECT i, CASE WHEN i % 7 = 0 THEN E'two\\nlines, "quoted"' WHEN i % 5 = 0 THEN NULL ELSE 'x' || i END AS t
                 FROM generate_series(1, 10000) i`;
const selection = { query: QUERY };
const exactly = [3_000, 3_000, 3_000, 1_000];

const FORMATS: readonly (readonly [string, Partial<ExtractSpecInput>])[] = [
  ['csv', {}],
  ['csv with a header and another quote', { format: { kind: 'csv', header: true, quote: "'" } }],
  ['csv as text', { format: { kind: 'csv', dialect: 'text', delimiter: '|' } }],
  ['csv as Python writes it', { format: { kind: 'csv', dialect: 'python' } }],
  ['JSON Lines', { format: { kind: 'jsonl' } }],
  ['Parquet', { format: { kind: 'parquet' } }],
  ['csv, gzip', { compression: 'gzip' }],
];

describe('rolled by rows', () => {
  test.each(FORMATS)('%s', async (_, change) => {
    const ended = await extract({ selection, objectRows: 3_000, ...change });
    expect(success(ended).objects.map(({ rows }) => rows)).toEqual(exactly);
    expect(ended.manifest!.rows).toBe(10_000);
    await withDuck(async (duck) => {
      if (ended.run.spec.format.kind !== 'parquet') return;
      const counts = await Promise.all(
        success(ended).objects.map(({ key }) =>
          duck.rows(`SELECT count(*)::int, min(i), max(i) FROM read_parquet('${path.join(folder, key)}')`),
        ),
      );
      expect(counts.map(([row]) => row)).toEqual([
        [3_000, 1, 3_000],
        [3_000, 3_001, 6_000],
        [3_000, 6_001, 9_000],
        [1_000, 9_001, 10_000],
      ]);
    });
  });

  test('the objects after one another are what one object would have been', async () => {
    const expected = await copied(QUERY);
    for (const objectRows of [1_000, 2_500, 9_999, 10_000, 20_000]) {
      const ended = await extract({ selection, objectRows });
      expect(success(ended).objects).toHaveLength(Math.ceil(10_000 / objectRows));
      expect(Buffer.concat(await objectsOf(ended)).toString()).toBe(expected);
    }
  });

  test('one row an object', async () => {
    const ended = await extract({
      selection: { query: `${QUERY} LIMIT 20` },
      objectRows: 1,
      compression: 'gzip',
    });
    expect(success(ended).objects.map(({ rows }) => rows)).toEqual(Array.from({ length: 20 }, () => 1));
    expect((await objectsOf(ended)).map((bytes) => gunzipSync(bytes).toString()).join('')).toBe(
      await copied(`${QUERY} LIMIT 20`),
    );
  });

  test('and by size: whichever comes first', async () => {
    const wide = { query: `SELECT i, repeat('x', 1000) FROM generate_series(1, 12000) i` };
    const ended = await extract({ selection: wide, objectRows: 7_000, objectSize: 5 * 1024 ** 2 });
    const { objects } = success(ended);
    expect(objects.reduce((sum, { rows }) => sum + rows, 0)).toBe(12_000);
    for (const { rows, bytes } of objects.slice(0, -1))
      expect(rows === 7_000 || bytes >= 5 * 1024 ** 2).toBe(true);
    expect(objects.length).toBeGreaterThan(2);
  });
});

test('not too many small files: a run that was asked for nothing writes one object, however many batches came', async () => {
  const wide = { query: `SELECT i, repeat('x', 1000) FROM generate_series(1, 20000) i` };
  expect(success(await extract({ selection: wide })).objects).toHaveLength(1);
});

async function withDuck(work: (duck: DuckDb) => Promise<void>): Promise<void> {
  using duck = await DuckDb.open();
  await work(duck);
}

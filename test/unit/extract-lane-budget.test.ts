import { describe, expect, test } from 'vitest';
import { formatSchema, type Compression } from '../../electron/contract/format.ts';
import { laneWarning, mostLanes } from '../../electron/engine/extract/lane-budget.ts';
import { readOptions } from '../../electron/engine/extract/read-options.ts';

const KEY = '{table}/part-{part}.{ext}';

describe.each([
  ['csv', 'none', 11],
  ['csv', 'gzip', 11],
  ['csv', 'zstd', 8],
  ['jsonl', 'none', 11],
  ['parquet', 'zstd', 2],
] as const)('%s, %s: at most %i connections', (kind, compression: Compression, most) => {
  const format = formatSchema.parse({ kind });

  test.each([
    [undefined, undefined],
    [1, 1],
    [2, 2],
    [8, Math.min(8, most)],
    [32, most],
  ])('of %s', (parallel, workers) => {
    const spec = { format, compression, parallel, key: KEY, politeness: undefined, partitionBy: undefined };
    expect(mostLanes(spec)).toBe(most);
    expect(readOptions(spec)).toMatchObject({ workers });
  });

  test('says so where it is fewer than were asked for, and not where the table has no more ranges', () => {
    const spec = { format, compression, parallel: 32 };
    expect(laneWarning(spec, most)).toContain(`${most} connections read, and not 32`);
    expect(laneWarning(spec, 1)).toBeUndefined();
    expect(laneWarning({ ...spec, parallel: most }, most)).toBeUndefined();
    expect(laneWarning({ format, compression }, 1)).toBeUndefined();
  });
});

test('nobody gets two threads of Parquet without asking', () => {
  const format = formatSchema.parse({ kind: 'parquet' });
  expect(readOptions({ format, compression: 'zstd', key: KEY }).mostByDefault).toBe(1);
});

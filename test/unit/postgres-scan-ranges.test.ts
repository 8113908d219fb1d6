import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultWorkers } from '../../electron/engine/postgres/default-workers.ts';
import {
  cutRanges,
  rangeCondition,
  rangeCount,
  type Leaf,
} from '../../electron/engine/postgres/scan-ranges.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const LIMITS = { minRangeBytes: 64 * MIB, maxRangeBytes: GIB };

describe('how many ranges a table has', () => {
  test.each([
    // One worker: one object, up to a size that it would hurt to lose.
    [0, 1, 1],
    [10 * MIB, 1, 1],
    [GIB, 1, 1],
    [GIB + 1, 1, 2],
    [10 * GIB, 1, 10],
    // Several: a handful each, and none so small that there would be many small files.
    [0, 4, 1],
    [64 * MIB, 4, 1],
    [127 * MIB, 4, 1],
    [128 * MIB, 4, 2],
    [GIB, 2, 16],
    [GIB, 4, 16],
    [4 * GIB, 2, 16],
    [4 * GIB, 4, 32],
    [32 * GIB, 4, 32],
    [1000 * GIB, 4, 1000],
  ])('%d bytes, %d workers: %d', (bytes, workers, count) => {
    expect(rangeCount(bytes, workers, LIMITS)).toBe(count);
  });

  test('a range of several workers is never under 64 MiB, nor far over 1 GiB', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 5e13, noNaN: true }),
        fc.integer({ min: 1, max: 32 }),
        (bytes, workers) => {
          const count = rangeCount(bytes, workers, LIMITS);
          if (workers > 1 && count > 1) expect(bytes / count).toBeGreaterThanOrEqual(64 * MIB * 0.999);
          if (bytes > GIB) expect(bytes / count).toBeLessThanOrEqual(2 * GIB);
          if (workers > 1) expect(count).toBeLessThanOrEqual(Math.max(workers * 8, Math.ceil(bytes / GIB)));
        },
      ),
    );
  });
});

const leaf: fc.Arbitrary<Leaf> = fc
  .record({
    blocks: fc.oneof(fc.nat(50), fc.nat(4_294_967_294)),
    perBlock: fc.integer({ min: 8_192, max: 90_000 }),
  })
  .map(({ blocks, perBlock }) => ({ blocks, bytes: blocks * perBlock }));

describe('the ranges of a table', () => {
  test('begin at the first block, follow each other without a gap, and end open', () => {
    fc.assert(
      fc.property(fc.array(leaf, { maxLength: 5 }), fc.integer({ min: 1, max: 300 }), (leaves, count) => {
        const ranges = cutRanges(leaves, count);
        expect(ranges.length).toBeLessThanOrEqual(count);
        expect(ranges[0]!.blocks!.from).toBe(0);
        expect(ranges.at(-1)!.blocks!.to).toBeNull();
        for (const [i, { number, blocks }] of ranges.entries()) {
          expect(number).toBe(i + 1);
          if (i > 0) expect(blocks!.from).toBe(ranges[i - 1]!.blocks!.to);
          if (blocks!.to !== null) expect(blocks!.to).toBeGreaterThan(blocks!.from);
          // An open range behind the end would give a worker nothing to do.
          if (i > 0) expect(blocks!.from).toBeLessThan(Math.max(...leaves.map((each) => each.blocks)));
        }
      }),
    );
  });

  test('hold much the same number of bytes, whatever the sizes of the partitions', () => {
    const leaves = [1, 10, 1_000, 100_000].map((blocks) => ({ blocks, bytes: blocks * 8_192 }));
    const total = leaves.reduce((sum, { bytes }) => sum + bytes, 0);
    const ranges = cutRanges(leaves, 7);
    const bytesOf = ({ from, to }: { from: number; to: number | null }) =>
      leaves.reduce(
        (sum, { blocks, bytes }) =>
          sum + (bytes / blocks) * Math.max(0, Math.min(to ?? blocks, blocks) - Math.min(from, blocks)),
        0,
      );
    const sizes = ranges.map(({ blocks }) => bytesOf(blocks!));
    expect(sizes.reduce((sum, bytes) => sum + bytes, 0)).toBeCloseTo(total);
    for (const bytes of sizes) expect(Math.abs(bytes / (total / 7) - 1)).toBeLessThan(0.01);
  });

  test('as conditions', () => {
    expect(rangeCondition({ number: 1, blocks: { from: 0, to: 5 } })).toBe(
      `ctid OPERATOR(pg_catalog.>=) '(0,0)'::pg_catalog.tid AND ctid OPERATOR(pg_catalog.<) '(5,0)'::pg_catalog.tid`,
    );
    expect(rangeCondition({ number: 2, blocks: { from: 5, to: null } })).toBe(
      `ctid OPERATOR(pg_catalog.>=) '(5,0)'::pg_catalog.tid`,
    );
    expect(rangeCondition({ number: 1, blocks: null })).toBeUndefined();
  });
});

describe('workers where nobody has said how many', () => {
  const facts = { bytes: 100 * GIB, cores: 16, lowPriority: false, most: 32 };
  test.each([
    ['a small table', { bytes: 511 * MIB }, 1],
    ['a table that is just worth it', { bytes: 512 * MIB }, 2],
    ['a larger one', { bytes: 800 * MIB }, 3],
    ['a large one', {}, 4],
    ['one core', { cores: 1 }, 1],
    ['two cores', { cores: 2 }, 1],
    ['three cores', { cores: 3 }, 2],
    ['low priority', { lowPriority: true }, 1],
    ['a format that takes memory', { most: 2 }, 2],
    ['nothing', { bytes: 0 }, 1],
  ])('%s: %o gives %i', (_, change, workers) => {
    expect(defaultWorkers({ ...facts, ...change })).toBe(workers);
  });
});

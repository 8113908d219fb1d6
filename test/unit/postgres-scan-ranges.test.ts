import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rangeCondition, scanRanges } from '../../electron/engine/postgres/scan-ranges.ts';

const blocks = fc.oneof(
  fc.nat(5_000),
  fc.nat(1_000_000),
  fc.constantFrom(0, 1, 1_023, 1_024, 2_048, 4_294_967_294),
);
const workers = fc.integer({ min: 1, max: 32 });

describe('the ranges of a table', () => {
  test('begin at the first block, follow each other without a gap, and end open', () => {
    fc.assert(
      fc.property(blocks, workers, (size, count) => {
        const ranges = scanRanges(size, count);
        expect(ranges[0]!.from).toBe(0);
        expect(ranges.at(-1)!.to).toBeUndefined();
        for (const [i, { from }] of ranges.entries()) if (i > 0) expect(from).toBe(ranges[i - 1]!.to);
        for (const { from, to } of ranges) if (to !== undefined) expect(to).toBeGreaterThan(from);
        // An open range behind the end would give a worker nothing to do.
        expect(ranges.at(-1)!.from).toBeLessThanOrEqual(size);
      }),
    );
  });

  test('are of much the same size, and not too small to be worth a query', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), workers, (size, count) => {
        const sizes = scanRanges(size, count).map(({ from, to }) => (to ?? Math.max(size, from)) - from);
        if (sizes.length > 1) expect(Math.max(...sizes)).toBeGreaterThanOrEqual(1_024);
        expect(sizes.length).toBeLessThanOrEqual(count * 8);
      }),
    );
  });

  test('as conditions', () => {
    expect(rangeCondition({ from: 0, to: 5 })).toBe(`ctid >= '(0,0)'::tid AND ctid < '(5,0)'::tid`);
    expect(rangeCondition({ from: 5, to: undefined })).toBe(`ctid >= '(5,0)'::tid`);
  });
});

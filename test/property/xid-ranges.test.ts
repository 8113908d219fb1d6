/** Transaction ids of 64 bits from rows that carry 32 of them, at every place in an epoch. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  fullXid,
  hasXid,
  rowXid,
  toRanges,
  toRowRanges,
  XID_HORIZON,
} from '../../electron/engine/watermark/xid-ranges.ts';

const EPOCH = 1n << 32n;
const ceilings = fc.bigInt({ min: 3n, max: EPOCH * 5n });

describe('the id of a row', () => {
  test('is found again from its lower half, as long as the server can compare it', () => {
    fc.assert(
      fc.property(ceilings, fc.bigInt({ min: 1n, max: XID_HORIZON }), (ceiling, back) => {
        const full = ceiling - back;
        fc.pre(full >= 3n && rowXid(full) >= 3n);
        expect(fullXid(rowXid(full), ceiling)).toBe(full);
      }),
    );
  });

  test('is none for bootstrap and frozen rows', () => {
    for (const xmin of [0n, 1n, 2n]) expect(fullXid(xmin, EPOCH * 2n)).toBeUndefined();
  });

  test('can lie above the snapshot, for rows of COPY FREEZE', () => {
    expect(fullXid(1_005n, 1_000n)).toBe(1_005n);
    expect(fullXid(5n, EPOCH - 2n)).toBe(EPOCH + 5n);
  });

  test('of a row that was frozen an epoch ago reads like one of today: the only way in which a row comes twice', () => {
    const old = 1_000n;
    expect(fullXid(rowXid(old), EPOCH + 1_500n)).toBe(EPOCH + old);
  });
});

describe('ranges', () => {
  const ids = fc.array(fc.bigInt({ min: 3n, max: 400n }), { maxLength: 120 });

  test('have exactly the ids that they were made of', () => {
    fc.assert(
      fc.property(ids, (given) => {
        const ranges = toRanges(given, 1_000);
        if (ranges === undefined) throw new Error('there is room for all');
        for (let id = 0n; id <= 401n; id++) expect(hasXid(ranges, id)).toBe(given.includes(id));
        const ends = ranges.flat();
        expect(ends).toEqual(ends.toSorted((a, b) => (a < b ? -1 : 1)));
      }),
    );
  });

  test('are given up where they are too many, and not cut', () => {
    expect(toRanges([1n, 3n, 5n], 2)).toBeUndefined();
    expect(toRanges([1n, 2n, 3n], 1)).toEqual([[1n, 3n]]);
  });

  test('over the end of an epoch are two for the rows', () => {
    expect(toRowRanges([[EPOCH - 2n, EPOCH + 4n]])).toEqual([
      [EPOCH - 2n, EPOCH - 1n],
      [0n, 4n],
    ]);
    expect(toRowRanges([[EPOCH + 3n, EPOCH + 4n]])).toEqual([[3n, 4n]]);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OBJECT_SIZE_MAX } from '../../electron/contract/extract-spec.ts';
import {
  IN_FLIGHT_BYTES,
  MAX_OBJECT_BYTES,
  MAX_PARTS,
  planParts,
  type PartPlan,
} from '../../electron/engine/s3/part-plan.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const TIB = 1024 ** 4;
const parts = Array.from({ length: MAX_PARTS }, (_, index) => index + 1);
const reach = (plan: PartPlan) => parts.reduce((bytes, part) => bytes + plan.bytes(part), 0);
const anySize = fc.oneof(
  fc.constantFrom(0, 5 * TIB, 9 * TIB, 10 * TIB, OBJECT_SIZE_MAX, MAX_OBJECT_BYTES),
  fc.double({ min: 0, max: MAX_OBJECT_BYTES, noNaN: true }).map(Math.floor),
);

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
describe('the limits of S3: 10,000 parts never run out (50 GB at 5 MiB a part is what others reach)', () => {
  test('the largest object is 10,000 parts of 5 GiB', () => {
    expect(MAX_PARTS).toBe(10_000);
    expect(MAX_OBJECT_BYTES / TIB).toBeCloseTo(48.828, 3);
  });

  test('an object of any size up to the largest fits into 10,000 parts, none of them too small or too large', () => {
    fc.assert(
      fc.property(anySize, (bytes) => {
        const plan = planParts(bytes);
        expect(reach(plan)).toBeGreaterThanOrEqual(bytes);
        for (const part of [1, 2, 999, 1_000, 1_001, 5_000, 9_999, 10_000]) {
          expect(plan.bytes(part)).toBeGreaterThanOrEqual(5 * MIB);
          expect(plan.bytes(part)).toBeLessThanOrEqual(5 * GIB);
        }
      }),
    );
  });

  test('an object of unknown size can reach 9.3 TiB', () => {
    expect(reach(planParts()) / TIB).toBeCloseTo(9.27, 2);
    for (const part of parts) {
      expect(planParts().bytes(part)).toBeGreaterThanOrEqual(5 * MIB);
      expect(planParts().bytes(part)).toBeLessThanOrEqual(5 * GIB);
    }
  });

  test('the largest size that can be asked for leaves room for the rows that reach it', () => {
    expect(MAX_OBJECT_BYTES - OBJECT_SIZE_MAX).toBeGreaterThan(2 * GIB);
    expect(reach(planParts(OBJECT_SIZE_MAX))).toBeGreaterThan(OBJECT_SIZE_MAX + 2 * GIB);
  });

  test.each([0, -1, 10_001])('there is no part %i', (part) => {
    for (const plan of [planParts(), planParts(40 * TIB)]) expect(() => plan.bytes(part)).toThrow(RangeError);
  });
});

describe('memory', () => {
  test('parts only ever grow, so that buffers can be used again', () => {
    fc.assert(
      fc.property(anySize, fc.integer({ min: 2, max: MAX_PARTS }), (bytes, part) => {
        const plan = planParts(bytes);
        expect(plan.bytes(part)).toBeGreaterThanOrEqual(plan.bytes(part - 1));
      }),
    );
  });

  test('a quarter of what may be on its way is a part, while an object is smaller than 4.7 GB', () => {
    const plan = planParts();
    for (const part of parts.slice(0, 900)) expect(plan.bytes(part) * 4).toBe(IN_FLIGHT_BYTES);
  });
});

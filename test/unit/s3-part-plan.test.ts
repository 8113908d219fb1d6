import { describe, expect, test } from 'vitest';
import { MAX_OBJECT_BYTES, MAX_PARTS, partBytes, partsInFlight } from '../../electron/engine/s3/part-plan.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const parts = Array.from({ length: MAX_PARTS }, (_, index) => index + 1);

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
describe('the limits of S3', () => {
  test('10,000 parts reach the 5 TiB of the largest object', () => {
    const sum = parts.reduce((bytes, part) => bytes + partBytes(part), 0);
    expect(MAX_PARTS).toBe(10_000);
    expect(MAX_OBJECT_BYTES).toBe(5 * 1024 ** 4);
    expect(sum).toBeGreaterThanOrEqual(MAX_OBJECT_BYTES);
  });

  test('no part is smaller than 5 MiB or larger than 5 GiB', () => {
    for (const part of parts) {
      expect(partBytes(part)).toBeGreaterThanOrEqual(5 * MIB);
      expect(partBytes(part)).toBeLessThanOrEqual(5 * GIB);
    }
  });

  test.each([0, -1, 10_001])('there is no part %i', (part) => {
    expect(() => partBytes(part)).toThrow(RangeError);
  });
});

describe('memory', () => {
  test('parts only ever grow, so that buffers can be used again', () => {
    for (const part of parts.slice(1)) expect(partBytes(part)).toBeGreaterThanOrEqual(partBytes(part - 1));
  });

  test('parts on their way and the one being filled take 40 MiB while an object is smaller than 24 GB', () => {
    for (const part of parts.filter((number) => number <= 2_000)) {
      expect((partsInFlight(part) + 1) * partBytes(part)).toBeLessThanOrEqual(40 * MIB);
    }
  });

  test('there is always one part on its way', () => {
    for (const part of parts) expect(partsInFlight(part)).toBeGreaterThanOrEqual(1);
  });
});

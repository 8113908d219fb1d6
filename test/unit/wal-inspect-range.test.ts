/** That no look reads more of the WAL than was allowed, whatever was asked for. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatLsn, parseLsn } from '../../electron/engine/decode/lsn.ts';
import { inspectRange, type InspectWish } from '../../electron/engine/wal/inspect-range.ts';

const END = '1/00000000';

describe('what is read', () => {
  it.each<[string, InspectWish, string, string]>([
    ['the last bytes', { bytes: 256 }, '0/FFFFFF00', '1/0'],
    ['so many bytes after a beginning', { fromLsn: '0/100', bytes: 256 }, '0/100', '0/200'],
    ['so many bytes before a position', { uptoLsn: '0/200', bytes: 256 }, '0/100', '0/200'],
    ['between two positions', { fromLsn: '0/100', uptoLsn: '0/180', bytes: 256 }, '0/100', '0/180'],
    [
      'no more than is allowed between two positions',
      { fromLsn: '0/100', uptoLsn: '0/F00', bytes: 256 },
      '0/100',
      '0/200',
    ],
    ['nothing past the end', { uptoLsn: '9/0', bytes: 256 }, '0/FFFFFF00', '1/0'],
    ['nothing where it begins past the end', { fromLsn: '9/0', bytes: 256 }, '1/0', '1/0'],
    ['nothing before the beginning', { uptoLsn: '0/10', bytes: 256 }, '0/1', '0/10'],
  ])('%s', (_, wish, from, upto) => {
    expect(inspectRange(wish, END)).toMatchObject({ fromLsn: from, uptoLsn: upto });
  });

  it('is never more than was allowed, and never past the end', () => {
    const lsn = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(formatLsn);
    const wish = fc.record(
      { fromLsn: lsn, uptoLsn: lsn, bytes: fc.integer({ min: 1, max: 2 ** 28 }) },
      { requiredKeys: ['bytes'] },
    );
    fc.assert(
      fc.property(wish, lsn, (wanted, end) => {
        const { fromLsn, uptoLsn, bytes } = inspectRange(wanted, end);
        expect(bytes).toBeGreaterThanOrEqual(0);
        expect(bytes).toBeLessThanOrEqual(wanted.bytes);
        expect(parseLsn(uptoLsn)).toBeLessThanOrEqual(parseLsn(end) > 1n ? parseLsn(end) : 1n);
        expect(Number(parseLsn(uptoLsn) - parseLsn(fromLsn))).toBe(bytes);
      }),
    );
  });
});

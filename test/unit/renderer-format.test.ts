import { describe, expect, it } from 'vitest';
import { formatBytes, formatRate } from '../../renderer/format/bytes.ts';
import { countOf, formatCount, formatEstimate } from '../../renderer/format/counts.ts';
import { formatAgo } from '../../renderer/format/dates.ts';
import { formatClock, formatDuration } from '../../renderer/format/durations.ts';
import { asSentence, joinSentences } from '../../renderer/format/sentence.ts';

describe('amounts', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1.00 kB'],
    [16_384, '16.4 kB'],
    [999_499, '999 kB'],
    [999_500, '1.00 MB'],
    [104_166_886, '104 MB'],
    [9_996_000_000, '10.0 GB'],
    [2.5e15, '2.50 PB'],
    [5e18, '5000 PB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it('of speed never go below nothing', () => {
    expect(formatRate(92_400_000)).toBe('92.4 MB/s');
    expect(formatRate(-1)).toBe('0 B/s');
  });

  it('of things have their noun', () => {
    expect(countOf(1, 'row')).toBe('1 row');
    expect(countOf(1_234_567, 'row')).toBe('1,234,567 rows');
    expect(formatCount(9_007_199_254_740_991)).toBe('9,007,199,254,740,991');
    expect(formatEstimate(1_234_567)).toBe('1.23M');
  });
});

describe('times', () => {
  it.each([
    [0, '0 ms'],
    [850.4, '850 ms'],
    [12_400, '12.4 s'],
    [59_960, '1 min 00 s'],
    [185_000, '3 min 05 s'],
    [3_599_600, '1 h 00 min'],
    [7_620_000, '2 h 07 min'],
    [90_000_000, '1 d 01 h'],
  ])('%d ms are %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('tick in whole seconds', () => {
    expect([0, 999, 59_999, 61_000].map((ms) => formatClock(ms))).toEqual([
      '0 s',
      '0 s',
      '59 s',
      '1 min 01 s',
    ]);
  });

  it('are told from now, as long as that is short', () => {
    const now = Date.parse('2026-11-22T12:00:00Z');
    expect(formatAgo('2026-11-22T11:59:50Z', now)).toBe('just now');
    expect(formatAgo('2026-11-22T11:55:00Z', now)).toBe('5 minutes ago');
    expect(formatAgo('2026-11-21T12:00:00Z', now)).toBe('yesterday');
    // A clock that is a little behind must not make a run of the future.
    expect(formatAgo('2026-11-22T12:00:10Z', now)).toBe('just now');
  });
});

describe('what a schema says', () => {
  it('stands as a sentence', () => {
    expect(asSentence('must not be empty')).toBe('Must not be empty');
    expect(asSentence('')).toBe('');
    expect(joinSentences('One', 'Two.', 'Three?')).toBe('One. Two. Three?');
  });
});

import { expect, test } from 'vitest';
import { snapshotWarning, snapshotWarnings } from '../../electron/contract/snapshot-age.ts';

const MINUTE = 60_000;

test.each([
  [0, 0],
  [30 * MINUTE - 1, 0],
  [30 * MINUTE, 1],
  [60 * MINUTE - 1, 1],
  [60 * MINUTE, 2],
  [119 * MINUTE, 2],
  [120 * MINUTE, 3],
  [24 * 60 * MINUTE, 6],
])('after %d ms there have been %d warnings', (heldMs, count) => {
  expect(snapshotWarnings(heldMs)).toBe(count);
});

test('the warning says how long, and what it does to the server', () => {
  expect(snapshotWarning(MINUTE)).toBeUndefined();
  expect(snapshotWarning(31 * MINUTE)).toMatch(/held for 31 minutes.*vacuum.*bloat/);
  expect(snapshotWarning(150 * MINUTE)).toMatch(/held for 2 hours/);
});

/** The file that a server has for each timeline but the first. */
import { expect, test } from 'vitest';
import { parseTimelineHistory } from '../../electron/engine/postgres/timeline-history.ts';

test('each line is a timeline and where it was left; comments and reasons are not read', () => {
  const text =
    '# by hand\n1\t0/3000148\tno recovery target specified\n\n2\t16/B374D848\tbefore 2026-11-22 3\t0/1\n';
  expect(parseTimelineHistory(text)).toEqual([
    { timeline: 1, at: 0x3000148n },
    { timeline: 2, at: 0x16b374d848n },
  ]);
});

import { expect, test } from 'vitest';
import { isDead, type Activity } from '../../electron/engine/postgres/silence-watch.ts';

test.each<[Activity | undefined, Activity, boolean]>([
  [undefined, 'gone', true],
  ['unknown', 'gone', true],
  // A server that waits for us once may have been looked at in a busy moment.
  [undefined, 'blocked', false],
  ['unknown', 'blocked', false],
  ['blocked', 'blocked', true],
  // A query that takes its time, a server that cannot be asked, or another server behind the same name.
  ['blocked', 'unknown', false],
  ['unknown', 'unknown', false],
])('after %s, %s: dead %s', (before, now, dead) => {
  expect(isDead(before, now)).toBe(dead);
});

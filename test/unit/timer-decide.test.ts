/** When timers of jobs are due: sleep, overlap, a clock that is set, and the two days a year that are not 24 hours. */
import { describe, expect, test } from 'vitest';
import type { JobTimer } from '../../electron/contract/saved-job.ts';
import { decideTimer, nextMoment, type TimerFacts } from '../../electron/engine/saved-jobs/decide-timer.ts';
import { momentOf, wallTimeOf } from '../../electron/engine/saved-jobs/local-time.ts';

const BERLIN = 'Europe/Berlin';
const quarter: JobTimer = { kind: 'every', minutes: 15 };
const daily = (at: string): JobTimer => ({ kind: 'daily', at });

function facts(when: JobTimer, since: string, handledUpTo = since): TimerFacts {
  return { when, since: new Date(since), handledUpTo: new Date(handledUpTo) };
}

/** The decision in one line. */
function decided(timer: TimerFacts, now: string, { zone = BERLIN, running = false } = {}): string {
  const decision = decideTimer(timer, new Date(now), zone, running);
  return decision.kind === 'wait'
    ? `wait until ${decision.until.toISOString()}`
    : `${decision.kind} for ${decision.due.toISOString()}, ${decision.missed} missed`;
}

describe('every so many minutes', () => {
  const since = '2026-03-01T10:00:00.000Z';
  test.each([
    ['just set', since, '2026-03-01T10:00:00Z', 'wait until 2026-03-01T10:15:00.000Z'],
    ['a moment too early', since, '2026-03-01T10:14:59.999Z', 'wait until 2026-03-01T10:15:00.000Z'],
    ['on time', since, '2026-03-01T10:15:00Z', 'run for 2026-03-01T10:15:00.000Z, 0 missed'],
    ['a little late', since, '2026-03-01T10:15:09Z', 'run for 2026-03-01T10:15:00.000Z, 0 missed'],
    ['dealt with', '2026-03-01T10:15:00.000Z', '2026-03-01T10:15:09Z', 'wait until 2026-03-01T10:30:00.000Z'],
    [
      'after a night asleep: once',
      since,
      '2026-03-01T18:07:00Z',
      'run for 2026-03-01T18:00:00.000Z, 31 missed',
    ],
    [
      'after a year with the app closed: once',
      since,
      '2027-03-01T10:07:00Z',
      'run for 2027-03-01T10:00:00.000Z, 35039 missed',
    ],
    [
      'a clock that was set back does not keep it waiting',
      '2026-03-01T20:00:00.000Z',
      '2026-03-01T10:20:00Z',
      'wait until 2026-03-01T10:30:00.000Z',
    ],
    [
      'a clock before the timer was set',
      since,
      '2026-02-27T10:00:00Z',
      'wait until 2026-03-01T10:15:00.000Z',
    ],
  ])('%s', (_, handled, now, expected) => {
    expect(decided(facts(quarter, since, handled), now)).toBe(expected);
  });

  test('is skipped while a run of the job goes on, and said so by the decision', () => {
    expect(decided(facts(quarter, since), '2026-03-01T10:45:00Z', { running: true })).toBe(
      'skip for 2026-03-01T10:45:00.000Z, 2 missed',
    );
  });

  test('knows nothing of summer time: the distance stays', () => {
    const timer = facts({ kind: 'every', minutes: 60 }, '2026-03-29T00:30:00.000Z');
    expect(decided(timer, '2026-03-29T01:30:00Z')).toBe('run for 2026-03-29T01:30:00.000Z, 0 missed');
  });
});

describe('daily', () => {
  test.each([
    [
      'later today',
      '06:30',
      '2026-01-10T04:00:00Z',
      '2026-01-10T04:10:00Z',
      'wait until 2026-01-10T05:30:00.000Z',
    ],
    [
      'tomorrow',
      '06:30',
      '2026-01-10T06:00:00Z',
      '2026-01-10T06:10:00Z',
      'wait until 2026-01-11T05:30:00.000Z',
    ],
    [
      'on time',
      '06:30',
      '2026-01-10T04:00:00Z',
      '2026-01-10T05:30:00Z',
      'run for 2026-01-10T05:30:00.000Z, 0 missed',
    ],
    [
      'three days asleep: once, for the last of them',
      '06:30',
      '2026-01-10T04:00:00Z',
      '2026-01-12T22:00:00Z',
      'run for 2026-01-12T05:30:00.000Z, 2 missed',
    ],
    [
      'the night when clocks go forward: 02:30 is 03:30',
      '02:30',
      '2026-03-28T12:00:00Z',
      '2026-03-29T01:31:00Z',
      'run for 2026-03-29T01:30:00.000Z, 0 missed',
    ],
    [
      'the night when clocks go back: the first 02:30',
      '02:30',
      '2026-10-24T12:00:00Z',
      '2026-10-25T00:30:00Z',
      'run for 2026-10-25T00:30:00.000Z, 0 missed',
    ],
    [
      'and not the second one',
      '02:30',
      '2026-10-25T00:30:00Z',
      '2026-10-25T01:30:00Z',
      'wait until 2026-10-26T01:30:00.000Z',
    ],
  ])('%s', (_, at, handled, now, expected) => {
    expect(decided(facts(daily(at), handled), now)).toBe(expected);
  });

  test('follows the clock on the wall of wherever the laptop is', () => {
    const timer = facts(daily('09:00'), '2026-05-31T22:00:00Z');
    expect(decided(timer, '2026-06-01T00:30:00Z', { zone: 'Asia/Tokyo' })).toContain(
      '2026-06-01T00:00:00.000Z',
    );
    expect(decided(timer, '2026-06-01T06:00:00Z', { zone: BERLIN })).toBe(
      'wait until 2026-06-01T07:00:00.000Z',
    );
  });

  test.each([
    'Europe/Berlin',
    'America/Sao_Paulo',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'Pacific/Apia',
    'UTC',
  ])('comes on each day of two years exactly once, in %s', (zone) => {
    let at = new Date('2025-12-31T23:59:00Z');
    const days = new Set<string>();
    for (let day = 0; day < 730; day++) {
      const next = nextMoment({ when: daily('02:15'), since: at }, at, zone);
      expect(next > at).toBe(true);
      const { year, month, day: date } = wallTimeOf(next, zone);
      days.add(`${year}-${month}-${date}`);
      at = next;
    }
    expect(days.size).toBe(730);
  });
});

test.each([
  ['2026-03-29 02:30 does not exist', { year: 2026, month: 3, day: 29, hour: 2, minute: 30 }, '01:30'],
  ['2026-10-25 02:30 comes twice', { year: 2026, month: 10, day: 25, hour: 2, minute: 30 }, '00:30'],
  ['an ordinary summer day', { year: 2026, month: 7, day: 1, hour: 12, minute: 0 }, '10:00'],
])('the moment of a time in Berlin: %s', (_, wall, utc) => {
  expect(momentOf(wall, BERLIN).toISOString()).toContain(`T${utc}:00`);
});

/** When a timer is due, and what is done then. Pure: the clock, the zone and what is running are passed in. */
import type { JobTimer } from '../../contract/saved-job.ts';
import { momentOf, wallTimeOf } from './local-time.ts';

/** A timer, and how far it has been looked after. */
export interface TimerFacts {
  readonly when: JobTimer;
  /** When it was set: `every` counts from here. */
  readonly since: Date;
  /** Moments up to this one have been dealt with. */
  readonly handledUpTo: Date;
}

/** `run` and `skip` are about the latest of the moments that have passed; `missed` counts those before it. */
export type TimerDecision =
  | { readonly kind: 'wait'; readonly until: Date }
  | { readonly kind: 'run' | 'skip'; readonly due: Date; readonly missed: number };

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Days that are looked back on: nobody asks how many runs were missed in the years before. */
const DAYS_MAX = 400;

/**
 * What a timer wants now. Moments that passed while the computer slept, or the app was closed, are made up for by one
 * run: an incremental job takes all that has come since. Where a run of the job still goes on, the moment is skipped.
 */
export function decideTimer(facts: TimerFacts, now: Date, zone: string, running: boolean): TimerDecision {
  const passed = passedMoments(facts, now, zone);
  if (passed === undefined) return { kind: 'wait', until: nextMoment(facts, now, zone) };
  return { kind: running ? 'skip' : 'run', ...passed };
}

/** The first moment after now. */
export function nextMoment(
  { when, since }: Pick<TimerFacts, 'when' | 'since'>,
  now: Date,
  zone: string,
): Date {
  if (when.kind === 'every') {
    const period = when.minutes * MINUTE_MS;
    const past = Math.floor((now.getTime() - since.getTime()) / period);
    return new Date(since.getTime() + (Math.max(0, past) + 1) * period);
  }
  const ahead = [0, 1, 2].map((days) => dailyMoment(when.at, now, days, zone));
  return ahead.find((moment) => moment > now) ?? dailyMoment(when.at, now, 3, zone);
}

function passedMoments(
  { when, since, handledUpTo }: TimerFacts,
  now: Date,
  zone: string,
): { readonly due: Date; readonly missed: number } | undefined {
  // A clock that was set back must not keep the timer waiting until it has caught up.
  const from = new Date(Math.min(handledUpTo.getTime(), now.getTime()));
  if (when.kind === 'every') {
    const period = when.minutes * MINUTE_MS;
    const index = (moment: Date) => Math.max(0, Math.floor((moment.getTime() - since.getTime()) / period));
    const count = index(now) - index(from);
    if (count <= 0) return undefined;
    return { due: new Date(since.getTime() + index(now) * period), missed: count - 1 };
  }
  const passed: Date[] = [];
  for (let days = 0; days > -DAYS_MAX; days--) {
    const moment = dailyMoment(when.at, now, days, zone);
    if (moment <= from) break;
    if (moment <= now) passed.push(moment);
  }
  const [due] = passed;
  return due === undefined ? undefined : { due, missed: passed.length - 1 };
}

/** The moment of a time of day, some days from the one that `now` lies in. */
function dailyMoment(at: string, now: Date, days: number, zone: string): Date {
  const [hour = 0, minute = 0] = at.split(':').map(Number);
  const today = wallTimeOf(now, zone);
  const date = new Date(Date.UTC(today.year, today.month - 1, today.day) + days * DAY_MS);
  return momentOf(
    { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate(), hour, minute },
    zone,
  );
}

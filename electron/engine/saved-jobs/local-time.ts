/** Times of day in a time zone, which the platform knows only in the other direction. */

/** What a clock on the wall shows. `month` is from 1. */
export interface WallTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

const DAY_MS = 86_400_000;

/**
 * The moment when the clocks of a zone show this. A time that comes twice, when clocks go back, is the first of the two.
 * One that never comes, when they go forward, is as long after the change as it would have been without it: half past
 * two is half past three. @param zone IANA name, such as `Europe/Berlin`
 */
export function momentOf(wall: WallTime, zone: string): Date {
  const asUtc = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute);
  // No zone changes its clocks twice within two days.
  const before = offsetMs(new Date(asUtc - DAY_MS), zone);
  const after = offsetMs(new Date(asUtc + DAY_MS), zone);
  const moments = [asUtc - before, asUtc - after].toSorted((a, b) => a - b);
  const shown = moments.find((moment) => moment + offsetMs(new Date(moment), zone) === asUtc);
  return new Date(shown ?? asUtc - before);
}

/** What the clocks of a zone show at a moment. */
export function wallTimeOf(moment: Date, zone: string): WallTime {
  const local = new Date(moment.getTime() + offsetMs(moment, zone));
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
  };
}

/** Milliseconds that the clocks of a zone are ahead of UTC. */
function offsetMs(moment: Date, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(moment);
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((each) => each.type === type)?.value ?? 0);
  const local = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return local - Math.floor(moment.getTime() / 1_000) * 1_000;
}

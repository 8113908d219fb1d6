const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const timeOfDay = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const dayAndTime = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** A point in time in the local time zone: `22 Nov 2026, 10:30:00`. */
export function formatMoment(iso: string): string {
  return moment.format(new Date(iso));
}

/** The time of day alone, for lines of a log: `10:30:00`. */
export function formatTime(iso: string): string {
  return timeOfDay.format(new Date(iso));
}

/** How long ago, for lists: `just now`, `5 minutes ago`, `yesterday`; after a week the date. */
export function formatAgo(iso: string, now: number): string {
  const then = new Date(iso).getTime();
  const minutes = Math.round((now - then) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return relative.format(-minutes, 'minute');
  const hours = Math.round(minutes / 60);
  if (hours < 24) return relative.format(-hours, 'hour');
  const days = Math.round(hours / 24);
  return days <= 7 ? relative.format(-days, 'day') : dayAndTime.format(new Date(then));
}

/** Jobs and their timers in words. */
import type { JobTimer, SavedJob, TimerTick } from '../../../electron/contract/saved-job.ts';
import { countOf } from '../../format/counts.ts';
import { formatMoment } from '../../format/dates.ts';

export function timerText(when: JobTimer): string {
  if (when.kind === 'daily') return `daily at ${when.at}`;
  const { minutes } = when;
  if (minutes === 1) return 'every minute';
  if (minutes % 1_440 === 0) return minutes === 1_440 ? 'every day' : `every ${minutes / 1_440} days`;
  if (minutes % 60 === 0) return minutes === 60 ? 'every hour' : `every ${minutes / 60} hours`;
  return `every ${minutes} minutes`;
}

/** What the timer did last; undefined where there is nothing to tell. */
export function tickText(tick: TimerTick | null): string | undefined {
  if (tick === null) return undefined;
  const missed = tick.missed === 0 ? '' : `, for ${countOf(tick.missed + 1, 'time')} that had passed`;
  switch (tick.outcome) {
    case 'started':
      return `Started a run at ${formatMoment(tick.at)}${missed}.`;
    case 'skipped':
      return `Skipped at ${formatMoment(tick.at)}: ${tick.reason ?? 'a run was going on'}.`;
    case 'refused':
      return `Could not start a run at ${formatMoment(tick.at)}: ${tick.reason ?? 'nobody knows why'}.`;
  }
}

/** `Shop · public.orders`. */
export function sourceText({ spec: { source, selection } }: SavedJob): string {
  const from =
    'profile' in source ? source.profile : `${source.settings.database} at ${source.settings.host}`;
  if ('query' in selection) return `${from} · a query`;
  const { schema, name } = selection.table;
  return `${from} · ${schema === undefined ? name : `${schema}.${name}`}`;
}

export function destinationText({ spec: { destination } }: SavedJob): string {
  if ('profile' in destination) return destination.profile;
  return 'folder' in destination
    ? destination.folder
    : `s3://${destination.s3.bucket}/${destination.s3.prefix}`;
}

export function modeText({ spec: { mode, watermark } }: SavedJob): string {
  return mode === 'full' || watermark === undefined
    ? 'All rows'
    : `New by ${watermark.column}${watermark.mode === 'exact' ? '' : `, ${watermark.mode}`}`;
}

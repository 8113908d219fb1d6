/** Captures in words, and what can be done with one. Pure. */
import type { CaptureFormat } from '../../../electron/contract/capture-spec.ts';
import type {
  CapturePhase,
  CaptureStatus,
  TableProgress,
} from '../../../electron/contract/capture-status.ts';
import type { DestinationRef, SourceRef } from '../../../electron/contract/extract-spec.ts';
import { formatBytes } from '../../format/bytes.ts';
import { countOf, formatCount } from '../../format/counts.ts';
import { formatDuration } from '../../format/durations.ts';

export const FORMAT_NAMES: Readonly<Record<CaptureFormat, string>> = {
  jsonl: 'JSON Lines, Debezium’s envelope',
  flat: 'JSON Lines, flat',
  parquet: 'Parquet',
};

/** True where no process works on it, and the last one has left it in an end. */
export function hasEnded({ process, phase }: Pick<CaptureStatus, 'process' | 'phase'>): boolean {
  return process === null && (phase === 'stopped' || phase === 'failed');
}

/** What can be done with a capture now, in the order of the buttons. */
export type CaptureAction = 'start' | 'resnapshot' | 'pause' | 'resume' | 'stop';

/** Errors after which only a new slot, and all rows again, make the history whole. */
const BROKEN_SLOT: ReadonlySet<string> = new Set([
  'SLOT_MISSING',
  'SLOT_GAP',
  'SLOT_LOST',
  'SLOT_PREPARED_LOST',
]);

/** True where changes are missing that nobody has any more. */
export function needsResnapshot({ phase, lastError }: Pick<CaptureStatus, 'phase' | 'lastError'>): boolean {
  return phase === 'failed' && lastError !== null && BROKEN_SLOT.has(lastError.error.code);
}

const AT_WORK: Readonly<Record<CapturePhase, readonly CaptureAction[]>> = {
  starting: ['stop'],
  snapshot: ['pause', 'stop'],
  streaming: ['pause', 'stop'],
  waiting: ['pause', 'stop'],
  paused: ['resume', 'stop'],
  stopping: [],
  stopped: [],
  failed: [],
};

export function actionsOf(
  status: Pick<CaptureStatus, 'process' | 'phase' | 'lastError'>,
): readonly CaptureAction[] {
  if (!hasEnded(status)) return AT_WORK[status.phase];
  return [needsResnapshot(status) ? 'resnapshot' : 'start'];
}

/** Where it goes on from, or why that does not go; undefined while somebody works on it. */
export function restartText(
  status: Pick<CaptureStatus, 'process' | 'phase' | 'lastError' | 'marks' | 'sequence'>,
): string | undefined {
  if (!hasEnded(status)) return undefined;
  if (needsResnapshot(status))
    return 'Its history cannot go on from the checkpoint: changes are missing. Reading all tables again mends it, with what they have then.';
  const { durable } = status.marks;
  if (durable === null || status.sequence === 0)
    return 'It has not begun: Start makes the slot, reads the tables, and goes on with their changes.';
  return `Start goes on from the checkpoint, ${durable}. Until then its slot holds WAL on the server.`;
}

/** `1.2 MB, 3.4 s`; undefined where nobody knows. */
export function lagText({
  lagBytes,
  lagSeconds,
}: Pick<CaptureStatus, 'lagBytes' | 'lagSeconds'>): string | undefined {
  const parts = [
    ...(lagBytes === null ? [] : [formatBytes(lagBytes)]),
    ...(lagSeconds === null ? [] : [secondsText(lagSeconds)]),
  ];
  return parts.length === 0 ? undefined : parts.join(', ');
}

export function secondsText(seconds: number): string {
  return formatDuration(seconds * 1_000);
}

/** Changes a second: a slow stream is not none. */
export function changesText(perSecond: number): string {
  return perSecond > 0 && perSecond < 10 ? `${perSecond.toFixed(1)}/s` : `${formatCount(perSecond)}/s`;
}

export function captureSourceText(source: SourceRef): string {
  return 'profile' in source ? source.profile : `${source.settings.database} at ${source.settings.host}`;
}

export function captureDestinationText(destination: DestinationRef): string {
  if ('profile' in destination) return destination.profile;
  return 'folder' in destination
    ? destination.folder
    : `s3://${[destination.s3.bucket, destination.s3.prefix].filter((part) => part !== '').join('/')}`;
}

/** `public.Orders, public.Customers and 3 more`. */
export function tablesText({ spec, publication }: Pick<CaptureStatus, 'spec' | 'publication'>): string {
  const { tables } = spec;
  if (tables === undefined) return `the tables of the publication ${publication}`;
  const shown = tables.slice(0, 3).map(({ schema, name }) => `${schema}.${name}`);
  const more = tables.length - shown.length;
  return more === 0 ? shown.join(', ') : `${shown.join(', ')} and ${formatCount(more)} more`;
}

/** How far the snapshot of one table is. */
export function readingText({ done, all, rows, paused }: TableProgress): string {
  const waits = paused === true ? ', waits' : '';
  return `${formatCount(done)} of ${countOf(all, 'range')}, ${countOf(rows, 'row')}${waits}`;
}

/** How far the snapshot is; undefined where there is none to read. */
export function snapshotText({ done, all, rows }: CaptureStatus['snapshotTables']): string | undefined {
  if (all === 0) return undefined;
  return `${formatCount(done)} of ${countOf(all, 'table')}, ${countOf(rows, 'row')}`;
}

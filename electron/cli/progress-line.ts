/** The line that a person sees while a run goes on. Pure: the picture in, the text out. */
import type { RunProgress } from '../contract/run.ts';
import { formatBytes, formatCount, formatDuration } from './amounts.ts';
import { cutToWidth } from './text-width.ts';

const BAR_WIDTH = 24;

const PHASE_WORDS = {
  connect: 'Connecting',
  plan: 'Planning',
  transfer: 'Extracting',
  finalize: 'Verifying',
} as const satisfies Record<RunProgress['phase'], string>;

/** What a phase is called. */
export function phaseWord(phase: RunProgress['phase']): string {
  return PHASE_WORDS[phase];
}

/** `Extracting [######      ] 25%  1.2 M rows  80.1 MB  40.0 MB/s  3 s left`, in at most `columns` characters. */
export function progressLine(progress: RunProgress, columns: number): string {
  const { phase, rows, bytesEncoded, elapsedMs } = progress;
  const share = shareOf(progress);
  const parts = [
    share === undefined
      ? phaseWord(phase)
      : `${phaseWord(phase)} ${bar(share)} ${String(Math.floor(share * 100)).padStart(2)}%`,
    `${formatCount(rows)} rows`,
    formatBytes(bytesEncoded),
  ];
  if (elapsedMs > 0) parts.push(`${formatBytes((bytesEncoded / elapsedMs) * 1_000)}/s`);
  const left = msLeft(progress, share);
  if (left !== undefined) parts.push(`${formatDuration(left)} left`);
  return cutToWidth(parts.join('  '), columns);
}

/** From 0 to 1; undefined where the planner has no estimate. Never 1: an estimate cannot say that the end is reached. */
function shareOf({ rows, estimatedRows }: RunProgress): number | undefined {
  if (estimatedRows === null || estimatedRows <= 0) return undefined;
  return Math.min(rows / estimatedRows, 0.99);
}

function msLeft({ phase, elapsedMs, rows }: RunProgress, share: number | undefined): number | undefined {
  // In the first second the rate says nothing, and at 99 % the estimate was too low.
  if (phase !== 'transfer' || share === undefined || share >= 0.99 || rows === 0 || elapsedMs < 1_000) {
    return undefined;
  }
  return elapsedMs * (1 / share - 1);
}

function bar(share: number): string {
  const full = Math.round(share * BAR_WIDTH);
  return `[${'#'.repeat(full)}${' '.repeat(BAR_WIDTH - full)}]`;
}

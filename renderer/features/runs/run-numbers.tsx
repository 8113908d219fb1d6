import { Progress } from '@mantine/core';
import { isActive, type Run } from '../../../electron/contract/run.ts';
import { formatBytes, formatRate } from '../../format/bytes.ts';
import { formatCount, formatEstimate } from '../../format/counts.ts';
import { formatClock, formatDuration } from '../../format/durations.ts';
import { remainingMs, shareOf, speedOf, type Sample } from '../../state/run-speed.ts';
import { bytesOf, elapsedMs, rowsOf } from './run-facts.ts';

export interface RunNumbersProps {
  readonly run: Run;
  readonly samples: readonly Sample[];
  readonly now: number;
}

/** The numbers of a run: rows, bytes, speed, time. */
export function RunNumbers({ run, samples, now }: RunNumbersProps) {
  const { progress } = run;
  const active = isActive(run.state);
  const elapsed = elapsedMs(run, now);
  const rows = rowsOf(run);
  const bytes = bytesOf(run);
  const paused = run.state.tag === 'running' && run.state.paused === true;
  const speed = active ? (paused ? undefined : speedOf(samples)) : overall(run, elapsed);
  const left = active && progress !== null ? remainingMs(progress, speed) : undefined;
  const estimate = progress?.estimatedRows ?? null;
  const share = progress === null ? undefined : shareOf(progress);
  return (
    <>
      <dl className="run-numbers">
        <Figure
          name={run.state.tag === 'succeeded' ? 'Rows' : 'Rows read'}
          value={rows === undefined ? '–' : formatCount(rows)}
          note={active && estimate !== null ? `of about ${formatCount(estimate)}` : ''}
        />
        <Figure
          name={run.state.tag === 'succeeded' ? 'Written' : 'Uploaded'}
          value={bytes === undefined ? '–' : formatBytes(bytes)}
          note={progress === null ? '' : `${formatBytes(progress.bytesRead)} read`}
        />
        <Figure
          name="Speed"
          value={speed === undefined ? '–' : formatRate(speed.bytesPerSecond)}
          note={speed === undefined ? '' : `${formatEstimate(speed.rowsPerSecond)} rows/s`}
        />
        <Figure name="Elapsed" value={active ? formatClock(elapsed) : formatDuration(elapsed)} note="" />
        {active && (
          <Figure
            name="Remaining"
            value={left === undefined ? '–' : `about ${formatClock(left)}`}
            note={estimate === null ? 'total not known' : ''}
          />
        )}
      </dl>
      {active && (
        <Progress
          aria-label="Rows read"
          size="sm"
          value={share === undefined ? 100 : share * 100}
          animated={share === undefined && !paused}
          striped={share === undefined}
        />
      )}
    </>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly note: string;
}

function Figure({ name, value, note }: FigureProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value}
        <small>{note}</small>
      </dd>
    </div>
  );
}

/** The mean of a run that has ended. */
function overall({ progress }: Run, elapsed: number) {
  if (progress === null || elapsed <= 0) return undefined;
  const seconds = elapsed / 1_000;
  return { rowsPerSecond: progress.rows / seconds, bytesPerSecond: progress.bytesRead / seconds };
}

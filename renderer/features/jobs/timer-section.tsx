import { Button, Group } from '@mantine/core';
import type { JobTimer, SavedJob } from '../../../electron/contract/saved-job.ts';
import { formatMoment } from '../../format/dates.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { timerText } from './job-words.ts';
import { useTimer } from './use-timer.ts';

export interface TimerSectionProps {
  readonly job: SavedJob;
  /** What was typed; undefined while it is no time. */
  readonly when: JobTimer | undefined;
}

/** The timer that runs a job while the app is open: set, changed, taken off. */
export function TimerSection({ job, when }: TimerSectionProps) {
  const { busy, error, set } = useTimer(job.name);
  const { timer } = job;
  const same = JSON.stringify(timer?.when) === JSON.stringify(when);
  return (
    <section className="schedule-part" aria-label="In the app">
      <h3>By Sluice, while it is open</h3>
      <p className="faint">
        Times that pass while the computer sleeps or Sluice is closed are made up for by one run. While a run
        still goes on, the next one is skipped.
      </p>
      <Group gap="sm">
        {timer === null ? (
          <span>No timer is set.</span>
        ) : (
          <span>
            Runs <strong>{timerText(timer.when)}</strong>, next {formatMoment(timer.nextAt)}.
          </span>
        )}
        <Button
          size="compact-sm"
          variant={timer === null ? 'filled' : 'default'}
          loading={busy}
          disabled={when === undefined || same}
          onClick={() => set(when ?? null)}
        >
          {timer === null ? 'Set the timer' : 'Change the timer'}
        </Button>
        {timer !== null && (
          <Button size="compact-sm" variant="subtle" color="red" loading={busy} onClick={() => set(null)}>
            Take it off
          </Button>
        )}
      </Group>
      {error !== undefined && <ErrorNotice error={error} title="The timer could not be changed" />}
    </section>
  );
}

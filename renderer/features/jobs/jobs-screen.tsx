import './jobs.css';
import '../runs/runs.css';
import { ActionIcon } from '@mantine/core';
import { IconFileText, IconPlayerPlay } from '@tabler/icons-react';
import { useEffect } from 'react';
import type { Run } from '../../../electron/contract/run.ts';
import type { SavedJob } from '../../../electron/contract/saved-job.ts';
import { formatAgo, formatMoment } from '../../format/dates.ts';
import { useApp } from '../../state/app-context.ts';
import { formatRoute, navigate } from '../../state/route.ts';
import { newestFirst } from '../../state/runs-store.ts';
import { useStore } from '../../state/store.ts';
import { useCall } from '../../state/use-call.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { Notice } from '../../ui/notice.tsx';
import { TableHead } from '../../ui/table-head.tsx';
import { useNow } from '../../ui/use-now.ts';
import { RunStateLabel } from '../runs/run-state.tsx';
import { destinationText, modeText, sourceText, timerText } from './job-words.ts';
import { useRunJob } from './use-run-job.ts';

const COLUMNS = [
  'Job',
  'Source',
  'Destination',
  'Rows',
  'Timer',
  'Last run',
  { name: 'Actions', hidden: true },
] as const;

/** Saved jobs: what each does, when it runs, and how its last run ended. */
export function JobsScreen() {
  const { savedJobs, runs } = useApp();
  const state = useStore(savedJobs);
  const known = useStore(runs);
  const history = useCall('runs.list', { limit: 1_000 });
  useEffect(() => {
    if (history.state.status === 'ready') runs.put(history.state.value.runs);
  }, [runs, history.state]);
  const now = useNow(30_000);
  const byTime = [...known.runs.values()].sort(newestFirst);
  const jobs = state.status === 'ready' ? state.value.jobs : [];
  const broken = state.status === 'ready' ? state.value.broken : [];
  return (
    <div className="runs jobs">
      <header className="runs-head">
        <h1>Jobs</h1>
      </header>
      {state.status === 'failed' && (
        <ErrorNotice
          error={state.error}
          title="The jobs could not be read"
          onRetry={() => void savedJobs.reload()}
        />
      )}
      {broken.map(({ file, problem }) => (
        <Notice key={file} tone="warning" title={`${file} is no job`}>
          <p>{problem}</p>
        </Notice>
      ))}
      {state.status === 'ready' && jobs.length === 0 ? (
        <EmptyState icon={<IconFileText size={40} stroke={1.4} />} title="No saved jobs yet">
          <p>
            Choose a table, <strong>Extract to S3</strong>, then <strong>Save job</strong>. A saved job is run
            again with one click, by a timer, or by any scheduler.
          </p>
        </EmptyState>
      ) : (
        <div className="runs-scroll">
          {jobs.length > 0 && (
            <table className="table is-long runs-table jobs-table" aria-label="Jobs">
              <TableHead columns={COLUMNS} />
              <tbody>
                {jobs.map((job) => (
                  <JobRow
                    key={job.name}
                    job={job}
                    now={now}
                    last={byTime.find((run) => run.spec.name === job.name)}
                  />
                ))}
              </tbody>
            </table>
          )}
        </div>
      )}
    </div>
  );
}

interface JobRowProps {
  readonly job: SavedJob;
  readonly last: Run | undefined;
  readonly now: number;
}

function JobRow({ job, last, now }: JobRowProps) {
  const route = { screen: 'job', name: job.name } as const;
  const { busy, run } = useRunJob(job);
  return (
    <tr onClick={() => navigate(route)}>
      <td title={`${job.name}\n${job.file}`}>
        <a href={formatRoute(route)} onClick={(event) => event.stopPropagation()}>
          {job.name}
        </a>
      </td>
      <td title={sourceText(job)}>{sourceText(job)}</td>
      <td title={destinationText(job)}>{destinationText(job)}</td>
      <td title={modeText(job)}>{modeText(job)}</td>
      <td title={job.timer === null ? undefined : `Next: ${formatMoment(job.timer.nextAt)}`}>
        {job.timer === null ? <span className="faint">none</span> : timerText(job.timer.when)}
      </td>
      <td>
        {last === undefined ? (
          <span className="faint">never</span>
        ) : (
          <span className="jobs-last" title={formatMoment(last.startedAt)}>
            <RunStateLabel state={last.state} />
            <span className="faint">{formatAgo(last.startedAt, now)}</span>
          </span>
        )}
      </td>
      <td className="jobs-actions" onClick={(event) => event.stopPropagation()}>
        <ActionIcon variant="default" size="sm" aria-label={`Run ${job.name}`} loading={busy} onClick={run}>
          <IconPlayerPlay size={13} />
        </ActionIcon>
      </td>
    </tr>
  );
}

import './jobs.css';
import '../runs/runs.css';
import { Button, Loader } from '@mantine/core';
import { IconCalendarTime, IconPlayerPlay } from '@tabler/icons-react';
import { useEffect } from 'react';
import type { SavedJob } from '../../../electron/contract/saved-job.ts';
import { useApp } from '../../state/app-context.ts';
import { openDialog } from '../../state/dialogs.ts';
import { formatRoute } from '../../state/route.ts';
import { newestFirst } from '../../state/runs-store.ts';
import { useStore } from '../../state/store.ts';
import { useCall } from '../../state/use-call.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { RunsTable } from '../runs/runs-table.tsx';
import { SpecSection } from '../runs/spec-section.tsx';
import { JobMenu } from './job-menu.tsx';
import { destinationText, sourceText, tickText, timerText } from './job-words.ts';
import { formatMoment } from '../../format/dates.ts';
import { StateSection } from './state-section.tsx';
import { useEditJob } from './use-edit-job.ts';
import { useRunJob } from './use-run-job.ts';

/** One saved job: run it, change it, say when it runs, see how far it is. */
export function JobScreen({ name }: { readonly name: string }) {
  const { savedJobs } = useApp();
  const state = useStore(savedJobs);
  if (state.status === 'loading') {
    return (
      <div className="shell-waiting">
        <Loader size="sm" aria-label="Reading the job" />
      </div>
    );
  }
  if (state.status === 'failed') {
    return <ErrorNotice error={state.error} onRetry={() => void savedJobs.reload()} />;
  }
  const job = state.value.jobs.find((each) => each.name === name);
  if (job === undefined) {
    return (
      <div className="shell-waiting">
        <p className="faint">
          There is no saved job “{name}” any more. <a href={formatRoute({ screen: 'jobs' })}>All jobs</a>
        </p>
      </div>
    );
  }
  return <Job job={job} />;
}

function Job({ job }: { readonly job: SavedJob }) {
  const { busy, run } = useRunJob(job);
  const edit = useEditJob(job);
  return (
    <div className="run job">
      <div className="run-inner">
        <header className="run-top">
          <div className="run-title">
            <h1>{job.name}</h1>
            <p>
              {sourceText(job)} to {destinationText(job)}
            </p>
            <p className="job-file">
              <code title={job.file}>{job.file}</code>
              <CopyButton text={job.file} label="Copy the path of the job file" />
            </p>
          </div>
          <Button
            variant="default"
            leftSection={<IconCalendarTime size={16} />}
            onClick={() => openDialog({ kind: 'schedule', job })}
          >
            Schedule…
          </Button>
          <Button leftSection={<IconPlayerPlay size={16} />} loading={busy} onClick={run}>
            Run now
          </Button>
          <JobMenu job={job} edit={edit} />
        </header>
        <TimerLine job={job} />
        {edit.refusal !== undefined && <p className="faint">{edit.refusal}</p>}
        {job.spec.mode === 'incremental' && <StateSection job={job} />}
        <JobRuns job={job} />
        <SpecSection spec={job.spec} />
      </div>
    </div>
  );
}

function TimerLine({ job: { timer } }: { readonly job: SavedJob }) {
  if (timer === null) {
    return <p className="faint">No timer: it runs when somebody, or a scheduler, runs it.</p>;
  }
  const last = tickText(timer.last);
  const trouble = timer.last?.outcome === 'refused';
  return (
    <p className="job-timer">
      Runs <strong>{timerText(timer.when)}</strong> while Sluice is open, next {formatMoment(timer.nextAt)}.
      {last !== undefined && <span className={trouble ? 'job-trouble' : 'faint'}> {last}</span>}
    </p>
  );
}

function JobRuns({ job }: { readonly job: SavedJob }) {
  const { runs } = useApp();
  const known = useStore(runs);
  const { state, retry } = useCall('runs.list', { job: job.name, limit: 50 });
  useEffect(() => {
    if (state.status === 'ready') runs.put(state.value.runs);
  }, [runs, state]);
  const mine = [...known.runs.values()].filter((run) => run.spec.name === job.name).sort(newestFirst);
  return (
    <section className="run-section" aria-label="Runs of this job">
      <h2>Runs</h2>
      {state.status === 'failed' && (
        <ErrorNotice error={state.error} title="The history could not be read" onRetry={retry} />
      )}
      {mine.length === 0 ? (
        <p className="faint">No run yet.</p>
      ) : (
        <RunsTable runs={mine.slice(0, 50)} label={`Runs of ${job.name}`} />
      )}
    </section>
  );
}

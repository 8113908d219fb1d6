import { Button, Group, Loader } from '@mantine/core';
import { IconHistoryToggle, IconRefresh } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import type { SavedJob } from '../../../electron/contract/saved-job.ts';
import {
  PROMISE_SENTENCES,
  type Trace,
  type WatermarkState,
} from '../../../electron/contract/watermark-state.ts';
import { countOf } from '../../format/counts.ts';
import { formatMoment } from '../../format/dates.ts';
import { useApp } from '../../state/app-context.ts';
import { openDialog } from '../../state/dialogs.ts';
import { useSelected } from '../../state/store.ts';
import { useCall } from '../../state/use-call.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { Notice } from '../../ui/notice.tsx';

const TRACE_SHOWN = 12;

/** How far an incremental job is, as its destination knows it, and the ways back. */
export function StateSection({ job }: { readonly job: SavedJob }) {
  const { runs } = useApp();
  const { state, retry } = useCall('watermark.get', { spec: job.spec });
  // A run that has ended has moved the position, and one that has begun holds the job.
  const changes = useSelected(runs, ({ runs: known }) =>
    [...known.values()]
      .filter((run) => run.spec.name === job.name)
      .map((run) => run.state.tag)
      .join(),
  );
  const version = `${changes} ${job.known?.at ?? ''}`;
  const shown = useRef(version);
  useEffect(() => {
    if (shown.current === version) return;
    shown.current = version;
    retry();
  }, [version, retry]);
  return (
    <section className="run-section" aria-label="State">
      <header className="job-state-head">
        <h2>State</h2>
        {state.status === 'loading' && <Loader size={13} aria-label="Reading the state" />}
      </header>
      {state.status === 'failed' && (
        <>
          <ErrorNotice error={state.error} title="The state could not be read" onRetry={retry} />
          <Known job={job} />
        </>
      )}
      {state.status === 'ready' && state.value.state === null && (
        <p>The job has never run at this destination: the next run takes all rows.</p>
      )}
      {state.status === 'ready' && state.value.state !== null && (
        <State job={job} state={state.value.state} uri={state.value.uri} />
      )}
    </section>
  );
}

/** What this computer remembers, where the destination cannot be asked. */
function Known({ job: { known } }: { readonly job: SavedJob }) {
  if (known === null) return null;
  return (
    <p className="faint">
      On {formatMoment(known.at)} it had come to <code>{known.watermark ?? 'no value yet'}</code> with run{' '}
      {known.runId}.
    </p>
  );
}

interface StateProps {
  readonly job: SavedJob;
  readonly state: WatermarkState;
  readonly uri: string;
}

function State({ job, state, uri }: StateProps) {
  const { position, claim, fenced, trace } = state;
  const last = trace.findLast((entry) => entry.kind === 'run');
  return (
    <>
      {!fenced && (
        <Notice tone="warning" title="Nothing keeps two runs of this job apart">
          <p>The endpoint ignores conditions on writes. See to it that only one schedule runs the job.</p>
        </Notice>
      )}
      {claim !== null && (
        <Notice tone="warning" title={`Run ${claim.runId} holds the job`}>
          <p>
            Process {claim.pid} on {claim.host}, since {formatMoment(claim.claimedAt)}.
          </p>
        </Notice>
      )}
      <dl className="run-spec">
        <dt>Taken so far</dt>
        <dd>
          {position === null ? (
            'Nothing: the next run takes all rows.'
          ) : (
            <code>{position.watermark ?? 'no value yet'}</code>
          )}
        </dd>
        {position !== null && (
          <>
            <dt>With</dt>
            <dd>
              run {position.runId}, {formatMoment(position.at)}
              {last !== undefined && `, ${PROMISE_SENTENCES[last.promise]}`}
            </dd>
          </>
        )}
        <dt>Kept at</dt>
        <dd>
          <code>{uri}</code>
        </dd>
      </dl>
      <Group gap="sm">
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconHistoryToggle size={15} />}
          onClick={() => openDialog({ kind: 'backfill', job })}
        >
          Backfill a range…
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          color="red"
          leftSection={<IconRefresh size={15} />}
          disabled={position === null}
          onClick={() => openDialog({ kind: 'changeJob', job, change: { kind: 'reset' } })}
        >
          Reset…
        </Button>
      </Group>
      <TraceList job={job} trace={trace} current={position?.runId} />
    </>
  );
}

interface TraceListProps {
  readonly job: SavedJob;
  readonly trace: readonly Trace[];
  /** The run that the position is of. */
  readonly current: string | undefined;
}

/** What was done to the state, newest first; a run that moved the position can be gone back to. */
function TraceList({ job, trace, current }: TraceListProps) {
  const shown = trace.toReversed().slice(0, TRACE_SHOWN);
  return (
    <ul className="job-trace" aria-label="What was done to the state">
      {shown.map((entry, index) => (
        // Two entries can be of one moment.
        <li key={`${entry.at} ${index}`}>
          <span className="faint tabular">{formatMoment(entry.at)}</span>
          <span className="job-trace-text">{traceText(entry)}</span>
          {entry.kind === 'run' && entry.pass !== 'backfill' && entry.runId !== current && (
            <Button
              size="compact-xs"
              variant="subtle"
              aria-label={`Go back to run ${entry.runId}`}
              onClick={() =>
                openDialog({ kind: 'changeJob', job, change: { kind: 'rewind', runId: entry.runId } })
              }
            >
              Go back to it…
            </Button>
          )}
        </li>
      ))}
      {trace.length > TRACE_SHOWN && (
        <li className="faint">and {countOf(trace.length - TRACE_SHOWN, 'older entry', 'older entries')}</li>
      )}
    </ul>
  );
}

function traceText(entry: Trace): string {
  switch (entry.kind) {
    case 'run': {
      const pass = { full: 'all rows', incremental: 'what was new', backfill: 'a range again' }[entry.pass];
      return `Run ${entry.runId} took ${pass}: ${countOf(entry.rows, 'row')}, ${PROMISE_SENTENCES[entry.promise]}`;
    }
    case 'rewind':
      return `Went back to run ${entry.toRunId}, by ${entry.by}`;
    case 'reset':
      return `Reset by ${entry.by}`;
    case 'takeover':
      return entry.outcome === 'adopted'
        ? `Run ${entry.runId} had died after its manifest, and counts`
        : `Run ${entry.runId} had died, and does not count`;
  }
}

import './runs.css';
import { Button, Loader } from '@mantine/core';
import { IconPlayerStop, IconRepeat } from '@tabler/icons-react';
import { useState } from 'react';
import { isActive, type Run } from '../../../electron/contract/run.ts';
import { snapshotWarning } from '../../../electron/contract/snapshot-age.ts';
import { formatMoment } from '../../format/dates.ts';
import { useApp } from '../../state/app-context.ts';
import { navigate } from '../../state/route.ts';
import type { Sample } from '../../state/run-speed.ts';
import { useSelected } from '../../state/store.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { Notice } from '../../ui/notice.tsx';
import { notifyError } from '../../ui/notify.ts';
import { useNow } from '../../ui/use-now.ts';
import { LogSection } from './log-section.tsx';
import { OutcomeSection } from './outcome-section.tsx';
import { PauseButton } from './pause-button.tsx';
import { RunNumbers } from './run-numbers.tsx';
import { RunStateLabel } from './run-state.tsx';
import { SpecSection } from './spec-section.tsx';
import { StageList } from './stage-list.tsx';
import { useRun } from './use-run.ts';

const NO_SAMPLES: readonly Sample[] = [];

const ORIGINS: Readonly<Record<Run['origin'], string>> = {
  desktop: 'the app',
  served: 'the app in a browser',
  cli: 'the command line',
};

/** One run: how far it is, what it wrote, or why it failed. */
export function RunScreen({ runId }: { readonly runId: string }) {
  const { run, log, manifest, error } = useRun(runId);
  const { runs } = useApp();
  const samples = useSelected(runs, (state) => state.samples.get(runId) ?? NO_SAMPLES);
  const now = useNow(run !== undefined && isActive(run.state) ? 250 : undefined);
  if (run === undefined) {
    return (
      <div className="shell-waiting">
        {error === undefined ? (
          <Loader size="sm" aria-label="Reading the run" />
        ) : (
          <ErrorNotice error={error} />
        )}
      </div>
    );
  }
  const { state } = run;
  return (
    <div className="run">
      <div className="run-inner">
        <header className="run-top">
          <div className="run-title">
            <h1>{run.sourceLabel}</h1>
            <p>to {run.destinationLabel}</p>
            <p>
              {run.id} · started {formatMoment(run.startedAt)} from {ORIGINS[run.origin]}
            </p>
          </div>
          <span role="status">
            <RunStateLabel state={state} />
          </span>
          <PauseButton run={run} />
          {isActive(state) ? <CancelButton run={run} /> : <RunAgainButton run={run} />}
        </header>
        <RunNumbers run={run} samples={samples} now={now} />
        <StageList run={run} />
        {isActive(state) && <SnapshotAge run={run} />}
        <OutcomeSection run={run} manifest={manifest} />
        <SpecSection spec={run.spec} />
        <LogSection log={log} />
      </div>
    </div>
  );
}

/** A snapshot that is held for long costs others something, so it is not only in the log. */
function SnapshotAge({ run }: { readonly run: Run }) {
  const warning = snapshotWarning(run.progress?.snapshotHeldMs ?? 0);
  if (warning === undefined) return null;
  const [first, ...rest] = warning.split(/(?<=\.) /);
  return (
    <Notice tone="warning" title={first}>
      <p>{rest.join(' ')}</p>
    </Notice>
  );
}

function CancelButton({ run }: { readonly run: Run }) {
  const { client } = useApp();
  const [asked, setAsked] = useState(false);
  const cancelling = asked || run.state.tag === 'cancelling';
  const cancel = () => {
    setAsked(true);
    client.call('runs.cancel', { runId: run.id }).catch((error: unknown) => {
      setAsked(false);
      notifyError('The run could not be cancelled', error);
    });
  };
  return (
    <Button
      variant="default"
      leftSection={<IconPlayerStop size={16} />}
      disabled={cancelling}
      onClick={cancel}
    >
      {cancelling ? 'Cancelling…' : 'Cancel'}
    </Button>
  );
}

function RunAgainButton({ run }: { readonly run: Run }) {
  const { client } = useApp();
  const [busy, setBusy] = useState(false);
  const start = async () => {
    setBusy(true);
    try {
      const { runId } = await client.call('jobs.start', { spec: run.spec });
      navigate({ screen: 'run', runId });
    } catch (error) {
      notifyError('The run could not be started', error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button
      variant="default"
      leftSection={<IconRepeat size={16} />}
      loading={busy}
      onClick={() => void start()}
    >
      Run again
    </Button>
  );
}

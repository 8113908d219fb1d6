import './capture.css';
import '../runs/runs.css';
import { Loader } from '@mantine/core';
import type { CaptureSample, CaptureStatus } from '../../../electron/contract/capture-status.ts';
import { formatMoment } from '../../format/dates.ts';
import { useApp } from '../../state/app-context.ts';
import { formatRoute } from '../../state/route.ts';
import { useStore } from '../../state/store.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { Notice } from '../../ui/notice.tsx';
import { CaptureActions } from './capture-actions.tsx';
import { CaptureNumbers } from './capture-numbers.tsx';
import { CapturePlot } from './capture-plot.tsx';
import {
  captureDestinationText,
  captureSourceText,
  FORMAT_NAMES,
  hasEnded,
  restartText,
  tablesText,
} from './capture-words.ts';
import { PhaseLabel } from './phase-label.tsx';
import { ReadingSection } from './reading-section.tsx';
import { SnapshotProgress } from './snapshot-progress.tsx';
import { useCaptureLook } from './use-capture-look.ts';

/** One capture: how far it is, what is the matter, and what can be done. */
export function CaptureScreen({ name }: { readonly name: string }) {
  const known = useStore(useApp().captures);
  const { look, error } = useCaptureLook(name);
  // Events are newer than the last look; what has been removed is not shown from it.
  const status = known.status === 'ready' ? known.value.get(name) : look?.status;
  if (status !== undefined) {
    return <Capture status={status} samples={look?.samples ?? []} />;
  }
  if (error !== undefined && error.code !== 'STORE_CAPTURE_NOT_FOUND') return <ErrorNotice error={error} />;
  return (
    <div className="shell-waiting">
      {known.status === 'loading' ? (
        <Loader size="sm" aria-label="Reading the capture" />
      ) : (
        <p className="faint">
          There is no capture “{name}” any more.{' '}
          <a href={formatRoute({ screen: 'captures' })}>All captures</a>
        </p>
      )}
    </div>
  );
}

interface CaptureProps {
  readonly status: CaptureStatus;
  readonly samples: readonly CaptureSample[];
}

function Capture({ status, samples }: CaptureProps) {
  const { spec, process } = status;
  const restart = restartText(status);
  const { reading = [] } = status.snapshotTables;
  return (
    <div className="run capture">
      <div className="run-inner">
        <header className="run-top">
          <div className="run-title">
            <h1>{status.name}</h1>
            <p>
              {captureSourceText(spec.source)} to {captureDestinationText(spec.destination)} ·{' '}
              {tablesText(status)}
            </p>
            <p className="capture-state" role="status">
              <PhaseLabel phase={status.phase} />
              <span>
                since {formatMoment(status.since)}
                {process !== null && !status.here && `, by process ${process.pid} on ${process.host}`}
              </span>
            </p>
          </div>
          <CaptureActions status={status} />
        </header>
        <LastError status={status} />
        {status.notes.map((note) => (
          <Notice key={note} tone="warning" title={note} />
        ))}
        {restart !== undefined && <p className="faint">{restart}</p>}
        <CaptureNumbers status={status} />
        {reading.length > 0 && <SnapshotProgress name={status.name} reading={reading} />}
        <section className="run-section" aria-label="The last hour">
          <h2>The last hour</h2>
          <CapturePlot samples={samples} />
        </section>
        <ReadingSection spec={spec} ended={hasEnded(status)} />
        <Facts status={status} />
      </div>
    </div>
  );
}

function LastError({ status: { lastError, phase } }: { readonly status: CaptureStatus }) {
  if (lastError === null) return null;
  const { at, error } = lastError;
  const now = phase === 'failed' || phase === 'waiting';
  return (
    <Notice tone={now ? 'error' : 'warning'} title={error.message}>
      {error.hint !== '' && <p>{error.hint}</p>}
      <p className="faint">
        {now ? 'At' : 'It is over. At'} {formatMoment(at)} · <code>{error.code}</code>
      </p>
    </Notice>
  );
}

/** What does not change while it runs, and its marks in the WAL. */
function Facts({ status }: { readonly status: CaptureStatus }) {
  const { spec, marks } = status;
  const facts: readonly (readonly [string, string | null])[] = [
    ['Slot', status.slot],
    ['Publication', status.publication],
    [
      'Format',
      spec.format === 'parquet' ? FORMAT_NAMES.parquet : `${FORMAT_NAMES[spec.format]}, ${spec.compression}`,
    ],
    ['Received', marks.received],
    ['Decoded', marks.decoded],
    ['Durable', marks.durable],
    ['Acknowledged', marks.acked],
    ['Entries of the log', status.sequence === 0 ? null : String(status.sequence)],
  ];
  return (
    <section className="run-section" aria-label="Slot and marks">
      <h2>Slot and marks</h2>
      <dl className="capture-facts">
        {facts.map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value ?? <span className="faint">none yet</span>}</dd>
          </div>
        ))}
      </dl>
      {status.checkpoint !== '' && (
        <p className="capture-checkpoint">
          <code>{status.checkpoint}</code>
          <CopyButton text={status.checkpoint} label="Copy the URI of the checkpoint" />
        </p>
      )}
    </section>
  );
}

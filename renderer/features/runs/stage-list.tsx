import { IconCheck, IconLoader2, IconMinus, IconX } from '@tabler/icons-react';
import { isActive, type Run, type RunPhase, type RunProgress } from '../../../electron/contract/run.ts';
import { formatBytes } from '../../format/bytes.ts';
import { countOf, formatCount } from '../../format/counts.ts';
import { stagesOf, type StageState } from './stages.ts';

const NAMES: Readonly<Record<RunPhase, string>> = {
  connect: 'Connect',
  plan: 'Plan',
  transfer: 'Transfer',
  finalize: 'Finalize',
};

const SPOKEN: Readonly<Record<StageState, string>> = {
  waiting: 'not begun',
  active: 'in progress',
  done: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
};

const ICONS = { waiting: null, active: IconLoader2, done: IconCheck, failed: IconX, cancelled: IconMinus };

/** The steps of a run, and what goes on within the transfer. */
export function StageList({ run }: { readonly run: Run }) {
  return (
    <ol className="stages" aria-label="Stages">
      {stagesOf(run).map(({ phase, state }) => {
        const Icon = ICONS[state];
        return (
          <li key={phase} className={`stage is-${state}`} aria-label={`${NAMES[phase]}: ${SPOKEN[state]}`}>
            <span className="stage-name">
              {Icon !== null && <Icon size={15} aria-hidden="true" />}
              {NAMES[phase]}
            </span>
            {phase === 'transfer' && run.progress !== null && (
              <TransferParts progress={run.progress} active={isActive(run.state)} />
            )}
          </li>
        );
      })}
    </ol>
  );
}

interface TransferPartsProps {
  readonly progress: RunProgress;
  /** After the end nothing is on the way any more, whatever the last report says. */
  readonly active: boolean;
}

function TransferParts({ progress, active }: TransferPartsProps) {
  const {
    rows,
    bytesRead,
    bytesEncoded,
    bytesUploaded,
    partsUploaded,
    partsInFlight,
    objectsWritten,
    ranges,
  } = progress;
  const parts = [
    ...(objectsWritten > 0 ? [countOf(objectsWritten, 'object')] : []),
    ...(partsUploaded > 0 ? [countOf(partsUploaded, 'part')] : []),
    ...(active && partsInFlight > 0 ? [`${partsInFlight} on the way`] : []),
  ];
  return (
    <dl className="stage-parts">
      <dt>Read</dt>
      <dd>
        {countOf(rows, 'row')}, {formatBytes(bytesRead)}
      </dd>
      {ranges !== undefined && ranges > 1 && (
        <>
          <dt>Ranges</dt>
          <dd>
            {formatCount(progress.rangesDone ?? 0)} of {formatCount(ranges)} done
          </dd>
        </>
      )}
      <dt>Encode</dt>
      <dd>{formatBytes(bytesEncoded)}</dd>
      <dt>Upload</dt>
      <dd>{[formatBytes(bytesUploaded), ...parts].join(', ')}</dd>
    </dl>
  );
}

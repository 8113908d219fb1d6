import './capture.css';
import '../runs/runs.css';
import { Button } from '@mantine/core';
import { IconArrowsTransferDown, IconPlus } from '@tabler/icons-react';
import type { CaptureStatus } from '../../../electron/contract/capture-status.ts';
import { useApp } from '../../state/app-context.ts';
import { sortedCaptures } from '../../state/captures-store.ts';
import { openDialog } from '../../state/dialogs.ts';
import { formatRoute, navigate } from '../../state/route.ts';
import { useStore } from '../../state/store.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { TableHead } from '../../ui/table-head.tsx';
import {
  captureDestinationText,
  captureSourceText,
  changesText,
  hasEnded,
  lagText,
  tablesText,
} from './capture-words.ts';
import { PhaseLabel } from './phase-label.tsx';

const COLUMNS = [
  'Capture',
  'Source',
  'Destination',
  'Phase',
  { name: 'Lag', number: true },
  { name: 'Changes', number: true },
  'Last error',
] as const;

/** The captures of this machine, those of the command line too. */
export function CapturesScreen() {
  const { captures } = useApp();
  const state = useStore(captures);
  const list = state.status === 'ready' ? sortedCaptures(state.value) : [];
  const add = (
    <Button leftSection={<IconPlus size={16} />} onClick={() => openDialog({ kind: 'capture' })}>
      New capture
    </Button>
  );
  return (
    <div className="runs captures">
      <header className="runs-head">
        <h1>Captures</h1>
        {list.length > 0 && add}
      </header>
      {state.status === 'failed' && (
        <ErrorNotice
          error={state.error}
          title="The captures could not be read"
          onRetry={() => void captures.reload()}
        />
      )}
      {state.status === 'ready' && list.length === 0 ? (
        <EmptyState icon={<IconArrowsTransferDown size={40} stroke={1.4} />} title="No captures yet">
          <p>
            A capture writes what tables have, and from then on every change of them, to S3: each once, and in
            order.
          </p>
          {add}
        </EmptyState>
      ) : (
        <div className="runs-scroll">
          {list.length > 0 && (
            <table className="table is-long runs-table captures-table" aria-label="Captures">
              <TableHead columns={COLUMNS} />
              <tbody>
                {list.map((status) => (
                  <CaptureRow key={status.name} status={status} />
                ))}
              </tbody>
            </table>
          )}
        </div>
      )}
    </div>
  );
}

function CaptureRow({ status }: { readonly status: CaptureStatus }) {
  const route = { screen: 'capture', name: status.name } as const;
  const ended = hasEnded(status);
  const source = captureSourceText(status.spec.source);
  const destination = captureDestinationText(status.spec.destination);
  const { lastError } = status;
  return (
    <tr onClick={() => navigate(route)}>
      <td title={`${status.name}\n${tablesText(status)}`}>
        <a href={formatRoute(route)} onClick={(event) => event.stopPropagation()}>
          {status.name}
        </a>
      </td>
      <td title={source}>{source}</td>
      <td title={destination}>{destination}</td>
      <td>
        <PhaseLabel phase={status.phase} />
      </td>
      <td className="is-number">{(!ended && lagText(status)) || <span className="faint">–</span>}</td>
      <td className="is-number">
        {ended ? <span className="faint">–</span> : changesText(status.changesPerSecond)}
      </td>
      <td title={lastError?.error.message}>
        {lastError === null ? <span className="faint">none</span> : lastError.error.message}
      </td>
    </tr>
  );
}

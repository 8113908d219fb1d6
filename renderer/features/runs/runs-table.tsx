import { memo } from 'react';
import { isActive, type Run } from '../../../electron/contract/run.ts';
import { formatBytes } from '../../format/bytes.ts';
import { formatCount } from '../../format/counts.ts';
import { formatAgo, formatMoment } from '../../format/dates.ts';
import { formatClock, formatDuration } from '../../format/durations.ts';
import { formatRoute, navigate } from '../../state/route.ts';
import { TableHead } from '../../ui/table-head.tsx';
import { useNow } from '../../ui/use-now.ts';
import { RecoveryButtons } from './recovery-buttons.tsx';
import { bytesOf, counts, elapsedMs, isResumable, rowsOf } from './run-facts.ts';
import { RunStateLabel } from './run-state.tsx';

const COLUMNS = [
  'State',
  'Source',
  'Destination',
  'Started',
  { name: 'Duration', number: true },
  { name: 'Rows', number: true },
  { name: 'Size', number: true },
] as const;

export interface RunsTableProps {
  readonly runs: readonly Run[];
  /** For screen readers. */
  readonly label: string;
}

/** Runs, one a line, in the order that they come in. */
export function RunsTable({ runs, label }: RunsTableProps) {
  const anyActive = runs.some((run) => isActive(run.state));
  const now = useNow(anyActive ? 1_000 : 30_000);
  return (
    <table className="table is-long runs-table" aria-label={label}>
      <TableHead columns={COLUMNS} />
      <tbody>
        {runs.map((run) => (
          // The time is rounded, so that rows that have ended are not drawn again every second.
          <RunRow
            key={run.id}
            run={run}
            now={isActive(run.state) ? now : Math.floor(now / 30_000) * 30_000}
          />
        ))}
      </tbody>
    </table>
  );
}

const RunRow = memo(function RunRow({ run, now }: { readonly run: Run; readonly now: number }) {
  const rows = counts(run) ? rowsOf(run) : undefined;
  const bytes = counts(run) ? bytesOf(run) : undefined;
  const route = { screen: 'run', runId: run.id } as const;
  const elapsed = elapsedMs(run, now);
  return (
    <tr onClick={() => navigate(route)}>
      <td>
        <RunStateLabel state={run.state} />
      </td>
      <td title={`${run.sourceLabel}\nto ${run.destinationLabel}`}>
        <a href={formatRoute(route)} onClick={(event) => event.stopPropagation()}>
          {run.sourceLabel}
        </a>
      </td>
      <td title={run.destinationLabel}>{run.destinationLabel}</td>
      <td title={`${formatMoment(run.startedAt)}\n${run.id}`}>
        {formatAgo(run.startedAt, now)}
        {run.origin === 'cli' && (
          <span className="tag" title="Started with the command line">
            cli
          </span>
        )}
      </td>
      {isResumable(run) ? (
        // Its duration says little, and there are no rows and bytes yet.
        <td colSpan={3} className="is-number" onClick={(event) => event.stopPropagation()}>
          <span className="runs-actions">
            <RecoveryButtons runId={run.id} label={run.sourceLabel} short />
          </span>
        </td>
      ) : (
        <>
          <td className="is-number">
            {isActive(run.state) ? formatClock(elapsed) : formatDuration(elapsed)}
          </td>
          <td className="is-number">{rows === undefined ? '' : formatCount(rows)}</td>
          <td className="is-number">{bytes === undefined ? '' : formatBytes(bytes)}</td>
        </>
      )}
    </tr>
  );
});

import './runs.css';
import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { IconHistory, IconSearch } from '@tabler/icons-react';
import { memo, useEffect, useState } from 'react';
import { isActive, type Run } from '../../../electron/contract/run.ts';
import { formatBytes } from '../../format/bytes.ts';
import { formatCount } from '../../format/counts.ts';
import { formatAgo, formatMoment } from '../../format/dates.ts';
import { formatClock, formatDuration } from '../../format/durations.ts';
import { useApp } from '../../state/app-context.ts';
import { formatRoute, navigate } from '../../state/route.ts';
import { newestFirst } from '../../state/runs-store.ts';
import { useStore } from '../../state/store.ts';
import { useCall } from '../../state/use-call.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { useNow } from '../../ui/use-now.ts';
import { bytesOf, counts, elapsedMs, isResumable, matches, rowsOf, type RunFilter } from './run-facts.ts';
import { RecoveryButtons } from './recovery-buttons.tsx';
import { RunStateLabel } from './run-state.tsx';
import { TableHead } from '../../ui/table-head.tsx';

const FILTERS: readonly { readonly value: RunFilter; readonly label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'active', label: 'Active' },
  { value: 'succeeded', label: 'Succeeded' },
  { value: 'failed', label: 'Failed' },
  { value: 'cancelled', label: 'Cancelled' },
];

const COLUMNS = [
  'State',
  'Source',
  'Destination',
  'Started',
  { name: 'Duration', number: true },
  { name: 'Rows', number: true },
  { name: 'Size', number: true },
] as const;

const FIRST_LIMIT = 200;
const LIMIT = 1_000;

/** The history of runs, newest first, kept up to date while it is looked at. */
export function RunsScreen() {
  const { runs } = useApp();
  const known = useStore(runs);
  const [filter, setFilter] = useState<RunFilter>('all');
  const [text, setText] = useState('');
  const [limit, setLimit] = useState(FIRST_LIMIT);
  const search = useSettled(text.trim(), 200);
  const { state, retry } = useCall('runs.list', {
    limit,
    ...(filter === 'all' ? {} : { state: filter }),
    ...(search === '' ? {} : { text: search.slice(0, 200) }),
  });
  useEffect(() => {
    if (state.status === 'ready') runs.put(state.value.runs);
  }, [runs, state]);

  const all = [...known.runs.values()].filter((run) => matches(run, filter, text)).sort(newestFirst);
  const shown = all.slice(0, limit);
  const anyActive = shown.some((run) => isActive(run.state));
  const now = useNow(anyActive ? 1_000 : 30_000);
  const more = state.status === 'ready' && state.value.runs.length >= limit && limit < LIMIT;
  return (
    <div className="runs">
      <header className="runs-head">
        <h1>Runs</h1>
        <SegmentedControl
          size="xs"
          aria-label="State"
          data={[...FILTERS]}
          value={filter}
          onChange={setFilter}
        />
        <TextInput
          size="xs"
          w={230}
          aria-label="Filter runs"
          placeholder="Filter by relation, destination or id"
          leftSection={<IconSearch size={14} />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      </header>
      {state.status === 'failed' && (
        <ErrorNotice error={state.error} title="The history could not be read" onRetry={retry} />
      )}
      {shown.length === 0 && state.status === 'ready' ? (
        <NoRuns filtered={filter !== 'all' || text !== ''} />
      ) : (
        <div className="runs-scroll">
          {shown.length > 0 && (
            <table className="table is-long runs-table" aria-label="Runs">
              <TableHead columns={COLUMNS} />
              <tbody>
                {shown.map((run) => (
                  // The time is rounded, so that rows that have ended are not drawn again every second.
                  <RunRow
                    key={run.id}
                    run={run}
                    now={isActive(run.state) ? now : Math.floor(now / 30_000) * 30_000}
                  />
                ))}
              </tbody>
            </table>
          )}
          {more && (
            <div className="runs-more">
              <Button variant="default" size="xs" onClick={() => setLimit(LIMIT)}>
                Show older runs
              </Button>
            </div>
          )}
        </div>
      )}
    </div>
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

function NoRuns({ filtered }: { readonly filtered: boolean }) {
  return (
    <EmptyState
      icon={<IconHistory size={40} stroke={1.4} />}
      title={filtered ? 'No run matches the filter' : 'No runs yet'}
    >
      {!filtered && <p>Select a relation of a connection and extract it to S3. Every run is kept here.</p>}
    </EmptyState>
  );
}

/** A value once it has not changed for a while: not every letter should be a search. */
function useSettled(value: string, ms: number): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

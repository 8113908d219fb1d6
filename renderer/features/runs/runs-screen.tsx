import './runs.css';
import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { IconHistory, IconSearch } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useApp } from '../../state/app-context.ts';
import { newestFirst } from '../../state/runs-store.ts';
import { useStore } from '../../state/store.ts';
import { useCall } from '../../state/use-call.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { matches, type RunFilter } from './run-facts.ts';
import { RunsTable } from './runs-table.tsx';

const FILTERS: readonly { readonly value: RunFilter; readonly label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'active', label: 'Active' },
  { value: 'succeeded', label: 'Succeeded' },
  { value: 'failed', label: 'Failed' },
  { value: 'cancelled', label: 'Cancelled' },
];

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
          {shown.length > 0 && <RunsTable runs={shown} label="Runs" />}
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

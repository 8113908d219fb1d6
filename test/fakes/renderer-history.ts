/** Runs of the past, for the renderer's fake engine: all ends, and both ways in. */
import { AppError, toWireError } from '../../electron/contract/app-error.ts';
import type { Run } from '../../electron/contract/run.ts';
import { succeeded, type FakeRuns } from './renderer-runs.ts';

export function addPastRuns(runs: FakeRuns, count: number): void {
  for (let index = count; index > 0; index -= 1) {
    const started = new Date(Date.now() - index * index * 400_000);
    const run: Run = {
      id: runs.newId(started),
      origin: index % 4 === 0 ? 'cli' : 'served',
      spec: pastSpec(index),
      sourceLabel: `Demo · public.${index % 3 === 0 ? 'Orders' : 'orders_history'}`,
      destinationLabel: 's3://demo/extracts',
      startedAt: started.toISOString(),
      state: { tag: 'queued' },
      progress: null,
    };
    const finishedAt = new Date(started.getTime() + 61_000).toISOString();
    const state =
      index % 5 === 1
        ? {
            tag: 'failed' as const,
            finishedAt,
            error: toWireError(
              new AppError(
                'SOURCE_CONNECTION_LOST',
                'The connection to localhost:5432 broke after 120,000 rows.',
              ),
            ),
            ...(index === 1 && { resumable: { doneRanges: 23, ranges: 64 } }),
          }
        : index % 7 === 2
          ? { tag: 'cancelled' as const, finishedAt }
          : succeeded(run, index * 17_321);
    runs.add({ ...run, state }, [{ at: finishedAt, level: 'info', message: 'Ended' }]);
  }
}

function pastSpec(index: number): Run['spec'] {
  return {
    version: 1,
    kind: 'extract',
    source: { profile: 'Demo' },
    selection: { table: { schema: 'public', name: index % 3 === 0 ? 'Orders' : 'orders_history' } },
    mode: 'full',
    destination: { profile: 'Demo' },
    format: { kind: 'csv', dialect: 'postgres', delimiter: ',', header: false, nullToken: '' },
    compression: 'none',
    key: '{schema}/{table}/{run_id}/part-{part}.{ext}',
    overwrite: false,
    acceptLossy: false,
  };
}

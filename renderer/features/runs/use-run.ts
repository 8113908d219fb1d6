import { useEffect, useState } from 'react';
import type { AppError } from '../../../electron/contract/app-error.ts';
import type { Manifest } from '../../../electron/contract/manifest.ts';
import { isActive, type Run, type RunLogLine } from '../../../electron/contract/run.ts';
import { useApp } from '../../state/app-context.ts';
import { appErrorOf, isAbort } from '../../state/app-error-of.ts';
import { useSelected, useStore } from '../../state/store.ts';
import { mergeLog } from './run-log.ts';

export interface RunDetail {
  /** Undefined until it is known. */
  readonly run: Run | undefined;
  readonly log: readonly RunLogLine[];
  readonly manifest: Manifest | null;
  readonly error: AppError | undefined;
}

interface Fetched {
  readonly log: readonly RunLogLine[];
  readonly manifest: Manifest | null;
}

/** One run with its log and its manifest, live. */
export function useRun(runId: string): RunDetail {
  const { client, runs } = useApp();
  const run = useSelected(runs, (state) => state.runs.get(runId));
  const link = useStore(client.link);
  const [fetched, setFetched] = useState<Fetched>({ log: [], manifest: null });
  const [live, setLive] = useState<readonly RunLogLine[]>([]);
  const [error, setError] = useState<AppError>();
  const ended = run !== undefined && !isActive(run.state);

  useEffect(
    () =>
      client.onEvent((event) => {
        if (event.type === 'log' && event.runId === runId) setLive((lines) => [...lines, event.line]);
      }),
    [client, runId],
  );
  // Asked for at the start, again at the end for the manifest, and after the link was lost.
  useEffect(() => {
    if (link !== 'connected') return undefined;
    const abort = new AbortController();
    const ask = async () => {
      try {
        const { run: found, log, manifest } = await client.call('runs.get', { runId }, abort.signal);
        runs.put([found]);
        setFetched({ log, manifest });
        setError(undefined);
      } catch (caught) {
        if (!isAbort(caught)) setError(appErrorOf(caught));
      }
    };
    void ask();
    return () => abort.abort();
    // `ended` is what makes it ask again.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [client, runs, runId, ended, link]);

  return { run, log: mergeLog(fetched.log, live), manifest: fetched.manifest, error };
}

import { useCallback, useState } from 'react';
import type { AppError } from '../../../electron/contract/app-error.ts';
import type { CaptureLook } from '../../../electron/contract/capture-calls.ts';
import { useApp } from '../../state/app-context.ts';
import { appErrorOf } from '../../state/app-error-of.ts';
import { useWhileVisible } from '../../state/use-while-visible.ts';

/** Milliseconds between two looks at the samples; the numbers come by events in between. */
const EVERY_MS = 2_000;

export interface WatchedCapture {
  /** The last answer, also while a later question has failed. */
  readonly look: CaptureLook | undefined;
  readonly error: AppError | undefined;
}

/** Watches one capture while the window can be seen, and not a moment longer. */
export function useCaptureLook(name: string): WatchedCapture {
  const { client, captures } = useApp();
  const [look, setLook] = useState<CaptureLook>();
  const [error, setError] = useState<AppError>();
  const ask = useCallback(
    async (signal: AbortSignal) => {
      const next = await client.call('capture.status', { name }, signal);
      captures.put(next.status);
      setLook(next);
      setError(undefined);
    },
    [client, captures, name],
  );
  const onFailure = useCallback((failure: unknown) => setError(appErrorOf(failure)), []);
  useWhileVisible(EVERY_MS, ask, onFailure);
  return { look, error };
}

import { useEffect, useState } from 'react';
import type { AppError } from '../../../electron/contract/app-error.ts';
import type { CaptureLook } from '../../../electron/contract/capture-calls.ts';
import { useApp } from '../../state/app-context.ts';
import { appErrorOf, isAbort } from '../../state/app-error-of.ts';

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
  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      clearTimeout(timer);
      if (document.hidden) return;
      try {
        const next = await client.call('capture.status', { name }, abort.signal);
        captures.put(next.status);
        setLook(next);
        setError(undefined);
      } catch (failure) {
        if (isAbort(failure)) return;
        setError(appErrorOf(failure));
      }
      if (!abort.signal.aborted) timer = setTimeout(() => void ask(), EVERY_MS);
    };
    const onVisible = () => void ask();
    document.addEventListener('visibilitychange', onVisible);
    void ask();
    return () => {
      abort.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [client, captures, name]);
  return { look, error };
}

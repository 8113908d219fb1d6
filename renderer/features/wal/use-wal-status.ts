import { useCallback, useEffect, useState } from 'react';
import type { AppError } from '../../../electron/contract/app-error.ts';
import type { WalStatus } from '../../../electron/contract/wal.ts';
import { useApp } from '../../state/app-context.ts';
import { appErrorOf, isAbort } from '../../state/app-error-of.ts';

/** Milliseconds between two looks: each is a few cheap views, on a connection that is kept. */
const EVERY_MS = 5_000;

export interface WatchedWal {
  /** The last answer, also while a later question has failed. */
  readonly status: WalStatus | undefined;
  readonly error: AppError | undefined;
  /** Asks at once. */
  readonly reload: () => void;
}

/** Watches the slots of a server while the window can be seen, and not a moment longer. */
export function useWalStatus(connectionId: string, diskLimitBytes: number | undefined): WatchedWal {
  const { client } = useApp();
  const [status, setStatus] = useState<WalStatus>();
  const [error, setError] = useState<AppError>();
  const [asked, setAsked] = useState(0);

  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const input = { connectionId, ...(diskLimitBytes === undefined ? {} : { diskLimitBytes }) };
    const ask = async () => {
      clearTimeout(timer);
      if (document.hidden) return;
      try {
        const next = await client.call('wal.status', input, abort.signal);
        setStatus(next);
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
    // `asked` is what makes it ask at once.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [client, connectionId, diskLimitBytes, asked]);

  const reload = useCallback(() => setAsked((n) => n + 1), []);
  return { status, error, reload };
}

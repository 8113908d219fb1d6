import { useCallback, useState } from 'react';
import type { AppError } from '../../../electron/contract/app-error.ts';
import type { WalStatus } from '../../../electron/contract/wal.ts';
import { useApp } from '../../state/app-context.ts';
import { appErrorOf } from '../../state/app-error-of.ts';
import { useWhileVisible } from '../../state/use-while-visible.ts';

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

  const ask = useCallback(
    async (signal: AbortSignal) => {
      const limit = diskLimitBytes === undefined ? {} : { diskLimitBytes };
      setStatus(await client.call('wal.status', { connectionId, ...limit }, signal));
      setError(undefined);
    },
    [client, connectionId, diskLimitBytes],
  );
  const onFailure = useCallback((failure: unknown) => setError(appErrorOf(failure)), []);
  const reload = useWhileVisible(EVERY_MS, ask, onFailure);
  return { status, error, reload };
}

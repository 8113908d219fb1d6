import { useState } from 'react';
import type { AppError } from '../../../electron/contract/app-error.ts';
import type { JobTimer } from '../../../electron/contract/saved-job.ts';
import { useApp } from '../../state/app-context.ts';
import { appErrorOf } from '../../state/app-error-of.ts';

/** Sets the timer of a job, or takes it off. */
export function useTimer(name: string): {
  readonly busy: boolean;
  readonly error: AppError | undefined;
  readonly set: (when: JobTimer | null) => void;
} {
  const { client, savedJobs } = useApp();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<AppError>();
  const change = async (when: JobTimer | null) => {
    setBusy(true);
    setError(undefined);
    try {
      await client.call('savedJobs.setTimer', { name, when });
      await savedJobs.reload();
    } catch (failure) {
      setError(appErrorOf(failure));
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, set: (when) => void change(when) };
}

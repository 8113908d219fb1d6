import { useState } from 'react';
import type { SavedJob } from '../../../electron/contract/saved-job.ts';
import { useApp } from '../../state/app-context.ts';
import { navigate } from '../../state/route.ts';
import { notifyError } from '../../ui/notify.ts';

/** Runs a saved job, and goes to the page of the run. */
export function useRunJob({ spec }: SavedJob): { readonly busy: boolean; readonly run: () => void } {
  const { client } = useApp();
  const [busy, setBusy] = useState(false);
  const start = async () => {
    setBusy(true);
    try {
      const { runId } = await client.call('jobs.start', { spec });
      navigate({ screen: 'run', runId });
    } catch (error) {
      notifyError('The run could not be started', error);
    } finally {
      setBusy(false);
    }
  };
  return { busy, run: () => void start() };
}

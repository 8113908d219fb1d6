import { useState } from 'react';
import { useApp } from '../../state/app-context.ts';
import { notifyError } from '../../ui/notify.ts';

export interface Recovery {
  readonly busy: 'resume' | 'discard' | undefined;
  readonly resume: () => void;
  readonly discard: () => void;
}

/** The two ways on for a failed run that has kept something. */
export function useRecovery(runId: string): Recovery {
  const { client } = useApp();
  const [busy, setBusy] = useState<Recovery['busy']>();
  const attempt = async (kind: 'resume' | 'discard', title: string, work: () => Promise<unknown>) => {
    setBusy(kind);
    try {
      await work();
    } catch (error) {
      notifyError(title, error);
    } finally {
      setBusy(undefined);
    }
  };
  return {
    busy,
    resume: () =>
      void attempt('resume', 'The run could not be resumed', () => client.call('runs.resume', { runId })),
    discard: () =>
      void attempt('discard', 'What was kept could not be removed', () =>
        client.call('runs.discard', { runId }),
      ),
  };
}

import { Button } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import type { Run } from '../../../electron/contract/run.ts';
import { useApp } from '../../state/app-context.ts';
import { notifyError } from '../../ui/notify.ts';

/** Stops reading, and lets it go on, in the same snapshot. Only a running run can be paused. */
export function PauseButton({ run }: { readonly run: Run }) {
  const { client } = useApp();
  const [busy, setBusy] = useState(false);
  if (run.state.tag !== 'running') return null;
  const paused = run.state.paused === true;
  const toggle = async () => {
    setBusy(true);
    try {
      await client.call(paused ? 'runs.continue' : 'runs.pause', { runId: run.id });
    } catch (error) {
      notifyError(paused ? 'The run could not go on' : 'The run could not be paused', error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button
      variant="default"
      leftSection={paused ? <IconPlayerPlay size={16} /> : <IconPlayerPause size={16} />}
      loading={busy}
      title={
        paused
          ? 'Goes on reading where it stopped, in the same snapshot'
          : 'Stops reading. The snapshot and its transaction stay open'
      }
      onClick={() => void toggle()}
    >
      {paused ? 'Continue' : 'Pause'}
    </Button>
  );
}

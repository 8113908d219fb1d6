import { Button } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay, IconPlayerStop, IconRefresh } from '@tabler/icons-react';
import { useState } from 'react';
import type { CaptureStatus } from '../../../electron/contract/capture-status.ts';
import { useApp } from '../../state/app-context.ts';
import { notifyError } from '../../ui/notify.ts';
import { CaptureMenu } from './capture-menu.tsx';
import { CaptureQuestion, type AskedAction } from './capture-question.tsx';
import { CaptureReread } from './capture-reread.tsx';
import { actionsOf } from './capture-words.ts';

type Call = 'capture.start' | 'capture.resume' | 'capture.stop';

/** What can be done with a capture now. What has consequences asks first. */
export function CaptureActions({ status }: { readonly status: CaptureStatus }) {
  const { client, captures } = useApp();
  const { name } = status;
  const [busy, setBusy] = useState<Call>();
  const [asked, setAsked] = useState<AskedAction>();
  const [rereading, setRereading] = useState(false);
  const actions = actionsOf(status);
  const act = async (call: Call, failed: string) => {
    setBusy(call);
    try {
      captures.put(await client.call(call, { name }));
    } catch (error) {
      notifyError(failed, error);
    } finally {
      setBusy(undefined);
    }
  };
  return (
    <div className="capture-actions">
      {actions.includes('start') && (
        <Button
          leftSection={<IconPlayerPlay size={16} />}
          loading={busy === 'capture.start'}
          onClick={() => void act('capture.start', 'The capture could not be started')}
        >
          Start
        </Button>
      )}
      {actions.includes('resnapshot') && (
        <Button leftSection={<IconRefresh size={16} />} onClick={() => setAsked('resnapshot')}>
          Read all tables again…
        </Button>
      )}
      {actions.includes('pause') && (
        <Button
          variant="default"
          leftSection={<IconPlayerPause size={16} />}
          disabled={busy !== undefined}
          onClick={() => setAsked('pause')}
        >
          Pause…
        </Button>
      )}
      {actions.includes('resume') && (
        <Button
          leftSection={<IconPlayerPlay size={16} />}
          loading={busy === 'capture.resume'}
          disabled={busy === 'capture.stop'}
          onClick={() => void act('capture.resume', 'The capture could not be resumed')}
        >
          Resume
        </Button>
      )}
      {actions.includes('stop') && (
        <Button
          variant="default"
          leftSection={<IconPlayerStop size={16} />}
          loading={busy === 'capture.stop'}
          disabled={busy === 'capture.resume'}
          title="Writes what was read, tells the slot, and ends. The slot stays."
          onClick={() => void act('capture.stop', 'The capture could not be stopped')}
        >
          Stop
        </Button>
      )}
      <CaptureMenu status={status} onAsk={setAsked} onReread={() => setRereading(true)} />
      {rereading && <CaptureReread status={status} onClose={() => setRereading(false)} />}
      {asked !== undefined && (
        <CaptureQuestion action={asked} status={status} onClose={() => setAsked(undefined)} />
      )}
    </div>
  );
}

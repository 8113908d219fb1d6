import { Button, Menu } from '@mantine/core';
import {
  IconDotsVertical,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerStop,
  IconRefresh,
  IconTrash,
  IconUnlink,
} from '@tabler/icons-react';
import { useState } from 'react';
import type { CaptureStatus } from '../../../electron/contract/capture-status.ts';
import { useApp } from '../../state/app-context.ts';
import { notifyError } from '../../ui/notify.ts';
import { actionsOf } from './capture-words.ts';
import { CaptureQuestion, type AskedAction } from './capture-question.tsx';

/** What can be done with a capture now. What has consequences asks first. */
export function CaptureActions({ status }: { readonly status: CaptureStatus }) {
  const { client, captures } = useApp();
  const { name } = status;
  const [busy, setBusy] = useState(false);
  const [asked, setAsked] = useState<AskedAction>();
  const actions = actionsOf(status);
  const act = async (call: 'capture.start' | 'capture.resume' | 'capture.stop', failed: string) => {
    setBusy(true);
    try {
      captures.put(await client.call(call, { name }));
    } catch (error) {
      notifyError(failed, error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="capture-actions">
      {actions.includes('start') && (
        <Button
          leftSection={<IconPlayerPlay size={16} />}
          loading={busy}
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
          disabled={busy}
          onClick={() => setAsked('pause')}
        >
          Pause…
        </Button>
      )}
      {actions.includes('resume') && (
        <Button
          leftSection={<IconPlayerPlay size={16} />}
          loading={busy}
          onClick={() => void act('capture.resume', 'The capture could not be resumed')}
        >
          Resume
        </Button>
      )}
      {actions.includes('stop') && (
        <Button
          variant="default"
          leftSection={<IconPlayerStop size={16} />}
          loading={busy}
          title="Writes what was read, tells the slot, and ends. The slot stays."
          onClick={() => void act('capture.stop', 'The capture could not be stopped')}
        >
          Stop
        </Button>
      )}
      {actions.includes('drop') && (
        <Menu position="bottom-end" width={220}>
          <Menu.Target>
            <Button variant="default" px={9} aria-label="More about this capture">
              <IconDotsVertical size={16} />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {!actions.includes('resnapshot') && (
              <Menu.Item leftSection={<IconRefresh size={15} />} onClick={() => setAsked('resnapshot')}>
                Read all tables again…
              </Menu.Item>
            )}
            <Menu.Item color="red" leftSection={<IconUnlink size={15} />} onClick={() => setAsked('drop')}>
              Drop slot…
            </Menu.Item>
            <Menu.Item color="red" leftSection={<IconTrash size={15} />} onClick={() => setAsked('remove')}>
              Remove…
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      {asked !== undefined && (
        <CaptureQuestion action={asked} status={status} onClose={() => setAsked(undefined)} />
      )}
    </div>
  );
}

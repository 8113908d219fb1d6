import '../../ui/dialog.css';
import { Button, Group, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { AppError } from '../../../electron/contract/app-error.ts';
import type { CaptureStatus } from '../../../electron/contract/capture-status.ts';
import type { Client } from '../../client/client.ts';
import { useApp } from '../../state/app-context.ts';
import { appErrorOf } from '../../state/app-error-of.ts';
import type { CapturesStore } from '../../state/captures-store.ts';
import { navigate } from '../../state/route.ts';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { Notice } from '../../ui/notice.tsx';
import { notifyInfo } from '../../ui/notify.ts';

/** What is not done before somebody has read what it means. */
export type AskedAction = 'pause' | 'resnapshot' | 'drop' | 'remove';

interface Words {
  readonly title: string;
  readonly lead: string;
  readonly text: string;
  readonly button: string;
  readonly failed: string;
}

const WORDS: Readonly<Record<AskedAction, Words>> = {
  pause: {
    title: 'Pause the capture',
    lead: 'The slot holds WAL while the capture is paused.',
    text: 'What is committed meanwhile stays on the disk of the server until the capture is resumed, and the disk fills. A server with max_slot_wal_keep_size gives the slot up beyond that limit.',
    button: 'Pause',
    failed: 'The capture was not paused',
  },
  resnapshot: {
    title: 'Read all tables again',
    lead: 'All rows of all tables are read and written once more.',
    text: 'A new slot is made, the tables are read in its snapshot, and the history goes on from there. Changes between the end of the old slot and this snapshot are not in it; what the tables have now is.',
    button: 'Read all tables again',
    failed: 'The capture was not started',
  },
  drop: {
    title: 'Drop the slot of the capture',
    lead: 'The capture cannot go on from where it was.',
    text: 'The WAL that the slot holds becomes free. A later start has to read all tables again. The publication goes too where Sluice has made it; the files at the destination stay.',
    button: 'Drop slot',
    failed: 'The slot was not dropped',
  },
  remove: {
    title: 'Remove the capture',
    lead: 'The slot stays on the server, and holds WAL.',
    text: 'Only the saved job is forgotten: slot, publication and files stay. Drop the slot first where the capture is not needed any more.',
    button: 'Remove',
    failed: 'The capture was not removed',
  },
};

export interface CaptureQuestionProps {
  readonly action: AskedAction;
  readonly status: CaptureStatus;
  readonly onClose: () => void;
}

/** Says what an action means and does it; a slot is dropped once its name has been typed. */
export function CaptureQuestion({ action, status, onClose }: CaptureQuestionProps) {
  const { client, captures } = useApp();
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<AppError>();
  const words = WORDS[action];
  const ready = action !== 'drop' || typed === status.slot;
  const perform = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await doIt(action, status.name, typed, client, captures);
      onClose();
    } catch (failure) {
      setError(appErrorOf(failure));
      setBusy(false);
    }
  };
  return (
    <DialogFrame title={words.title} width={520} onClose={onClose}>
      <form
        className="capture-question"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) void perform();
        }}
      >
        <p className="capture-question-name">{status.name}</p>
        <Notice tone="warning" title={words.lead}>
          <p>{words.text}</p>
        </Notice>
        {action === 'drop' && (
          <TextInput
            data-autofocus
            label={`Type ${status.slot} to confirm`}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
        )}
        {error !== undefined && <ErrorNotice error={error} title={words.failed} />}
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            {...(action === 'drop' || action === 'remove' ? { color: 'red' } : {})}
            loading={busy}
            disabled={!ready}
          >
            {words.button}
          </Button>
        </Group>
      </form>
    </DialogFrame>
  );
}

async function doIt(
  action: AskedAction,
  name: string,
  confirm: string,
  client: Client,
  captures: CapturesStore,
): Promise<void> {
  switch (action) {
    case 'pause':
      captures.put(await client.call('capture.pause', { name }));
      return;
    case 'resnapshot':
      captures.put(await client.call('capture.start', { name, resnapshot: true }));
      return;
    case 'drop': {
      const { dropped } = await client.call('capture.drop', { name, confirm });
      notifyInfo(dropped.length === 0 ? 'There was nothing to drop.' : `Dropped: ${dropped.join(', ')}.`);
      return;
    }
    case 'remove':
      await client.call('capture.remove', { name });
      captures.drop(name);
      navigate({ screen: 'captures' });
  }
}

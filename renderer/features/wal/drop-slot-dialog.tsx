import { Button, Group, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { AppError } from '../../../electron/contract/app-error.ts';
import type { GuardedSlot } from '../../../electron/contract/wal.ts';
import { formatBytes } from '../../format/bytes.ts';
import { useApp } from '../../state/app-context.ts';
import { appErrorOf } from '../../state/app-error-of.ts';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { Notice } from '../../ui/notice.tsx';

export interface DropSlotDialogProps {
  readonly connectionId: string;
  readonly slot: GuardedSlot;
  /** Bytes of WAL that the other slots hold: so much stays whatever becomes of this one. */
  readonly othersHold: number;
  readonly onClose: () => void;
  readonly onDropped: () => void;
}

/** Drops a slot, once its name has been typed: its consumer can never go on from where it was. */
export function DropSlotDialog({ connectionId, slot, othersHold, onClose, onDropped }: DropSlotDialogProps) {
  const { client } = useApp();
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<AppError>();
  const drop = async () => {
    setBusy(true);
    try {
      await client.call('wal.dropSlot', { connectionId, slot: slot.name, confirm: typed });
      onDropped();
      onClose();
    } catch (failure) {
      setError(appErrorOf(failure));
      setBusy(false);
    }
  };
  return (
    <DialogFrame title="Drop replication slot" width={520} onClose={onClose}>
      <form
        className="wal-drop"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed === slot.name) void drop();
        }}
      >
        <Notice
          tone="warning"
          title={
            slot.active
              ? `It is in use by ${slot.activeBy ?? `the session with pid ${slot.activePid ?? '?'}`}.`
              : 'Nobody uses it now.'
          }
        >
          <p>
            {freedText(slot.retainedBytes, othersHold)}
            Changes that its consumer has not read are lost to it: it has to begin again with a snapshot.
          </p>
        </Notice>
        <TextInput
          data-autofocus
          label={`Type ${slot.name} to confirm`}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        {error !== undefined && <ErrorNotice error={error} title="The slot was not dropped" />}
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" color="red" loading={busy} disabled={typed !== slot.name}>
            Drop slot
          </Button>
        </Group>
      </form>
    </DialogFrame>
  );
}

function freedText(held: number | null, othersHold: number): string {
  if (held === null || held === 0) return '';
  return held > othersHold
    ? `${formatBytes(held - othersHold)} of WAL become free. `
    : `It holds ${formatBytes(held)} of WAL, and none of it becomes free: other slots hold as much. `;
}

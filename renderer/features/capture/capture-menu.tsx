import { Button, Menu } from '@mantine/core';
import {
  IconDotsVertical,
  IconDownload,
  IconPencil,
  IconRefresh,
  IconTableImport,
  IconTrash,
  IconUnlink,
} from '@tabler/icons-react';
import type { CaptureSpec } from '../../../electron/contract/capture-spec.ts';
import type { CaptureStatus } from '../../../electron/contract/capture-status.ts';
import { useApp } from '../../state/app-context.ts';
import { openDialog } from '../../state/dialogs.ts';
import { useStore } from '../../state/store.ts';
import { download } from '../../ui/download.ts';
import type { AskedAction } from './capture-question.tsx';
import { hasEnded } from './capture-words.ts';

export interface CaptureMenuProps {
  readonly status: CaptureStatus;
  readonly onAsk: (action: AskedAction) => void;
  readonly onReread: () => void;
}

/** What is seldom done with a capture: most of it only while nobody works on it, which the menu says. */
export function CaptureMenu({ status, onAsk, onReread }: CaptureMenuProps) {
  const { spec } = status;
  const ended = hasEnded(status);
  const unsaved = useRefusal(spec);
  return (
    <Menu position="bottom-end" width={250}>
      <Menu.Target>
        <Button variant="default" px={9} aria-label="More about this capture">
          <IconDotsVertical size={16} />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconDownload size={15} />}
          onClick={() => download(`${spec.name}.json`, `${JSON.stringify(spec, null, 2)}\n`)}
        >
          Download job file
        </Menu.Item>
        <Menu.Item leftSection={<IconTableImport size={15} />} onClick={onReread}>
          Read tables again…
        </Menu.Item>
        <Menu.Divider />
        {!ended && <Menu.Label>Only while it is stopped</Menu.Label>}
        {ended && unsaved !== undefined && <Menu.Label>{unsaved}</Menu.Label>}
        <Menu.Item
          leftSection={<IconPencil size={15} />}
          disabled={!ended || unsaved !== undefined}
          onClick={() => openDialog({ kind: 'capture', saved: spec })}
        >
          Change…
        </Menu.Item>
        <Menu.Item
          leftSection={<IconRefresh size={15} />}
          disabled={!ended}
          onClick={() => onAsk('resnapshot')}
        >
          Read all tables again…
        </Menu.Item>
        <Menu.Item
          color="red"
          leftSection={<IconUnlink size={15} />}
          disabled={!ended}
          onClick={() => onAsk('drop')}
        >
          Drop slot…
        </Menu.Item>
        <Menu.Item
          color="red"
          leftSection={<IconTrash size={15} />}
          disabled={!ended}
          onClick={() => onAsk('remove')}
        >
          Remove…
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** Why the dialog cannot change the job; undefined where it can. */
function useRefusal({ source, destination }: CaptureSpec): string | undefined {
  const state = useStore(useApp().profiles);
  if (state.status !== 'ready') return undefined;
  const { connections, destinations } = state.value;
  const known =
    'profile' in source &&
    'profile' in destination &&
    connections.some(({ name }) => name === source.profile) &&
    destinations.some(({ name }) => name === destination.profile);
  return known
    ? undefined
    : 'Its connection or destination is not a profile of this app: “sluice capture start” changes it.';
}

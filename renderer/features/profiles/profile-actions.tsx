import { Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMemo } from 'react';
import { useApp, type AppServices } from '../../state/app-context.ts';
import { download } from '../../ui/download.ts';
import { notifyError, notifyInfo } from '../../ui/notify.ts';

export type ProfileKind = 'connections' | 'destinations';

/** What can be done with a profile without a form. Failures are shown at the edge of the window. */
export interface ProfileActions {
  readonly duplicate: (kind: ProfileKind, id: string) => void;
  /** Deletes at once, and offers to undo it. */
  readonly remove: (kind: ProfileKind, id: string, name: string) => void;
  readonly exportAll: () => void;
}

/** Milliseconds for which a deleted profile can be brought back with one click. */
const UNDO_MS = 10_000;

export function useProfileActions(): ProfileActions {
  const services = useApp();
  return useMemo(() => profileActions(services), [services]);
}

function profileActions({ client, profiles }: AppServices): ProfileActions {
  const attempt = (title: string, work: () => Promise<void>) => {
    work().catch((error: unknown) => notifyError(title, error));
  };
  const restore = (kind: ProfileKind, id: string, name: string) =>
    attempt(`“${name}” could not be brought back`, async () => {
      await client.call(`${kind}.restore`, { id });
      await profiles.reload();
    });
  return {
    duplicate: (kind, id) =>
      attempt('The profile could not be duplicated', async () => {
        const made = await client.call(`${kind}.duplicate`, { id });
        await profiles.reload();
        notifyInfo(`Duplicated as “${made.name}”`);
      }),
    remove: (kind, id, name) =>
      attempt(`“${name}” could not be deleted`, async () => {
        await client.call(`${kind}.remove`, { id });
        await profiles.reload();
        const shown = `removed-${id}`;
        const undo = () => {
          notifications.hide(shown);
          restore(kind, id, name);
        };
        notifications.show({
          id: shown,
          withBorder: true,
          autoClose: UNDO_MS,
          message: (
            <Group justify="space-between" wrap="nowrap">
              <span className="ellipsis">Deleted “{name}”</span>
              <Button size="compact-sm" variant="light" onClick={undo}>
                Undo
              </Button>
            </Group>
          ),
        });
      }),
    exportAll: () =>
      attempt('The profiles could not be exported', async () => {
        const { text } = await client.call('profiles.export', {});
        download('sluice-profiles.json', text);
        notifyInfo('Exported all profiles, without passwords and keys');
      }),
  };
}

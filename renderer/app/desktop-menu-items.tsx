import { Menu } from '@mantine/core';
import { useState } from 'react';
import type { DesktopPreferences } from '../../electron/contract/desktop-preferences.ts';
import { useApp } from '../state/app-context.ts';
import { useCall } from '../state/use-call.ts';
import { notifyError } from '../ui/notify.ts';

const CHOICES = [
  { name: 'tray', label: 'Keep running in the tray' },
  { name: 'startAtLogin', label: 'Start at login' },
] as const;

/** The switches of the desktop app, for a menu. Asked for each time it opens: the system may have changed one. */
export function DesktopMenuItems() {
  const { client } = useApp();
  const { state } = useCall('desktop.preferences', {});
  const [changed, setChanged] = useState<DesktopPreferences>();
  const now = changed ?? (state.status === 'ready' ? state.value.preferences : null);
  const change = async (wanted: DesktopPreferences) => {
    try {
      setChanged(await client.call('desktop.setPreferences', wanted));
    } catch (error) {
      notifyError('That could not be changed', error);
    }
  };
  return (
    <>
      <Menu.Divider />
      {CHOICES.map(({ name, label }) => (
        <Menu.CheckboxItem
          key={name}
          checked={now?.[name] ?? false}
          disabled={now === null}
          onChange={(wanted) => {
            if (now !== null) void change({ ...now, [name]: wanted });
          }}
        >
          {label}
        </Menu.CheckboxItem>
      ))}
    </>
  );
}

import './sidebar.css';
import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import { IconFileExport, IconFileImport, IconPlus, IconSettings } from '@tabler/icons-react';
import { useProfileActions } from '../features/profiles/profile-actions.tsx';
import { useApp } from '../state/app-context.ts';
import { openDialog } from '../state/dialogs.ts';
import type { Route } from '../state/route.ts';
import { useStore } from '../state/store.ts';
import { CaptureItem } from './capture-item.tsx';
import { DesktopMenuItems } from './desktop-menu-items.tsx';
import { ConnectionItem, DestinationItem } from './profile-items.tsx';
import { JobsItem, RunsItem } from './runs-items.tsx';
import { SluiceMark } from './sluice-mark.tsx';
import { ThemeMenu } from './theme-menu.tsx';
import { WalItem } from './wal-item.tsx';

/** Connections, destinations and the way to the runs. */
export function Sidebar({ route }: { readonly route: Route }) {
  const { profiles, info, host } = useApp();
  const state = useStore(profiles);
  const appInfo = useStore(info);
  const actions = useProfileActions();
  const { connections, destinations } =
    state.status === 'ready' ? state.value : { connections: [], destinations: [] };
  const ready = state.status === 'ready';
  return (
    <nav className="sidebar" aria-label="Connections, destinations and runs">
      <div className="sidebar-top">
        <SluiceMark size={24} />
        <span className="sidebar-brand">Sluice</span>
        <Menu position="bottom-end" width={host === 'electron' ? 260 : 200}>
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" aria-label="Settings and profiles">
              <IconSettings size={17} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item
              leftSection={<IconFileImport size={15} />}
              onClick={() => openDialog({ kind: 'import' })}
            >
              Import profiles…
            </Menu.Item>
            <Menu.Item leftSection={<IconFileExport size={15} />} onClick={actions.exportAll}>
              Export profiles…
            </Menu.Item>
            {host === 'electron' && <DesktopMenuItems />}
          </Menu.Dropdown>
        </Menu>
      </div>
      <div className="sidebar-body">
        <Section title="Connections" add="Add connection" onAdd={() => openDialog({ kind: 'connection' })} />
        {ready && connections.length === 0 && <p className="sidebar-none">None yet</p>}
        <ul className="sidebar-list" aria-label="Connections">
          {connections.map((connection) => (
            <ConnectionItem
              key={connection.id}
              connection={connection}
              current={route.screen === 'browse' && route.connectionId === connection.id}
            />
          ))}
        </ul>
        <Section
          title="Destinations"
          add="Add destination"
          onAdd={() => openDialog({ kind: 'destination' })}
        />
        {ready && destinations.length === 0 && <p className="sidebar-none">None yet</p>}
        <ul className="sidebar-list" aria-label="Destinations">
          {destinations.map((destination) => (
            <DestinationItem key={destination.id} destination={destination} />
          ))}
        </ul>
        {connections.length > 0 && <WalItem connections={connections} route={route} />}
        <CaptureItem route={route} />
        <JobsItem route={route} />
        <RunsItem route={route} />
      </div>
      {appInfo?.secrets === 'plain' && (
        <p className="sidebar-warning" role="note">
          This desktop has no keyring: saved passwords and keys are not encrypted.
        </p>
      )}
      <div className="sidebar-foot">
        <span>{appInfo === undefined ? '' : `Version ${appInfo.version}`}</span>
        {host === 'browser' && <ThemeMenu />}
      </div>
    </nav>
  );
}

interface SectionProps {
  readonly title: string;
  /** Name of the button that adds one. */
  readonly add: string;
  readonly onAdd: () => void;
}

function Section({ title, add, onAdd }: SectionProps) {
  return (
    <div className="sidebar-section">
      <h2>{title}</h2>
      <Tooltip label={add}>
        <ActionIcon variant="subtle" color="gray" size="sm" aria-label={add} onClick={onAdd}>
          <IconPlus size={15} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}

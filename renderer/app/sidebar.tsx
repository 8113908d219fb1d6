import './sidebar.css';
import { ActionIcon, Badge, Menu, Tooltip } from '@mantine/core';
import {
  IconBucket,
  IconDotsVertical,
  IconFileExport,
  IconFileImport,
  IconFileText,
  IconHistory,
  IconPlus,
  IconSettings,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { ConnectionProfile } from '../../electron/contract/connection-profile.ts';
import type { DestinationProfile } from '../../electron/contract/destination-profile.ts';
import { useProfileActions } from '../features/profiles/profile-actions.tsx';
import { useApp } from '../state/app-context.ts';
import { openDialog } from '../state/dialogs.ts';
import { formatRoute, type Route } from '../state/route.ts';
import { activeRuns } from '../state/runs-store.ts';
import { useStore } from '../state/store.ts';
import { CaptureItem } from './capture-item.tsx';
import { SluiceMark } from './sluice-mark.tsx';
import { DesktopMenuItems } from './desktop-menu-items.tsx';
import { ThemeMenu } from './theme-menu.tsx';
import { WalItem } from './wal-item.tsx';

/** Connections, destinations and the way to the runs. */
export function Sidebar({ route }: { readonly route: Route }) {
  const { profiles, runs, failedRuns, info, host } = useApp();
  const failed = useStore(failedRuns).size;
  const state = useStore(profiles);
  const appInfo = useStore(info);
  const active = activeRuns(useStore(runs)).length;
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
        <div
          className={`sidebar-item sidebar-jobs${route.screen === 'jobs' || route.screen === 'job' ? ' is-current' : ''}`}
        >
          <a
            className="sidebar-link"
            href={formatRoute({ screen: 'jobs' })}
            aria-current={route.screen === 'jobs' ? 'page' : undefined}
          >
            <IconFileText size={16} />
            <span className="ellipsis">Jobs</span>
          </a>
        </div>
        <div
          className={`sidebar-item sidebar-runs${route.screen === 'runs' || route.screen === 'run' ? ' is-current' : ''}`}
        >
          <a className="sidebar-link" href={formatRoute({ screen: 'runs' })}>
            <IconHistory size={16} />
            <span className="ellipsis">Runs</span>
            {active > 0 && (
              <Badge size="sm" variant="filled" aria-label={`${active} active`}>
                {active}
              </Badge>
            )}
            {failed > 0 && (
              <Badge size="sm" variant="filled" color="red.8" aria-label={`${failed} failed`}>
                {failed} failed
              </Badge>
            )}
          </a>
        </div>
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

function ConnectionItem({
  connection,
  current,
}: {
  readonly connection: ConnectionProfile;
  readonly current: boolean;
}) {
  const actions = useProfileActions();
  const { id, name, colour, readOnly, settings } = connection;
  return (
    <li className={`sidebar-item${current ? ' is-current' : ''}`}>
      <a
        className="sidebar-link"
        href={formatRoute({ screen: 'browse', connectionId: id, relation: undefined })}
        aria-current={current ? 'page' : undefined}
        title={`${name}\n${settings.user}@${settings.host}:${settings.port}/${settings.database}`}
      >
        <span className="sidebar-dot" style={{ background: `var(--mantine-color-${colour}-6)` }} />
        <span className="ellipsis">{name}</span>
        {readOnly && <span className="tag">read-only</span>}
      </a>
      <ItemMenu
        label={`Actions for connection ${name}`}
        onEdit={() => openDialog({ kind: 'connection', id })}
        onDuplicate={() => actions.duplicate('connections', id)}
        onDelete={() => actions.remove('connections', id, name)}
      />
    </li>
  );
}

function DestinationItem({ destination }: { readonly destination: DestinationProfile }) {
  const actions = useProfileActions();
  const { id, name, settings } = destination;
  const edit = () => openDialog({ kind: 'destination', id });
  return (
    <li className="sidebar-item">
      <button
        type="button"
        className="sidebar-link"
        onClick={edit}
        title={`${name}\ns3://${[settings.bucket, settings.prefix].filter((part) => part !== '').join('/')}`}
      >
        <IconBucket size={16} />
        <span className="ellipsis">{name}</span>
      </button>
      <ItemMenu
        label={`Actions for destination ${name}`}
        onEdit={edit}
        onDuplicate={() => actions.duplicate('destinations', id)}
        onDelete={() => actions.remove('destinations', id, name)}
      />
    </li>
  );
}

interface ItemMenuProps {
  readonly label: string;
  readonly onEdit: () => void;
  readonly onDuplicate: () => void;
  readonly onDelete: () => void;
}

function ItemMenu({ label, onEdit, onDuplicate, onDelete }: ItemMenuProps): ReactNode {
  return (
    <Menu position="bottom-end" width={160}>
      <Menu.Target>
        <ActionIcon className="sidebar-menu" variant="subtle" color="gray" size="sm" aria-label={label}>
          <IconDotsVertical size={15} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={onEdit}>Edit…</Menu.Item>
        <Menu.Item onClick={onDuplicate}>Duplicate</Menu.Item>
        <Menu.Item color="red" onClick={onDelete}>
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

import { ActionIcon, Menu } from '@mantine/core';
import { IconBucket, IconDotsVertical } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { ConnectionProfile } from '../../electron/contract/connection-profile.ts';
import type { DestinationProfile } from '../../electron/contract/destination-profile.ts';
import { useProfileActions } from '../features/profiles/profile-actions.tsx';
import { openDialog } from '../state/dialogs.ts';
import { formatRoute } from '../state/route.ts';

export interface ConnectionItemProps {
  readonly connection: ConnectionProfile;
  readonly current: boolean;
}

/** A saved connection: the way to its tables. */
export function ConnectionItem({ connection, current }: ConnectionItemProps) {
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

/** A saved destination. */
export function DestinationItem({ destination }: { readonly destination: DestinationProfile }) {
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

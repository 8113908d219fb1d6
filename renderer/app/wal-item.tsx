import { Badge } from '@mantine/core';
import { IconStack2 } from '@tabler/icons-react';
import type { ConnectionProfile } from '../../electron/contract/connection-profile.ts';
import type { WalVerdict } from '../../electron/contract/wal-watch.ts';
import { useApp } from '../state/app-context.ts';
import { readPreference } from '../state/preferences.ts';
import { formatRoute, type Route } from '../state/route.ts';
import { useStore } from '../state/store.ts';
import { troubledVerdicts } from '../state/wal-store.ts';

export interface WalItemProps {
  readonly connections: readonly ConnectionProfile[];
  readonly route: Route;
}

/**
 * The way to the WAL, with the worst that is known of any connection. It leads to the connection that is looked at, or
 * was last; the badge leads to the one that it speaks of.
 */
export function WalItem({ connections, route }: WalItemProps) {
  const state = useStore(useApp().wal);
  const shown = 'connectionId' in route ? route.connectionId : readPreference('connection');
  const { id } = connections.find((connection) => connection.id === shown) ?? connections[0] ?? { id: '' };
  const troubled = troubledVerdicts(
    state,
    connections.map((connection) => connection.id),
  );
  const [worst] = troubled;
  const current = route.screen === 'wal';
  return (
    <div className={`sidebar-item sidebar-wal${current ? ' is-current' : ''}`}>
      <a
        className="sidebar-link"
        href={formatRoute({ screen: 'wal', connectionId: id })}
        aria-current={current ? 'page' : undefined}
      >
        <IconStack2 size={16} />
        <span className="ellipsis">WAL</span>
      </a>
      {worst !== undefined && (
        <Badge
          component="a"
          href={formatRoute({ screen: 'wal', connectionId: worst.connectionId })}
          className="sidebar-badge"
          size="sm"
          variant="filled"
          color={worst.level === 'danger' ? 'red.8' : 'yellow.8'}
          title={troubled.map((verdict) => sentenceOf(verdict, connections)).join('\n')}
        >
          {worst.level}
        </Badge>
      )}
    </div>
  );
}

function sentenceOf(
  { connectionId, level, troubled }: WalVerdict,
  connections: readonly ConnectionProfile[],
): string {
  const name = connections.find(({ id }) => id === connectionId)?.name ?? '';
  const slots = troubled.filter((each) => each.level === level).map(({ slot }) => slot);
  return `${name}: ${slots.slice(0, 3).join(', ')}${slots.length > 3 ? ' …' : ''} (${level})`;
}

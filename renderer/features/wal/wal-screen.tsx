import './wal.css';
import { Select, Tabs } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useApp } from '../../state/app-context.ts';
import { writePreference } from '../../state/preferences.ts';
import { navigate } from '../../state/route.ts';
import { useStore } from '../../state/store.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { CatalogPanel } from './catalog-panel.tsx';
import { PeekPanel } from './peek-panel.tsx';
import { PreflightPanel } from './preflight-panel.tsx';
import { RecordsPanel } from './records-panel.tsx';
import { SlotsPanel } from './slots-panel.tsx';
import { useSlotGuard } from './use-slot-guard.ts';
import { useWalStatus } from './use-wal-status.ts';

/** The WAL of one connection: its slots, a peek at their changes, and what capture would need. */
export function WalScreen({ connectionId }: { readonly connectionId: string }) {
  const { profiles } = useApp();
  const state = useStore(profiles);
  const connections = state.status === 'ready' ? state.value.connections : [];
  const [tab, setTab] = useState<string | null>('slots');
  const [slot, setSlot] = useState<string | null>(null);
  const guard = useSlotGuard(connectionId);
  const { status, error, reload } = useWalStatus(connectionId, guard.diskLimitBytes);
  useEffect(() => writePreference('connection', connectionId), [connectionId]);

  if (state.status === 'ready' && !connections.some(({ id }) => id === connectionId)) {
    return (
      <EmptyState
        icon={<IconPlugConnectedX size={40} stroke={1.4} />}
        title="This connection has been deleted"
      />
    );
  }
  const peek = (name: string) => {
    setSlot(name);
    setTab('peek');
  };
  return (
    <div className="wal">
      <header className="wal-head">
        <h1>WAL</h1>
        <Select
          size="xs"
          w={220}
          aria-label="Connection"
          data={connections.map(({ id, name }) => ({ value: id, label: name }))}
          value={connectionId}
          allowDeselect={false}
          onChange={(id) => {
            if (id !== null) navigate({ screen: 'wal', connectionId: id });
          }}
        />
        {status !== undefined && (
          <p className="faint ellipsis">
            Postgres {status.server.version} · {status.server.standby ? 'standby' : 'primary'} · wal_level{' '}
            {status.server.walLevel}
          </p>
        )}
      </header>
      <Tabs value={tab} onChange={setTab} className="wal-tabs" keepMounted={false}>
        <Tabs.List px={6}>
          <Tabs.Tab value="slots">Slots</Tabs.Tab>
          <Tabs.Tab value="peek">Peek</Tabs.Tab>
          <Tabs.Tab value="records">Records</Tabs.Tab>
          <Tabs.Tab value="catalog">Publications and tables</Tabs.Tab>
          <Tabs.Tab value="preflight">Can I capture from here?</Tabs.Tab>
        </Tabs.List>
        {error !== undefined && (
          <div className="wal-error">
            <ErrorNotice error={error} title="The state of the WAL could not be read" onRetry={reload} />
          </div>
        )}
        <Tabs.Panel value="slots" className="wal-panel">
          <SlotsPanel
            connectionId={connectionId}
            status={status}
            waiting={error === undefined}
            guard={guard}
            onPeek={peek}
            onChanged={reload}
          />
        </Tabs.Panel>
        <Tabs.Panel value="peek" className="wal-panel">
          <PeekPanel connectionId={connectionId} slots={status?.slots ?? []} slot={slot} onSlot={setSlot} />
        </Tabs.Panel>
        <Tabs.Panel value="records" className="wal-panel">
          <RecordsPanel connectionId={connectionId} />
        </Tabs.Panel>
        <Tabs.Panel value="catalog" className="wal-panel">
          <CatalogPanel connectionId={connectionId} />
        </Tabs.Panel>
        <Tabs.Panel value="preflight" className="wal-panel">
          <PreflightPanel connectionId={connectionId} />
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}

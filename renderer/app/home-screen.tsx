import { Button, Group } from '@mantine/core';
import { IconDatabasePlus, IconFileImport, IconPlus } from '@tabler/icons-react';
import { useEffect } from 'react';
import { useApp } from '../state/app-context.ts';
import { openDialog } from '../state/dialogs.ts';
import { readPreference } from '../state/preferences.ts';
import { redirect } from '../state/route.ts';
import { useStore } from '../state/store.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { ErrorNotice } from '../ui/error-notice.tsx';

/** The first screen: goes on to the connection used last, or tells a newcomer how to begin. */
export function HomeScreen() {
  const { profiles } = useApp();
  const state = useStore(profiles);
  const connections = state.status === 'ready' ? state.value.connections : [];
  const last = readPreference('connection');
  const first = connections.find((connection) => connection.id === last) ?? connections[0];
  useEffect(() => {
    if (first !== undefined) redirect({ screen: 'browse', connectionId: first.id, relation: undefined });
  }, [first]);

  if (state.status === 'failed') {
    return <ErrorNotice error={state.error} onRetry={() => void profiles.reload()} />;
  }
  if (state.status === 'loading' || first !== undefined) return null;
  return (
    <EmptyState icon={<IconDatabasePlus size={44} stroke={1.4} />} title="No connections yet">
      <p>
        Save how to reach a Postgres database, look at its tables, and extract them to S3. Sluice only reads:
        every query runs in a READ ONLY transaction.
      </p>
      <Group justify="center" mt={8}>
        <Button leftSection={<IconPlus size={16} />} onClick={() => openDialog({ kind: 'connection' })}>
          Add a connection
        </Button>
        <Button
          variant="default"
          leftSection={<IconFileImport size={16} />}
          onClick={() => openDialog({ kind: 'import' })}
        >
          Import pipeline.conf or URL
        </Button>
      </Group>
    </EmptyState>
  );
}

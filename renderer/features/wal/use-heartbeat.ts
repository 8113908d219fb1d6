import { useEffect, useState } from 'react';
import { useApp } from '../../state/app-context.ts';
import { notifyError } from '../../ui/notify.ts';

const EVERY_MS = 10_000;

/** Writes a message to the WAL now and then, while it is switched on and this screen is open. */
export function useHeartbeat(connectionId: string): {
  readonly on: boolean;
  readonly set: (on: boolean) => void;
  readonly said: string;
} {
  const { client } = useApp();
  const [on, set] = useState(false);
  const [lsn, setLsn] = useState<string>();
  useEffect(() => {
    if (!on) return undefined;
    const beat = async () => {
      try {
        setLsn((await client.call('wal.heartbeat', { connectionId })).lsn);
      } catch (error) {
        set(false);
        notifyError('The heartbeat could not be written', error);
      }
    };
    void beat();
    const timer = setInterval(() => void beat(), EVERY_MS);
    return () => clearInterval(timer);
  }, [client, connectionId, on]);
  return {
    on,
    set,
    said: on && lsn !== undefined ? `last at ${lsn}` : 'lets consumers of idle tables move on',
  };
}

import { useEffect, useRef, useState } from 'react';
import type { WalWatch } from '../../../electron/contract/wal-watch.ts';
import { useApp } from '../../state/app-context.ts';
import { useStore } from '../../state/store.ts';
import { notifyError } from '../../ui/notify.ts';

/** Milliseconds between two messages of a heartbeat that this screen writes. */
const BEAT_MS = 10_000;

/** Milliseconds after the last key before a limit is handed to the watch. */
const TYPED_MS = 600;

/** What the person wants of the guardian for one connection. */
export interface SlotGuard {
  readonly watching: boolean;
  readonly setWatching: (on: boolean) => void;
  readonly diskLimitBytes: number | undefined;
  readonly setDiskLimit: (bytes: number | undefined) => void;
  readonly heartbeat: boolean;
  readonly setHeartbeat: (on: boolean) => void;
  /** What there is to say of the heartbeat. */
  readonly heartbeatSays: string;
}

/** Where the connection is watched, the watch keeps the wishes and the engine writes the heartbeat; else this screen does. */
export function useSlotGuard(connectionId: string): SlotGuard {
  const { client, host, wal } = useApp();
  const watch = useStore(wal).watches.get(connectionId);
  /** What was typed here; nothing yet: what the watch has. */
  const [typed, setTyped] = useState<{ readonly bytes: number | undefined }>();
  const typing = useRef<ReturnType<typeof setTimeout>>(undefined);
  const diskLimitBytes = typed === undefined ? watch?.diskLimitBytes : typed.bytes;
  const [beating, setBeating] = useState(false);
  const [lsn, setLsn] = useState<string>();

  const save = async (next: WalWatch | null) => {
    try {
      await wal.watch(connectionId, next);
    } catch (error) {
      notifyError('The watch could not be changed', error);
    }
  };

  useEffect(() => {
    if (!beating || watch !== undefined) return undefined;
    const beat = async () => {
      try {
        setLsn((await client.call('wal.heartbeat', { connectionId })).lsn);
      } catch (error) {
        setBeating(false);
        notifyError('The heartbeat could not be written', error);
      }
    };
    void beat();
    const timer = setInterval(() => void beat(), BEAT_MS);
    return () => clearInterval(timer);
  }, [client, connectionId, beating, watch]);

  return {
    watching: watch !== undefined,
    setWatching: (on) => {
      if (on && host === 'browser') askToNotify();
      void save(on ? wishes(diskLimitBytes, beating) : null);
    },
    diskLimitBytes,
    setDiskLimit: (bytes) => {
      setTyped({ bytes });
      clearTimeout(typing.current);
      if (watch === undefined) return;
      typing.current = setTimeout(() => void save(wishes(bytes, watch.heartbeat)), TYPED_MS);
    },
    heartbeat: watch?.heartbeat ?? beating,
    setHeartbeat: (on) => {
      if (watch === undefined) setBeating(on);
      else void save(wishes(diskLimitBytes, on));
    },
    heartbeatSays: beating && watch === undefined && lsn !== undefined ? `Last at ${lsn}` : beatText(watch),
  };
}

function wishes(diskLimitBytes: number | undefined, heartbeat: boolean): WalWatch {
  return { ...(diskLimitBytes === undefined ? {} : { diskLimitBytes }), heartbeat };
}

function beatText(watch: WalWatch | undefined): string {
  return watch?.heartbeat === true
    ? 'Written once a minute in the background'
    : 'Lets idle consumers move on';
}

/** Asked at the click that wants it, once, and never where the answer is known. */
function askToNotify(): void {
  if (!('Notification' in window) || Notification.permission !== 'default') return;
  // Whatever the answer is, the badge and the notice on the page are there.
  Notification.requestPermission().catch(() => undefined);
}

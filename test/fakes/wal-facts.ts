/** Facts of a server as the views give them, each of which a test can change. */
import type { Slot, WalServer } from '../../electron/contract/wal.ts';

export function walServer(change: Partial<WalServer> = {}): WalServer {
  return {
    version: '18.4',
    standby: false,
    database: 'shop',
    walLevel: 'logical',
    currentLsn: '3/40000000',
    maxSlotWalKeepBytes: null,
    maxReplicationSlots: 10,
    maxWalSenders: 10,
    usedWalSenders: 1,
    oldestWriter: null,
    ...change,
  };
}

export function slotOf(change: Partial<Slot> = {}): Slot {
  return {
    name: 'orders',
    type: 'logical',
    plugin: 'pgoutput',
    database: 'shop',
    temporary: false,
    active: false,
    activePid: null,
    activeBy: null,
    restartLsn: '3/3FFFF000',
    confirmedFlushLsn: '3/3FFFFF00',
    retainedBytes: 4_096,
    pendingBytes: 256,
    walStatus: 'reserved',
    safeWalSize: null,
    invalidationReason: null,
    inactiveSince: null,
    failover: false,
    twoPhase: false,
    catalogXminAge: 12,
    ...change,
  };
}

/** The WAL of a server that is not there: one slot for each level of the guardian. */
import { AppError } from '../../electron/contract/app-error.ts';
import type { WalWatch } from '../../electron/contract/wal-watch.ts';
import type { Slot, WalCheck } from '../../electron/contract/wal.ts';
import type { WalCalls } from '../../electron/engine/wal/wal-desk.ts';
import { walStatus } from '../../electron/engine/wal/wal-status.ts';
import { sampleOf, withSample, type WalSample } from '../../electron/engine/wal/wal-history.ts';
import { slotOf, walServer } from './wal-facts.ts';

const GB = 1024 ** 3;

const CHECKS: readonly WalCheck[] = [
  { code: 'wal_level', title: 'wal_level', outcome: 'pass', text: 'It is logical.', remedy: null },
  {
    code: 'slot_limit',
    title: 'Limit of what slots hold',
    outcome: 'warn',
    text: 'Nothing limits the WAL that a slot holds: one that nobody reads fills the disk.',
    remedy: "ALTER SYSTEM SET max_slot_wal_keep_size = '50GB'; SELECT pg_reload_conf();",
  },
];

export function fakeWalCalls(): WalCalls {
  let slots: Slot[] = [
    slotOf({ name: 'debezium_orders', active: true, activePid: 4711, activeBy: 'debezium from 10.0.0.7' }),
    slotOf({ name: 'forgotten', retainedBytes: 9 * GB, pendingBytes: 9 * GB, walStatus: 'extended' }),
    slotOf({ name: 'gone', walStatus: 'lost', restartLsn: null, retainedBytes: null, pendingBytes: null }),
  ];
  const watches = new Map<string, WalWatch>();
  let history: readonly WalSample[] = [];
  const refuse = () => Promise.reject(new AppError('CONFIG_NOT_SUPPORTED', 'The fake has no WAL to read'));
  return {
    'wal.status': ({ diskLimitBytes }) => {
      const facts = { server: walServer(), slots, senders: [] };
      history = withSample(history, sampleOf(facts, performance.now(), new Date().toISOString()));
      return Promise.resolve(walStatus(facts, history, diskLimitBytes));
    },
    'wal.watches': () =>
      Promise.resolve({
        watches: [...watches].map(([connectionId, watch]) => ({ connectionId, watch })),
        verdicts: [],
      }),
    'wal.watch': ({ connectionId, watch }) => {
      if (watch === null) watches.delete(connectionId);
      else watches.set(connectionId, watch);
      return Promise.resolve({});
    },
    'wal.catalog': () => Promise.resolve({ publications: [], tables: [] }),
    'wal.preflight': () => Promise.resolve({ checks: [...CHECKS] }),
    'wal.heartbeat': () => Promise.resolve({ lsn: '0/1B85D70' }),
    'wal.dropSlot': ({ slot }) => {
      slots = slots.filter(({ name }) => name !== slot);
      return Promise.resolve({});
    },
    'wal.records': refuse,
    'wal.stats': refuse,
    'wal.peekOpen': refuse,
    'wal.peekNext': refuse,
    'wal.peekClose': () => Promise.resolve({}),
  };
}

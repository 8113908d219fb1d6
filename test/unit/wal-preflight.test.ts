/** "Can changes be captured from here?", for servers of every kind. */
import { describe, expect, it } from 'vitest';
import { AppError } from '../../electron/contract/app-error.ts';
import type { WalServer, WalTable } from '../../electron/contract/wal.ts';
import { preflight } from '../../electron/engine/wal/preflight.ts';
import type { CaptureFacts } from '../../electron/engine/wal/wal-source.ts';
import { slotOf, walServer } from '../fakes/wal-facts.ts';

const table = (change: Partial<WalTable>): WalTable => ({
  schema: 'public',
  name: 'Orders',
  identity: 'default',
  keyColumns: ['id'],
  harmed: false,
  keyed: true,
  unlogged: false,
  partitioned: false,
  generatedColumns: [],
  publications: ['p'],
  ...change,
});

function factsOf({
  server = {},
  tables = [],
  slots = 0,
  viaRoot = true,
  ...more
}: Partial<Omit<CaptureFacts, 'facts' | 'catalog'>> & {
  server?: Partial<WalServer>;
  tables?: WalTable[];
  slots?: number;
  viaRoot?: boolean;
} = {}): CaptureFacts {
  return {
    facts: {
      server: walServer({ maxSlotWalKeepBytes: 1e10, ...server }),
      slots: Array.from({ length: slots }, (_, i) => slotOf({ name: `s${i}` })),
      senders: [],
    },
    catalog: {
      publications: [{ name: 'p', allTables: true, operations: ['insert'], viaRoot, tables: [] }],
      tables,
    },
    user: 'ann',
    superuser: false,
    replicationRole: true,
    providerSettings: [],
    mayCreate: true,
    unreadable: [],
    idleSlotTimeoutMs: 0,
    replication: { ok: true },
    rowBytes: new Map(),
    ...more,
  };
}
const check = (facts: CaptureFacts, code: string) => preflight(facts).find((each) => each.code === code);

describe('preflight', () => {
  it('passes a server that has everything, and has a remedy wherever it does not', () => {
    expect(preflight(factsOf()).filter(({ outcome }) => outcome !== 'pass')).toEqual([]);
    expect(preflight(factsOf()).every(({ remedy }) => remedy === null)).toBe(true);
  });

  it.each([
    [[], 'ALTER SYSTEM SET wal_level = logical'],
    [['rds'], 'rds.logical_replication = 1'],
    [['cloudsql'], 'cloudsql.logical_decoding = on'],
    [['azure'], 'server parameter wal_level'],
    [['supabase'], 'Supabase'],
  ])('names the switch of the provider %j', (providerSettings, remedy) => {
    const found = check(factsOf({ server: { walLevel: 'replica' }, providerSettings }), 'walLevel');
    expect(found?.outcome).toBe('fail');
    expect(found?.remedy).toContain(remedy);
  });

  it.each<[string, CaptureFacts, string, 'warn' | 'fail', string]>([
    [
      'a standby before 16',
      factsOf({ server: { standby: true, version: '15.3' } }),
      'standby',
      'fail',
      'primary',
    ],
    [
      'a standby from 16 on',
      factsOf({ server: { standby: true, version: '16.1' } }),
      'standby',
      'warn',
      'hot_standby_feedback',
    ],
    ['no free slot', factsOf({ slots: 10 }), 'slots', 'fail', 'max_replication_slots = 15'],
    [
      'no free sender',
      factsOf({ server: { usedWalSenders: 10 } }),
      'senders',
      'fail',
      'max_wal_senders = 15',
    ],
    ['no right', factsOf({ replicationRole: false }), 'role', 'fail', 'ALTER ROLE "ann" REPLICATION'],
    [
      'no right on RDS',
      factsOf({ replicationRole: false, providerSettings: ['rds'] }),
      'role',
      'fail',
      'GRANT rds_replication TO "ann"',
    ],
    [
      'a pooler in the way',
      factsOf({
        replication: {
          ok: false,
          error: new AppError('SOURCE_QUERY_FAILED', 'unsupported startup parameter'),
        },
      }),
      'connection',
      'fail',
      'PgBouncer',
    ],
    [
      'a table without a key',
      factsOf({ tables: [table({ keyColumns: [], harmed: true, keyed: false })] }),
      'identity',
      'warn',
      'ALTER TABLE "public"."Orders" REPLICA IDENTITY FULL',
    ],
    [
      'whole old rows',
      factsOf({ tables: [table({ identity: 'full' })], rowBytes: new Map([['public.Orders', 120]]) }),
      'fullIdentity',
      'warn',
      'REPLICA IDENTITY DEFAULT',
    ],
    [
      'partitions under their own names',
      factsOf({ tables: [table({ partitioned: true })], viaRoot: false }),
      'partitions',
      'warn',
      'publish_via_partition_root = true',
    ],
    [
      'generated columns before 18',
      factsOf({ server: { version: '17.2' }, tables: [table({ generatedColumns: ['g'] })] }),
      'generated',
      'warn',
      'before Postgres 18',
    ],
    ['an unlogged table', factsOf({ tables: [table({ unlogged: true })] }), 'unlogged', 'warn', 'SET LOGGED'],
    [
      'no limit',
      factsOf({ server: { maxSlotWalKeepBytes: null } }),
      'keepSize',
      'warn',
      'max_slot_wal_keep_size',
    ],
    [
      'a table without a key, and what the whole row would cost',
      factsOf({
        tables: [table({ keyColumns: [], harmed: true, keyed: false })],
        rowBytes: new Map([['public.Orders', 120]]),
      }),
      'identity',
      'warn',
      'about 120 B more WAL for each update and delete; or add a primary key',
    ],
    [
      'tables that the first snapshot cannot read',
      factsOf({ unreadable: [{ schema: 'public', name: 'Pay"roll' }] }),
      'grants',
      'warn',
      'GRANT SELECT ON "public"."Pay""roll" TO "ann";',
    ],
    [
      'no publication, for a superuser',
      { ...factsOf({ superuser: true }), catalog: { publications: [], tables: [] } },
      'publication',
      'warn',
      'A capture makes its own when it starts',
    ],
    [
      'no publication, and no right to make one',
      { ...factsOf({ mayCreate: false }), catalog: { publications: [], tables: [] } },
      'publication',
      'warn',
      'GRANT CREATE ON DATABASE "shop" TO "ann";',
    ],
    [
      'no free slot on RDS',
      factsOf({ slots: 10, providerSettings: ['rds'] }),
      'slots',
      'fail',
      'Set max_replication_slots = 15 in the parameter group',
    ],
    [
      'no free sender on Cloud SQL',
      factsOf({ server: { usedWalSenders: 10 }, providerSettings: ['cloudsql'] }),
      'senders',
      'fail',
      'Set the flag max_wal_senders = 15; the instance restarts.',
    ],
    [
      'an idle timeout on Azure',
      factsOf({ idleSlotTimeoutMs: 3_600_000, providerSettings: ['azure'] }),
      'idleTimeout',
      'warn',
      'Set the server parameter idle_replication_slot_timeout = 0.',
    ],
    [
      'no limit on Supabase',
      factsOf({ server: { maxSlotWalKeepBytes: null }, providerSettings: ['supabase'] }),
      'keepSize',
      'warn',
      'postgres-config update --config max_slot_wal_keep_size=50000',
    ],
    ['an idle timeout', factsOf({ idleSlotTimeoutMs: 3_600_000 }), 'idleTimeout', 'warn', '= 0'],
  ])('%s', (_, facts, code, outcome, remedy) => {
    const found = check(facts, code);
    expect([found?.outcome, found?.remedy]).toEqual([outcome, expect.stringContaining(remedy)]);
  });

  it('says what a whole old row costs, where ANALYZE has looked', () => {
    const facts = factsOf({
      tables: [table({ identity: 'full' }), table({ name: 'b', identity: 'full' })],
      rowBytes: new Map([['public.Orders', 120]]),
    });
    expect(check(facts, 'fullIdentity')?.text).toBe(
      'public.Orders: about 120 B more WAL for each update and delete; public.b: its cost is unknown until ANALYZE.',
    );
  });
});

/** When the guardian speaks, and how loudly; each case is named after what has gone wrong somewhere. */
import { describe, expect, it } from 'vitest';
import type { Slot, WalServer } from '../../electron/contract/wal.ts';
import { assessSlot } from '../../electron/engine/wal/guardian.ts';
import {
  HISTORY_MS,
  movementOf,
  sampleOf,
  walRates,
  withSample,
  type SlotMovement,
  type WalSample,
} from '../../electron/engine/wal/wal-history.ts';
import { walStatus } from '../../electron/engine/wal/wal-status.ts';
import { slotOf, walServer } from '../fakes/wal-facts.ts';

const MB = 1024 ** 2;
const GB = 1024 ** 3;
const still: SlotMovement = {
  seconds: 120,
  growthBytesPerSecond: 0,
  restartMoved: false,
  flushMoved: false,
  walBytes: 0,
};

interface Case {
  readonly slot?: Partial<Slot>;
  readonly server?: Partial<WalServer>;
  readonly movement?: Partial<SlotMovement>;
  readonly disk?: number;
  readonly hasStandby?: boolean;
}
const assess = ({ slot, server, movement, disk, hasStandby = false }: Case) =>
  assessSlot({
    slot: slotOf(slot),
    server: walServer(server),
    movement: { ...still, ...movement },
    diskLimitBytes: disk,
    hasStandby,
  });

describe('the traps', () => {
  it.each<[string, Case, string, string[]]>([
    ['a slot that is read is well', { slot: { active: true } }, 'ok', []],
    ['a slot that holds little and is not read is well', {}, 'ok', []],
    [
      'an idle captured database pins WAL although its consumer is connected',
      { slot: { active: true, retainedBytes: 900 * MB }, movement: { walBytes: 900 * MB } },
      'watch',
      ['idleConsumer'],
    ],
    [
      'a consumer that moves is not idle',
      { slot: { active: true }, movement: { walBytes: 900 * MB, flushMoved: true } },
      'ok',
      [],
    ],
    [
      'restart_lsn does not move although confirmed_flush_lsn does',
      {
        slot: { active: true, retainedBytes: 2 * GB, pendingBytes: 1 * MB },
        server: { maxSlotWalKeepBytes: 100 * GB, oldestWriter: { pid: 99, seconds: 7_300 } },
        movement: { flushMoved: true },
      },
      'watch',
      ['restartStuck'],
    ],
    [
      'a daily job holds a day of WAL',
      {
        slot: { retainedBytes: 500 * MB, inactiveSince: '2026-11-21T01:00:00Z' },
        server: { maxSlotWalKeepBytes: 100 * GB },
      },
      'watch',
      ['inactive'],
    ],
    [
      'a lost slot is said to be lost, and not to be tried again',
      { slot: { walStatus: 'lost', retainedBytes: null } },
      'danger',
      ['lost'],
    ],
    [
      'an invalidated slot on a standby is lost as well',
      { slot: { invalidationReason: 'rows_removed' } },
      'danger',
      ['lost'],
    ],
    [
      'a slot past the limit has time until the next checkpoint',
      { slot: { active: true, walStatus: 'unreserved' } },
      'danger',
      ['unreserved'],
    ],
    [
      'a slot that a failover would lose has a note, and no alarm',
      { slot: { active: true, failover: false }, hasStandby: true },
      'ok',
      ['noFailover'],
    ],
    [
      'hundreds of gigabytes without any limit',
      { slot: { active: true, retainedBytes: 300 * GB } },
      'danger',
      ['noLimit'],
    ],
    [
      'a catalog_xmin that nobody moves',
      { slot: { active: true, catalogXminAge: 1_200_000_000 } },
      'danger',
      ['vacuumHeld'],
    ],
    ['a server before 17 has no failover to miss', { slot: { failover: null }, hasStandby: true }, 'ok', []],
  ])('%s', (_, given, level, codes) => {
    const health = assess(given);
    expect([health.level, health.findings.map(({ code }) => code)]).toEqual([level, codes]);
  });

  it('names the transaction that holds restart_lsn', () => {
    const [finding] = assess({
      slot: { active: true, retainedBytes: 60 * GB, pendingBytes: 0 },
      server: { maxSlotWalKeepBytes: 1_000 * GB, oldestWriter: { pid: 99, seconds: 7_300 } },
      movement: { flushMoved: true },
    }).findings;
    expect(finding?.advice).toContain('open for 2 hours (pid 99)');
  });

  it('gives the exact statement for a slot that nobody reads', () => {
    const health = assess({
      slot: { name: 'old', retainedBytes: 10 * GB },
      server: { maxSlotWalKeepBytes: 1e15 },
    });
    expect(health.findings[0]?.sql).toBe("SELECT pg_drop_replication_slot('old');");
  });
});

describe('the projection', () => {
  const growing = (bytes: number) => ({ growthBytesPerSecond: bytes });
  it.each<[string, Case, number | null, string]>([
    ['no limit, no time', { movement: growing(MB) }, null, 'ok'],
    ['no growth, no time', { server: { maxSlotWalKeepBytes: GB } }, null, 'ok'],
    ['shrinking, no time', { movement: growing(-MB), server: { maxSlotWalKeepBytes: GB } }, null, 'ok'],
    [
      'half an hour to max_slot_wal_keep_size is danger',
      { slot: { retainedBytes: 0 }, movement: growing(MB), server: { maxSlotWalKeepBytes: 1_800 * MB } },
      1_800,
      'danger',
    ],
    [
      'ten hours to it is to be watched',
      { slot: { retainedBytes: 0 }, movement: growing(MB), server: { maxSlotWalKeepBytes: 36_000 * MB } },
      36_000,
      'watch',
    ],
    [
      'ten days to it is well',
      { slot: { retainedBytes: 0 }, movement: growing(MB), server: { maxSlotWalKeepBytes: 864_000 * MB } },
      864_000,
      'ok',
    ],
    [
      'what the disk can take counts from now',
      { slot: { retainedBytes: 20 * MB }, movement: growing(MB), disk: 60 * MB },
      60,
      'danger',
    ],
    [
      'the nearer limit counts',
      {
        slot: { retainedBytes: 0 },
        movement: growing(MB),
        disk: 7_200 * MB,
        server: { maxSlotWalKeepBytes: 864_000 * MB },
      },
      7_200,
      'watch',
    ],
    [
      'a limit that is passed is at zero',
      {
        slot: { retainedBytes: 2 * GB, active: true },
        movement: growing(1),
        server: { maxSlotWalKeepBytes: GB },
      },
      0,
      'danger',
    ],
  ])('%s', (_, given, seconds, level) => {
    const health = assess(given);
    expect([health.secondsToLimit, health.level]).toEqual([seconds, level]);
  });

  it('nine tenths of the limit are danger without any growth', () => {
    const server = { maxSlotWalKeepBytes: GB };
    expect(assess({ slot: { active: true, retainedBytes: 0.92 * GB }, server }).level).toBe('danger');
    expect(assess({ slot: { active: true, retainedBytes: 0.6 * GB }, server }).level).toBe('watch');
  });
});

describe('the history', () => {
  const sample = (atMs: number, lsn: string, slot: Partial<Slot> = {}): WalSample =>
    sampleOf(
      { server: walServer({ currentLsn: lsn }), slots: [slotOf(slot)], senders: [] },
      atMs,
      new Date(atMs).toISOString(),
    );
  const history = (samples: readonly WalSample[]) => samples.reduce<readonly WalSample[]>(withSample, []);

  it('measures rates and growth', () => {
    const samples = history([
      sample(0, '0/100000', { retainedBytes: 0 }),
      sample(2_000, '0/300000', { retainedBytes: 2 * MB }),
      sample(4_000, '0/300000', { retainedBytes: 2 * MB, confirmedFlushLsn: '3/40000000' }),
    ]);
    expect(walRates(samples).map(({ bytesPerSecond }) => bytesPerSecond)).toEqual([MB, 0]);
    expect(movementOf(samples, 'orders')).toEqual({
      seconds: 4,
      growthBytesPerSecond: 0.5 * MB,
      restartMoved: false,
      flushMoved: true,
      walBytes: 2 * MB,
    });
  });

  it('says nothing from one sample, nor of a slot that it does not know', () => {
    expect(movementOf(history([sample(0, '0/1')]), 'orders').growthBytesPerSecond).toBeNull();
    expect(movementOf(history([sample(0, '0/1'), sample(5_000, '0/2')]), 'other').seconds).toBe(0);
  });

  it('forgets what is old, and begins anew where the position has gone back', () => {
    const old = history([sample(0, '0/1'), sample(HISTORY_MS + 1, '0/2')]);
    expect(old).toHaveLength(1);
    expect(withSample(old, sample(HISTORY_MS + 2, '0/1'))).toHaveLength(1);
  });

  it('makes the status of a server, whose level is that of its worst slot', () => {
    const samples = history([sample(0, '0/1'), sample(1_000, '0/100001')]);
    const slots = [slotOf({ active: true }), slotOf({ name: 'gone', walStatus: 'lost' })];
    const status = walStatus({ server: walServer(), slots, senders: [] }, samples, undefined);
    expect([status.level, status.walBytesPerSecond]).toEqual(['danger', MB]);
    expect(status.slots.map(({ health }) => health.level)).toEqual(['ok', 'danger']);
  });
});

/** The state of the WAL on every server that is here, and what is said to those who may not look, or have no room. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../electron/contract/error-table.ts';
import { settingsOf, TestEngine } from '../harness/engine/test-engine.ts';
import { installedServers } from '../harness/postgres/server-programs.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { slotNames } from './wal-world.ts';

const failing = (code: ErrorCode) => expect.objectContaining({ code });

describe.each(installedServers())('Postgres $major', ({ major, programs }) => {
  const postgres = sharedPostgres({
    programs,
    settings: { max_replication_slots: '3', max_wal_senders: '2', max_slot_wal_keep_size: '256MB' },
  });
  let db: TemporaryDatabase;
  let engine: TestEngine;
  let connectionId: string;

  beforeAll(async () => {
    db = await postgres().createDatabase('shop');
    engine = await TestEngine.start();
    connectionId = await engine.useDatabase(db);
    await db.query('CREATE TABLE t (id int PRIMARY KEY, v text)');
  });
  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
    await db.drop();
  });

  const addSlot = (name: string) =>
    db.query(`SELECT pg_create_logical_replication_slot($1, 'test_decoding')`, [name]);
  const dropSlots = () => db.query('SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots');
  /** A user of the server with these attributes. */
  async function connectAs(name: string, attributes: string): Promise<string> {
    await db.query(`CREATE ROLE ${name} LOGIN PASSWORD 'pw' ${attributes}`);
    return await engine.useProfile(name, { ...settingsOf(db), user: name }, 'pw');
  }

  test('every slot with what it holds, what the server allows, and the rates of two looks', async () => {
    await addSlot('watched');
    await db.query("SELECT pg_create_physical_replication_slot('physical', true)");
    await engine.call('wal.status', { connectionId });
    await db.query(`INSERT INTO t SELECT i, repeat('x', 500) FROM generate_series(1, 20000) i`);
    await expect
      .poll(async () => (await engine.call('wal.status', { connectionId })).walBytesPerSecond, {
        timeout: 5_000,
      })
      .not.toBeNull();
    const { server, slots, rates } = await engine.call('wal.status', { connectionId });
    expect(server).toMatchObject({
      walLevel: 'logical',
      maxSlotWalKeepBytes: 256 * 1024 ** 2,
      maxReplicationSlots: 3,
      standby: false,
    });
    expect(server.version.startsWith(String(major))).toBe(true);
    expect(slots.map(({ name, type, plugin, database }) => [name, type, plugin, database])).toEqual([
      ['physical', 'physical', null, null],
      ['watched', 'logical', 'test_decoding', 'shop'],
    ]);
    const watched = slots[1];
    expect(watched?.retainedBytes).toBeGreaterThan(10_000_000);
    expect(watched?.health.growthBytesPerSecond).toBeGreaterThan(0);
    expect(watched?.health.limit).toEqual({ bytes: 256 * 1024 ** 2, kind: 'max_slot_wal_keep_size' });
    expect(watched?.failover).toBe(major >= 17 ? false : null);
    expect(rates.length).toBeGreaterThan(0);
    expect(await engine.call('wal.status', { connectionId, diskLimitBytes: 1_000 })).toMatchObject({
      level: 'danger',
    });
    await dropSlots();
  });

  test('a slot that was lost is danger, cannot be peeked, and can be dropped by its name', async () => {
    await addSlot('lost');
    await db.query("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'");
    await db.query('SELECT pg_reload_conf()');
    for (let i = 0; i < 3; i++)
      await db.query(`SELECT pg_logical_emit_message(false, 'x', 'y'), pg_switch_wal()`);
    await db.query('CHECKPOINT');
    const { slots, level } = await engine.call('wal.status', { connectionId });
    expect([level, slots[0]?.walStatus, slots[0]?.health.findings[0]?.code]).toEqual([
      'danger',
      'lost',
      'lost',
    ]);
    await expect(engine.call('wal.peekOpen', { connectionId, slot: 'lost' })).rejects.toEqual(
      failing('SLOT_LOST'),
    );
    await expect(
      engine.call('wal.dropSlot', { connectionId, slot: 'lost', confirm: 'Lost' }),
    ).rejects.toEqual(failing('SLOT_NOT_CONFIRMED'));
    await engine.call('wal.dropSlot', { connectionId, slot: 'lost', confirm: 'lost' });
    expect(await engine.call('wal.status', { connectionId })).toMatchObject({ level: 'ok', slots: [] });
    await db.query('ALTER SYSTEM RESET max_slot_wal_keep_size');
    await db.query('SELECT pg_reload_conf()');
  });

  test('a slot in use is not dropped, and the message names who uses it', async () => {
    await addSlot('used');
    const consumer = await db.connect({ replication: 'database' } as never);
    const consuming = consumer.query('START_REPLICATION SLOT used LOGICAL 0/0').catch(() => undefined);
    await expect
      .poll(async () => (await engine.call('wal.status', { connectionId })).slots[0]?.active)
      .toBe(true);
    const { slots, senders } = await engine.call('wal.status', { connectionId });
    expect(slots[0]?.activeBy).toContain('sluice-test');
    expect(senders[0]).toMatchObject({ name: 'sluice-test', slot: 'used' });
    const drop = engine.call('wal.dropSlot', { connectionId, slot: 'used', confirm: 'used' });
    await expect(drop).rejects.toThrow(`active for PID ${slots[0]?.activePid}`);
    await expect(drop).rejects.toEqual(failing('SLOT_IN_USE'));
    await consumer.end();
    await consuming;
    await expect.poll(async () => (await slotNames(db)).length).toBe(1);
    await expect
      .poll(async () => (await engine.call('wal.status', { connectionId })).slots[0]?.active)
      .toBe(false);
    await dropSlots();
  });

  test('who may not replicate is told which attribute is missing', async () => {
    await addSlot('guarded');
    const reader = await connectAs('reader', '');
    const { slots } = await engine.call('wal.status', { connectionId: reader });
    expect(slots.map(({ name }) => name)).toEqual(['guarded']);
    for (const slot of ['guarded', null]) {
      const open = engine.call('wal.peekOpen', { connectionId: reader, slot });
      await expect(open).rejects.toEqual(failing('SLOT_NO_RIGHTS'));
    }
    const drop = engine.call('wal.dropSlot', { connectionId: reader, slot: 'guarded', confirm: 'guarded' });
    await expect(drop).rejects.toEqual(failing('SLOT_NO_RIGHTS'));
    const { checks } = await engine.call('wal.preflight', { connectionId: reader });
    expect(checks.find(({ code }) => code === 'role')).toMatchObject({
      outcome: 'fail',
      remedy: 'ALTER ROLE "reader" REPLICATION;',
    });
    expect(checks.find(({ code }) => code === 'grants')).toMatchObject({
      outcome: 'warn',
      remedy: 'GRANT SELECT ON "public"."t" TO "reader";',
    });
    await db.query('ALTER ROLE reader REPLICATION');
    const { peekId } = await engine.call('wal.peekOpen', { connectionId: reader, slot: 'guarded' });
    await engine.call('wal.peekClose', { peekId });
    await dropSlots();
  });

  test('no free slot, no such slot, a physical slot, a plugin that is not installed', async () => {
    await db.query("SELECT pg_create_physical_replication_slot('physical', true)");
    await addSlot('one');
    await addSlot('two');
    const open = (slot: string | null) => engine.call('wal.peekOpen', { connectionId, slot });
    await expect(open('one')).rejects.toEqual(failing('SLOT_NONE_FREE'));
    await expect(open('none')).rejects.toEqual(failing('SLOT_NOT_FOUND'));
    await expect(open('physical')).rejects.toEqual(failing('SLOT_NOT_LOGICAL'));
    await dropSlots();
    await expect(
      engine.call('wal.peekOpen', { connectionId, slot: null, plugin: 'pgoutput' }),
    ).rejects.toEqual(failing('SLOT_NO_PUBLICATION'));
    expect(await slotNames(db)).toEqual([]);
  });

  test('a heartbeat writes to the WAL, and to no table', async () => {
    const before = await engine.call('wal.status', { connectionId });
    const { lsn } = await engine.call('wal.heartbeat', { connectionId });
    const after = await engine.call('wal.status', { connectionId });
    expect(after.server.currentLsn).not.toBe(before.server.currentLsn);
    expect(lsn).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/);
  });

  test('publications with filters and columns, and tables with what their identity carries', async () => {
    await db.query(`
      CREATE TABLE keyless (a int);
      CREATE TABLE whole (a int, b int GENERATED ALWAYS AS (a * 2) STORED); ALTER TABLE whole REPLICA IDENTITY FULL;
      CREATE UNLOGGED TABLE scratch (a int PRIMARY KEY);
      CREATE PUBLICATION part FOR TABLE t ${major >= 15 ? '(id) WHERE (id > 5)' : ''}`);
    const { publications, tables } = await engine.call('wal.catalog', { connectionId });
    expect(publications).toEqual([
      {
        name: 'part',
        allTables: false,
        operations: ['insert', 'update', 'delete', 'truncate'],
        viaRoot: false,
        tables: [
          {
            schema: 'public',
            name: 't',
            columns: major >= 15 ? ['id'] : null,
            rowFilter: major >= 15 ? '(id > 5)' : null,
          },
        ],
      },
    ]);
    const found = Object.fromEntries(
      tables.map(({ name, identity, keyColumns }) => [name, [identity, keyColumns]]),
    );
    expect(found).toEqual({
      t: ['default', ['id']],
      keyless: ['default', []],
      whole: ['full', ['a', 'b']],
      scratch: ['default', ['a']],
    });
    const { checks } = await engine.call('wal.preflight', { connectionId });
    const outcomes = Object.fromEntries(checks.map(({ code, outcome }) => [code, outcome]));
    expect(outcomes).toMatchObject({
      walLevel: 'pass',
      slots: 'pass',
      connection: 'pass',
      publication: 'pass',
      identity: 'warn',
      fullIdentity: 'warn',
      generated: 'warn',
      unlogged: 'warn',
      keepSize: 'pass',
    });
  });
});

describe('a server with wal_level = replica', () => {
  const postgres = sharedPostgres({ settings: { wal_level: 'replica' } });

  test('says so before anything is tried, and what mends it', async () => {
    await using engine = await TestEngine.start();
    const connectionId = await engine.useDatabase(postgres());
    await expect(engine.call('wal.peekOpen', { connectionId, slot: null })).rejects.toEqual(
      failing('SLOT_WAL_LEVEL'),
    );
    const { checks } = await engine.call('wal.preflight', { connectionId });
    expect(checks[0]).toMatchObject({ code: 'walLevel', outcome: 'fail' });
  });
});

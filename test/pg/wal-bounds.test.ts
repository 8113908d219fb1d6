/** That a peek ends when it should, costs what it may, and leaves nothing behind, however it ends. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { comesBack } from '../harness/comes-back.ts';
import { startProgram } from '../harness/cli-program.ts';
import { openPeek } from '../../electron/engine/postgres/peek-slot.ts';
import { settingsOf, TestEngine } from '../harness/engine/test-engine.ts';
import { installedServers } from '../harness/postgres/server-programs.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { readPeek, slotNames, slotPosition } from './wal-world.ts';

const GB = 1_000_000_000;

describe.each(installedServers())('Postgres $major', ({ programs }) => {
  const postgres = sharedPostgres({ programs });
  let db: TemporaryDatabase;
  let engine: TestEngine;
  let connectionId: string;

  beforeAll(async () => {
    db = await postgres().createDatabase('shop');
    engine = await TestEngine.start();
    connectionId = await engine.useDatabase(db);
    await db.query(`
      CREATE TABLE seen (id int PRIMARY KEY, v text); CREATE TABLE unseen (id int, v text);
      ALTER TABLE unseen ALTER v SET STORAGE EXTERNAL;
      CREATE PUBLICATION one FOR TABLE seen`);
  });
  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
    await db.drop();
  });

  test('a slot that is a gigabyte behind is peeked within the limits', async () => {
    await db.query("SELECT pg_create_logical_replication_slot('behind', 'pgoutput')");
    await db.query("INSERT INTO seen VALUES (1, 'first')");
    const text = randomBytes(500_000).toString('hex');
    for (let round = 0; round < 52; round++) {
      await db.query('INSERT INTO unseen SELECT i, $1::text FROM generate_series(1, 20) i', [text]);
      await db.query('TRUNCATE unseen');
    }
    await db.query("INSERT INTO seen VALUES (2, 'last')");
    const before = await slotPosition(db, 'behind');
    const peek = async (limits: object) =>
      await comesBack(() => readPeek(engine, { connectionId, slot: 'behind', limits }), 60_000);
    const first = await peek({ changes: 1 });
    expect([first.changes.length, first.end]).toEqual([1, 'changes']);
    expect(first.walBytes).toBeGreaterThan(GB);
    // On a machine that reads a gigabyte in a second there is nothing left to break off.
    expect(['seconds', 'caughtUp']).toContain((await peek({ seconds: 1 })).end);
    const all = await peek({ seconds: 60 });
    expect([all.changes.length, all.end]).toEqual([2, 'caughtUp']);
    expect(await slotPosition(db, 'behind')).toEqual(before);
    expect(await slotNames(db, ['behind'])).toEqual([]);
    await db.query("SELECT pg_drop_replication_slot('behind')");
  }, 120_000);

  test('from now on: changes come while they happen, and Stop leaves no slot', async () => {
    const { peekId, endLsn } = await engine.call('wal.peekOpen', { connectionId, slot: null });
    expect(endLsn).toBeNull();
    expect((await slotNames(db)).length).toBe(1);
    expect((await engine.call('wal.peekNext', { peekId, waitMs: 50 })).changes).toEqual([]);
    await db.query("INSERT INTO seen VALUES (10, 'live')");
    await expect
      .poll(async () => (await engine.call('wal.peekNext', { peekId, waitMs: 500 })).changes.length)
      .toBe(1);
    await engine.call('wal.peekClose', { peekId });
    expect(await slotNames(db)).toEqual([]);
  });

  test('a heartbeat reaches the consumers of an idle database at once', async () => {
    const { peekId } = await engine.call('wal.peekOpen', { connectionId, slot: null });
    await engine.call('wal.peekNext', { peekId, waitMs: 50 });
    await engine.call('wal.heartbeat', { connectionId });
    await expect
      .poll(async () => (await engine.call('wal.peekNext', { peekId, waitMs: 500 })).changes[0]?.text)
      .toBe('sluice');
    await engine.call('wal.peekClose', { peekId });
  });

  test('a caller that goes away leaves no slot', async () => {
    const { peekId } = await engine.call('wal.peekOpen', { connectionId, slot: null });
    const abort = new AbortController();
    const next = engine.call('wal.peekNext', { peekId, waitMs: 5_000 }, abort.signal);
    abort.abort();
    await expect(comesBack(() => next, 4_500)).rejects.toThrow();
    await expect.poll(() => slotNames(db)).toEqual([]);
  });

  test('a slot that waits for an open transaction can be cancelled, and leaves nothing', async () => {
    const writer = await db.connect();
    await writer.query("BEGIN; INSERT INTO seen VALUES (20, 'open')");
    const abort = new AbortController();
    const open = engine.call('wal.peekOpen', { connectionId, slot: null }, abort.signal);
    await expect.poll(async () => (await slotNames(db)).length).toBe(1);
    abort.abort();
    await expect(comesBack(() => open)).rejects.toThrow();
    await expect.poll(() => slotNames(db)).toEqual([]);
    await writer.query('ROLLBACK');
    await writer.end();
  });

  test('a slot that waits too long says for what', async () => {
    const writer = await db.connect();
    await writer.query("BEGIN; INSERT INTO seen VALUES (21, 'open')");
    const access = {
      settings: settingsOf(db),
      password: db.password,
      limits: { statementTimeoutMs: undefined, lockTimeoutMs: 200, serial: false },
    };
    const request = { slot: null, plugin: undefined, publications: undefined, messages: false };
    await expect(openPeek(access, request, new AbortController().signal)).rejects.toEqual(
      expect.objectContaining({ code: 'SLOT_WAITS_FOR_TRANSACTION' }),
    );
    await writer.query('ROLLBACK');
    await writer.end();
    await expect.poll(() => slotNames(db)).toEqual([]);
  });

  test('a program that is killed leaves no slot and holds no WAL', async () => {
    const program = startProgram(['wal', 'peek', '--pg', db.url, '--seconds', '600']);
    await program.says('Changes of shop');
    await expect.poll(async () => (await slotNames(db)).length).toBe(1);
    program.kill('SIGKILL');
    await program.outcome;
    await expect.poll(() => slotNames(db)).toEqual([]);
  });

  test('SIGINT ends a peek of the command line with 130, and leaves no slot', async () => {
    const program = startProgram(['wal', 'peek', '--pg', db.url, '--seconds', '600', '--json']);
    await expect.poll(async () => (await slotNames(db)).length).toBe(1);
    program.kill('SIGINT');
    const { exitCode, events } = await program.outcome;
    expect([exitCode, events.at(-1)]).toEqual([130, expect.objectContaining({ outcome: 'cancelled' })]);
    await expect.poll(() => slotNames(db)).toEqual([]);
  });

  test('the command line shows changes and the state, for people and for scripts', async () => {
    await db.query("SELECT pg_create_logical_replication_slot('cli', 'pgoutput')");
    await db.query("UPDATE seen SET v = 'changed' WHERE id = 1");
    const peek = await startProgram(['wal', 'peek', '--pg', db.url, '--slot', 'cli']).outcome;
    expect([peek.exitCode, peek.out]).toEqual([0, expect.stringContaining("UPDATE public.seen id='1'")]);
    const status = await startProgram(['wal', 'status', '--pg', db.url, '--json', '--seconds', '1']).outcome;
    expect(status.events.map(({ type }) => type)).toEqual(['server', 'slot', 'finished']);
    expect(status.events[1]).toMatchObject({
      name: 'cli',
      health: { growthBytesPerSecond: expect.any(Number) },
    });
    await db.query("SELECT pg_drop_replication_slot('cli')");
  });
});

/** Records and statistics of the WAL on every server that is here, and what is said where they cannot be had. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startProgram } from '../harness/cli-program.ts';
import { settingsOf, TestEngine } from '../harness/engine/test-engine.ts';
import { installedServers } from '../harness/postgres/server-programs.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';

const hasInspect = (programs: string) =>
  ['share/postgresql/extension', '../../../share/postgresql/15/extension'].some((folder) =>
    existsSync(path.join(programs, folder, 'pg_walinspect.control')),
  );

describe.each(installedServers())('Postgres $major', ({ major, programs }) => {
  const postgres = sharedPostgres({ programs });
  let db: TemporaryDatabase;
  let engine: TestEngine;
  let connectionId: string;

  beforeAll(async () => {
    db = await postgres().createDatabase('shop');
    engine = await TestEngine.start();
    connectionId = await engine.useDatabase(db);
  });
  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
    await db.drop();
  });

  async function lsn(): Promise<string> {
    const { rows } = await db.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn()::text AS lsn');
    return rows[0]!.lsn;
  }

  test('a database without the extension says what to do', async () => {
    const asked = engine.call('wal.records', { connectionId });
    await expect(asked).rejects.toMatchObject({ code: 'SLOT_NO_WALINSPECT' });
    if (major < 15) await expect(asked).rejects.toThrow('came with 15');
    else await expect(asked).rejects.toThrow('not in the database shop');
  });

  test.runIf(hasInspect(programs))('records, statistics, bounds and rights', async () => {
    await db.query('CREATE SCHEMA "Ext"; CREATE EXTENSION pg_walinspect SCHEMA "Ext"');
    await db.query('CREATE TABLE seen (id int PRIMARY KEY)');
    const fromLsn = await lsn();
    await db.query('INSERT INTO seen SELECT generate_series(1, 100)');
    const uptoLsn = await lsn();
    const range = { connectionId, fromLsn, uptoLsn };

    const all = await engine.call('wal.records', { ...range, limit: 10_000 });
    const inserts = all.records.filter(
      ({ manager, type }) => manager === 'Heap' && type.startsWith('INSERT'),
    );
    expect([inserts.length, all.more, all.bytes > 5_000]).toEqual([100, false, true]);
    expect(inserts[0]).toMatchObject({
      xid: expect.any(Number),
      blocks: expect.stringContaining('blkref #0'),
    });
    const { rows } = await db.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM "Ext".pg_get_wal_records_info($1, $2)',
      [all.fromLsn, all.uptoLsn],
    );
    expect(all.records.length).toBe(rows[0]?.count);

    const few = await engine.call('wal.records', { ...range, limit: 3 });
    expect([few.records.length, few.more]).toEqual([3, true]);
    const short = await engine.call('wal.records', { ...range, bytes: 500 });
    expect([short.bytes, short.records.length < 20]).toEqual([500, true]);

    const { stats } = await engine.call('wal.stats', range);
    expect(stats.find(({ name }) => name === 'Heap')?.records).toBeGreaterThanOrEqual(100);
    expect(stats.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 5);
    const types = await engine.call('wal.stats', { ...range, perRecord: true });
    expect(types.stats.map(({ name }) => name)).toContain('Heap/INSERT');

    await db.query("CREATE ROLE looker LOGIN PASSWORD 'pw'");
    const looker = await engine.useProfile('looker', { ...settingsOf(db), user: 'looker' }, 'pw');
    const denied = engine.call('wal.stats', { ...range, connectionId: looker });
    await expect(denied).rejects.toMatchObject({ code: 'SLOT_INSPECT_DENIED' });
    await db.query(`
      GRANT USAGE ON SCHEMA "Ext" TO looker;
      GRANT EXECUTE ON FUNCTION "Ext".pg_get_wal_stats(pg_lsn, pg_lsn, boolean) TO looker`);
    await engine.call('wal.stats', { ...range, connectionId: looker });

    const gone = engine.call('wal.records', { connectionId, fromLsn: '0/100', bytes: 1_000 });
    await expect(gone).rejects.toMatchObject({ code: 'SLOT_WAL_REMOVED' });

    const shown = await startProgram(['wal', 'records', '--pg', db.url, '--from', fromLsn, '--limit', '5'])
      .outcome;
    expect([shown.exitCode, shown.out.trim().split('\n').length]).toEqual([0, 5]);
    const said = await startProgram(['wal', 'stats', '--pg', db.url, '--from', fromLsn, '--json']).outcome;
    expect(new Set(said.events.map(({ type }) => type))).toEqual(new Set(['range', 'stat', 'finished']));
  });
});

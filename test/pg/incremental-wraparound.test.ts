/** Incremental jobs where transaction ids begin again at 3, where an epoch is lost, and after a real pg_upgrade. */
import { execFile } from 'node:child_process';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { SOURCE, success, TestEngine, type EndedRun } from '../harness/engine/test-engine.ts';
import type { DatabaseAddress } from '../harness/postgres/database.ts';
import { startPostgres } from '../harness/postgres/postgres-server.ts';
import { freezeAll, moveXids, programsWith, XIDS_A_PAGE } from '../harness/postgres/reset-wal.ts';
import { makeServerFolder } from '../harness/postgres/cluster.ts';

const WRAP = 2 ** 32;
const settings = { wal_writer_delay: '10ms', autovacuum: 'off' };
/** npm brings the server alone; where no system package has these, there is nothing to test with. */
const withResetWal = programsWith('pg_resetwal');
const withUpgrade = programsWith('pg_resetwal', 'pg_upgrade', 'pg_dump', 'pg_controldata');

const onPage = (xid: number) => Math.floor(xid / XIDS_A_PAGE) * XIDS_A_PAGE;

/** An engine with a job of the table `t`, and what its runs take. */
async function openJob(database: DatabaseAddress) {
  const engine = await TestEngine.start();
  await engine.useDatabase(database);
  const folder = path.join(engine.dataFolder, 'out');
  const take = async () => {
    const ended: EndedRun = await engine.extract({
      mode: 'incremental',
      name: 't',
      selection: { table: { name: 't' }, columns: ['id'] },
      destination: { folder },
      watermark: { column: 'changed' },
    });
    const texts = await Promise.all(
      success(ended).objects.map(({ key }) => readFile(path.join(folder, key), 'utf8')),
    );
    const ids = texts.join('').split('\n').filter(Boolean).map(Number);
    const { promise, reasons } = ended.manifest!.incremental!;
    return { ids: ids.toSorted((a, b) => a - b), promise, reasons: reasons.join('; ') };
  };
  return { engine, take };
}

const table = `CREATE TABLE t (id int, changed timestamptz DEFAULT clock_timestamp());
  CREATE INDEX ON t (changed);
  CREATE TABLE scratch (i int);`;

describe.skipIf(withResetWal === undefined)('with pg_resetwal', () => {
  test('ids of 32 bits begin again in the middle of a job: nothing is skipped, nothing comes twice', async () => {
    await using server = await startPostgres({ settings, programs: withResetWal });
    // No step may be longer than half of the ids, and the rows before it have to be frozen.
    for (const xid of [1.5e9, 3e9]) {
      await moveXids(server, withResetWal!, { xid: onPage(xid) });
      await freezeAll(server);
    }
    await moveXids(server, withResetWal!, { xid: WRAP - XIDS_A_PAGE });
    await server.query(`${table} INSERT INTO t SELECT generate_series(1, 5)`);
    const { engine, take } = await openJob(server);
    await using _ = engine;
    expect(await take()).toMatchObject({ ids: [1, 2, 3, 4, 5], promise: 'exactly-once' });

    const late = await server.connect();
    await late.query('BEGIN; INSERT INTO t VALUES (6)');
    await server.query('INSERT INTO t VALUES (7)');
    expect(await take()).toMatchObject({ ids: [7], promise: 'exactly-once' });
    const before = await nextXid(server);
    expect(before).toBeLessThan(WRAP);
    // Each exception block that writes has an id of its own.
    await server.query(
      `DO $$ BEGIN FOR i IN 1..${XIDS_A_PAGE + 100} LOOP
         BEGIN INSERT INTO scratch VALUES (i); EXCEPTION WHEN division_by_zero THEN NULL; END;
       END LOOP; END $$`,
    );
    expect(await nextXid(server)).toBeGreaterThan(WRAP);
    await server.query('INSERT INTO t VALUES (8)');
    expect(await take()).toMatchObject({ ids: [8], promise: 'exactly-once' });
    await late.query('COMMIT');
    await server.query(`BEGIN; INSERT INTO t VALUES (9); SAVEPOINT s; INSERT INTO t VALUES (10); COMMIT`);
    expect(await take()).toMatchObject({ ids: [6, 9, 10], promise: 'exactly-once' });
    expect(await take()).toMatchObject({ ids: [], promise: 'exactly-once' });

    await moveXids(server, withResetWal!, { xid: 2 * XIDS_A_PAGE, epoch: 3 });
    await server.query('INSERT INTO t VALUES (11)');
    const jumped = await take();
    expect(jumped.promise).toBe('may-repeat');
    expect(jumped.reasons).toContain('more than two thousand million transactions');
    expect(jumped.ids).toContain(11);
    await server.query('INSERT INTO t VALUES (12)');
    expect(await take()).toMatchObject({ ids: [12], promise: 'exactly-once' });

    await moveXids(server, withResetWal!, { xid: 3 * XIDS_A_PAGE, epoch: 1 });
    await server.query('INSERT INTO t VALUES (13)');
    const back = await take();
    expect(back.promise).toBe('may-repeat');
    expect(back.reasons).toContain('has gone back to before the last run');
    expect(back.ids).toContain(13);
    expect(await take()).toMatchObject({ ids: [], promise: 'exactly-once' });
  });
});

async function nextXid(server: { query: (sql: string) => Promise<{ rows: unknown[] }> }): Promise<number> {
  const { rows } = await server.query('SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS xid');
  return Number((rows as { xid: string }[])[0]?.xid);
}

test('rows that were restored into another cluster: a bounded overlap, said so, and exact again after', async () => {
  await using old = await startPostgres({ settings });
  await using restored = await startPostgres({ settings });
  await old.query(`${table} INSERT INTO t SELECT i, now() - interval '3 days' FROM generate_series(1, 4) i`);
  const { engine, take } = await openJob(old);
  await using _ = engine;
  expect(await take()).toMatchObject({ ids: [1, 2, 3, 4], promise: 'exactly-once' });
  await old.query('INSERT INTO t VALUES (5)');
  const { rows } = await old.query<{ id: number; changed: string }>('SELECT id, changed::text FROM t');
  await restored.query(table);
  for (const { id, changed } of rows) await restored.query(`INSERT INTO t VALUES (${id}, '${changed}')`);
  await useInstead(engine, restored);
  const moved = await take();
  expect(moved).toMatchObject({ ids: [5], promise: 'may-repeat' });
  expect(moved.reasons).toMatch(/this is another cluster \(\d+\) than in the last run \(\d+\)/);
  await restored.query('INSERT INTO t VALUES (6)');
  expect(await take()).toMatchObject({ ids: [6], promise: 'exactly-once' });
});

describe.skipIf(withUpgrade === undefined)('with pg_upgrade', () => {
  test('a cluster that was upgraded is another one: a bounded overlap, said so, and exact again after', async () => {
    const options = { settings, programs: withUpgrade, auth: 'trust' } as const;
    await using old = await startPostgres(options);
    await using upgraded = await startPostgres(options);
    await old.query(
      `${table} INSERT INTO t SELECT i, now() - interval '3 days' FROM generate_series(1, 4) i`,
    );
    const { engine, take } = await openJob(old);
    await using _ = engine;
    expect(await take()).toMatchObject({ ids: [1, 2, 3, 4], promise: 'exactly-once' });
    await old.query('INSERT INTO t VALUES (5)');
    await old.stop();
    await upgraded.stop();
    await upgrade(old, upgraded);
    await upgraded.restart();
    await useInstead(engine, upgraded);
    await upgraded.query('INSERT INTO t VALUES (6)');
    const moved = await take();
    expect(moved).toMatchObject({ ids: [5, 6], promise: 'may-repeat' });
    expect(moved.reasons).toContain('this is another cluster');
    await upgraded.query('INSERT INTO t VALUES (7)');
    expect(await take()).toMatchObject({ ids: [7], promise: 'exactly-once' });
  });
});

type Server = Awaited<ReturnType<typeof startPostgres>>;

async function upgrade(old: Server, fresh: Server): Promise<void> {
  const { account, folder } = fresh.cluster;
  const cwd = path.join(folder, 'upgrade');
  await mkdir(cwd);
  await makeServerFolder(cwd, account);
  const bin = path.join(withUpgrade!, 'bin');
  const [from, to] = [old.dataFolder, fresh.dataFolder];
  // It talks to both by sockets of its own.
  for (const data of [from, to]) await appendFile(path.join(data, 'pg_hba.conf'), 'local all all trust\n');
  await promisify(execFile)(
    path.join(bin, 'pg_upgrade'),
    [
      '-b',
      bin,
      '-B',
      bin,
      '-d',
      from,
      '-D',
      to,
      '-U',
      fresh.user,
      '-p',
      String(old.port),
      '-P',
      String(fresh.port),
    ],
    { ...account, cwd },
  ).catch(({ stdout, message }: { stdout: string; message: string }) => {
    throw new Error(`${message}\n${stdout}`);
  });
}

/** The connection of the job leads elsewhere from now on, as a name in DNS would. */
async function useInstead(engine: TestEngine, { host, port, user, password, database }: DatabaseAddress) {
  const { connections } = await engine.call('profiles.list', {});
  const { id } = connections.find(({ name }) => name === SOURCE)!;
  await engine.call('connections.save', {
    id,
    name: SOURCE,
    colour: 'gray',
    readOnly: true,
    settings: { host, port, database, user, tls: 'disable' },
    password: { kind: 'set', value: password },
  });
}

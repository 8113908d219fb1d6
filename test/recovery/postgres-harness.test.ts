/** The Postgres server of the tests: it runs as it is told, and goes away with its owner. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { TLS_CERTIFICATE } from '../harness/postgres/cluster.ts';
import { serves } from '../harness/postgres/end-server.ts';
import { startPostgres } from '../harness/postgres/postgres-server.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { sweep } from '../harness/temporary-folder.ts';

const SERVER_MODULE = path.resolve(import.meta.dirname, '../harness/postgres/postgres-server.ts');

describe('a server', () => {
  const postgres = sharedPostgres({ tls: true, settings: { work_mem: '5MB' } });

  test('has the settings of the harness and of the caller', async () => {
    const { rows } = await postgres().query(
      `SELECT name, setting FROM pg_settings
       WHERE name IN ('wal_level', 'fsync', 'work_mem', 'listen_addresses', 'unix_socket_directories')
       ORDER BY name`,
    );
    expect(rows.map(({ name, setting }) => [name, setting])).toEqual([
      ['fsync', 'off'],
      ['listen_addresses', '127.0.0.1'],
      ['unix_socket_directories', ''],
      ['wal_level', 'logical'],
      ['work_mem', '5120'],
    ]);
  });

  test('asks for the password', async () => {
    const { host, port, user, database } = postgres();
    const client = new Client({ host, port, user, database, password: 'wrong' });
    await expect(client.connect()).rejects.toMatchObject({ code: '28P01' });
  });

  test('offers TLS with a certificate that is its own authority', async () => {
    const client = await postgres().connect({ ssl: { ca: await readFile(TLS_CERTIFICATE, 'utf8') } });
    const { rows } = await client.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
    expect(rows).toEqual([{ ssl: true }]);
    await client.end();
  });

  test('gives each test a database, and takes it away', async () => {
    let name: string;
    {
      await using database = await postgres().createDatabase();
      name = database.database;
      await database.query('CREATE TABLE t (n int)');
      await database.connect();
    }
    const found = await postgres().query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    expect(found.rows).toEqual([]);
  });

  test('keeps data and port over a restart and over a crash', async () => {
    const server = postgres();
    await using database = await server.createDatabase();
    await database.query('CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)');
    const before = server.pid;
    await server.restart();
    await server.kill();
    expect(server.pid).toBeUndefined();
    await expect(database.query('SELECT')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await server.restart();
    expect(server.pid).not.toBe(before);
    expect((await database.query('SELECT n FROM kept')).rows).toEqual([{ n: 1 }]);
  });
});

test('a server that requires TLS turns away others', async () => {
  await using server = await startPostgres({ tls: 'required' });
  const { host, port, user, password, database } = server;
  const plain = new Client({ host, port, user, password, database });
  await expect(plain.connect()).rejects.toMatchObject({ code: '28000' });
});

describe('a server whose owner is gone', () => {
  const owners = `
    import { startPostgres } from ${JSON.stringify(SERVER_MODULE)};
    const server = await startPostgres();
    console.log(JSON.stringify({ pid: server.pid, folder: server.dataFolder }));
    setInterval(() => {}, 1_000);
    if (process.argv[1] === 'throw') throw new Error('on purpose');
    if (process.argv[1] === 'exit') process.exit(0);`;

  test.each([['SIGKILL'], ['SIGTERM'], ['SIGINT'], ['throw'], ['exit']])('ends after %s', async (end) => {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', owners, end], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const exited = once(child, 'exit');
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const { pid, folder } = JSON.parse(line) as { pid: number; folder: string };
    if (end.startsWith('SIG')) child.kill(end as NodeJS.Signals);
    await exited;
    await expect.poll(async () => existsSync(folder) || (await serves(pid, folder))).toBe(false);
  });
});

describe('the sweep', () => {
  test('removes the folders of dead owners, and touches no other', async () => {
    const parent = await mkdtemp(path.join(tmpdir(), 'sweep-'));
    const dead = path.join(parent, `sluice-postgres-${await deadPid()}-abcdef`);
    const alive = path.join(parent, `sluice-postgres-${process.pid}-abcdef`);
    const strange = path.join(parent, 'sluice-notes');
    for (const folder of [dead, alive, strange]) await mkdir(folder);
    await sweep(parent);
    expect([dead, alive, strange].map((folder) => existsSync(folder))).toEqual([false, true, true]);
    await rm(parent, { recursive: true });
  });

  test('ends the server of a dead owner', async () => {
    const parent = await mkdtemp(path.join(tmpdir(), 'sweep-'));
    await chmod(parent, 0o711);
    const folder = path.join(parent, `sluice-postgres-${await deadPid()}-abcdef`);
    await mkdir(folder, { mode: 0o711 });
    const { pid, dataFolder } = await startPostgres({ folder });
    expect(await serves(pid!, dataFolder)).toBe(true);
    await sweep(parent);
    expect(existsSync(folder)).toBe(false);
    expect(await serves(pid!, dataFolder)).toBe(false);
    await rm(parent, { recursive: true });
  });

  test('does not end a process that has got the number of a dead server', async () => {
    const parent = await mkdtemp(path.join(tmpdir(), 'sweep-'));
    const data = path.join(parent, `sluice-postgres-${await deadPid()}-abcdef`, 'postgres', 'data');
    await mkdir(data, { recursive: true });
    const bystander = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1_000)']);
    await writeFile(path.join(data, 'postmaster.pid'), `${bystander.pid}\n`);
    await sweep(parent);
    expect(existsSync(data)).toBe(false);
    await sleep(100);
    expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
    bystander.kill('SIGKILL');
    await rm(parent, { recursive: true });
  });
});

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['--eval', '']);
  await once(child, 'exit');
  return child.pid as number;
}

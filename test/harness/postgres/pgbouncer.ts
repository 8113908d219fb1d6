/** A real PgBouncer in front of a test server. Not on every machine: its tests are then skipped, loudly. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../free-port.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';
import { Database, type DatabaseAddress } from './database.ts';
import { serverAccount } from './server-account.ts';

/** Where systems keep it: Debian not on the path of an ordinary user. */
const CANDIDATES = [process.env['SLUICE_PGBOUNCER'], '/usr/sbin/pgbouncer', 'pgbouncer'];

/** The program; undefined where there is none, which is then said. */
export function findPgBouncer(): string | undefined {
  const found = CANDIDATES.find(
    (name) => name !== undefined && spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0,
  );
  if (found === undefined) {
    console.warn(
      '!!! No PgBouncer: the tests through a pooler are SKIPPED. (Debian: apt-get install pgbouncer)',
    );
  }
  return found;
}

export interface PgBouncerOptions {
  readonly mode: 'session' | 'transaction' | 'statement';
  /** Connections to the server, for each database and user. */
  readonly poolSize: number;
}

/** A pooler for all databases of a server, and all its users. */
export class PgBouncer implements AsyncDisposable {
  readonly port: number;
  readonly #process: ChildProcess;
  readonly #release: () => Promise<void>;

  private constructor(port: number, process: ChildProcess, release: () => Promise<void>) {
    this.port = port;
    this.#process = process;
    this.#release = release;
  }

  /** Comes back when it takes connections. @param users names and passwords with which it logs in at the server */
  static async start(
    program: string,
    server: Pick<DatabaseAddress, 'host' | 'port'>,
    users: Readonly<Record<string, string>>,
    { mode, poolSize }: PgBouncerOptions,
  ): Promise<PgBouncer> {
    const account = serverAccount();
    const folder = await makeTemporaryFolder('pgbouncer');
    const port = await freePort();
    const config = path.join(folder.path, 'pgbouncer.ini');
    const userFile = path.join(folder.path, 'users.txt');
    const lines = Object.entries(users).map(([name, password]) => `"${name}" "${password}"`);
    await writeFile(userFile, `${lines.join('\n')}\n`);
    await writeFile(
      config,
      `[databases]
* = host=${server.host} port=${server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${userFile}
pool_mode = ${mode}
default_pool_size = ${poolSize}
query_wait_timeout = 20
`,
    );
    if (account.uid !== undefined && account.gid !== undefined) {
      for (const file of [folder.path, config, userFile]) await chown(file, account.uid, account.gid);
    }
    await chmod(folder.path, 0o755);
    const child = spawn(program, [config], { ...account, stdio: ['ignore', 'ignore', 'pipe'] });
    await untilUp(child);
    return new PgBouncer(port, child, () => folder.remove());
  }

  /** A database of the server, by way of the pooler. */
  of(database: DatabaseAddress): Database {
    return new Database({ ...database, host: '127.0.0.1', port: this.port });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#process, 'exit');
    // At once: it would wait for clients that are still there.
    this.#process.kill('SIGKILL');
    await ended;
    await this.#release();
  }
}

/** @throws Error with what it said, where it did not start */
async function untilUp(child: ChildProcess): Promise<void> {
  const said: string[] = [];
  if (child.stderr === null) throw new TypeError('the errors of PgBouncer are not read');
  for await (const line of createInterface({ input: child.stderr })) {
    said.push(line);
    if (line.includes('process up')) {
      child.stderr.resume();
      return;
    }
  }
  throw new Error(`PgBouncer did not start:\n${said.join('\n')}`);
}

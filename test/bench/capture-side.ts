/** Both sides of the comparison of captures: a server with changes, pg_recvlogical, and the built command line. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { PostgresServer } from '../harness/postgres/postgres-server.ts';
import { runSide, usageProbe } from './measured-process.ts';
import type { S3Process } from './s3-process.ts';
import { CLI } from './sluice-extract.ts';

export const CAPTURE_BUCKET = 'captures';

/** Rows that one transaction writes. */
export const OF_TRANSACTION = 1_000;

export interface Drained {
  readonly wallMs: number;
  /** Bytes; 0 of a side that is not ours. */
  readonly peakRss: number;
}

/** An entry of the log, as `--json` tells it. */
export interface EntryEvent {
  readonly atMs: number;
  readonly toLsn: string;
}

export interface RowWriter extends AsyncDisposable {
  write(transactions: number): Promise<void>;
}

export class CaptureSide {
  readonly #server: PostgresServer;
  readonly #s3: S3Process;
  readonly #env: NodeJS.ProcessEnv;
  readonly #folder: string;
  #next = 1;

  constructor(server: PostgresServer, s3: S3Process, env: NodeJS.ProcessEnv, folder: string) {
    this.#server = server;
    this.#s3 = s3;
    this.#folder = folder;
    this.#env = {
      ...env,
      PGHOST: server.host,
      PGPORT: String(server.port),
      PGUSER: server.user,
      PGPASSWORD: server.password,
      PGDATABASE: server.database,
      AWS_ACCESS_KEY_ID: s3.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
    };
  }

  /** The table, the publication, and a slot for each side. */
  async prepare(signal: AbortSignal): Promise<void> {
    await this.#server.query(`
      CREATE TABLE changes (id bigint PRIMARY KEY, customer int, price numeric(10,2), at timestamptz, note text);
      CREATE PUBLICATION bench FOR TABLE changes`);
    await this.#server.query(`SELECT pg_create_logical_replication_slot('bench_peer', 'pgoutput')`);
    await this.capture(signal, ['--no-snapshot']);
  }

  /** So many inserts, in transactions of {@link OF_TRANSACTION}. */
  async write(changes: number): Promise<void> {
    const client = await this.#server.connect();
    for (let left = changes; left > 0; left -= OF_TRANSACTION) {
      await client.query(`INSERT INTO changes SELECT i, i % 1000, i % 10000 / 100.0, now(), 'note of order ' || i
        FROM generate_series(${this.#next}, ${this.#next + OF_TRANSACTION - 1}) AS i`);
      this.#next += OF_TRANSACTION;
    }
    await client.end();
  }

  /** One transaction of so many rows. */
  async writeLarge(rows: number): Promise<void> {
    await this.#server
      .query(`INSERT INTO changes SELECT i, i % 1000, i % 10000 / 100.0, now(), 'note of order ' || md5(i::text)
      FROM generate_series(${this.#next}::bigint, ${this.#next + rows - 1}) AS i`);
    this.#next += rows;
  }

  /** What the server keeps of a transaction that has not ended, before it sends it. Counts for who connects from now on. */
  async keepUpTo(memory: '64MB' | '64GB'): Promise<void> {
    await this.#server.query(`ALTER SYSTEM SET logical_decoding_work_mem = '${memory}'`);
    await this.#server.query('SELECT pg_reload_conf()');
  }

  /** A session that writes one row a transaction, on the server itself. */
  async writer(): Promise<RowWriter> {
    await this.#server
      .query(`CREATE OR REPLACE PROCEDURE write_rows(first bigint, last bigint) LANGUAGE plpgsql AS $$
      BEGIN FOR i IN first..last LOOP
        INSERT INTO changes VALUES (i, i % 1000, i % 10000 / 100.0, now(), 'note of order ' || i);
        COMMIT;
      END LOOP; END $$`);
    const client = await this.#server.connect();
    return {
      write: async (transactions) => {
        const first = this.#next;
        this.#next += transactions;
        await client.query(`CALL write_rows(${first}, ${this.#next - 1})`);
      },
      [Symbol.asyncDispose]: () => client.end(),
    };
  }

  /** One transaction of one row. */
  async writeOne(): Promise<void> {
    const id = this.#next++;
    await this.#server.query(`INSERT INTO changes VALUES (${id}, 1, 1, now(), 'one')`);
  }

  /** pg_recvlogical, up to now. */
  async receive(signal: AbortSignal): Promise<Drained> {
    const { rows } = await this.#server.query<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn');
    const options = ['-o', 'proto_version=1', '-o', 'publication_names=bench'];
    const args = ['--slot=bench_peer', '--start', '--file=/dev/null', '--no-loop', ...options];
    const { wallMs } = await runSide(
      {
        command: 'pg_recvlogical',
        args: [...args, `--endpos=${rows[0]?.lsn ?? ''}`, `--dbname=${this.#server.database}`],
        env: this.#env,
        stdout: 'discard',
        cwd: this.#folder,
      },
      signal,
    );
    return { wallMs, peakRss: 0 };
  }

  /** Our capture, up to now. */
  async capture(signal: AbortSignal, more: readonly string[] = []): Promise<Drained> {
    const probe = usageProbe(this.#folder);
    const { wallMs } = await runSide(
      {
        command: process.execPath,
        args: [...probe.args, CLI, ...this.#args(), '--until=current', ...more],
        env: { ...this.#env, ...probe.env },
        stdout: 'collect',
        cwd: this.#folder,
      },
      signal,
    );
    return { wallMs, peakRss: (await probe.read()).peakRss };
  }

  /**
   * Captures while `work` goes on, with objects of one second. @returns when which entry was in the log
   * @param work is told which process it is
   */
  async captureDuring(work: (pid: number) => Promise<void>): Promise<readonly EntryEvent[]> {
    const entries: EntryEvent[] = [];
    const child = spawn(process.execPath, [CLI, ...this.#args(), '--roll-seconds=1'], {
      env: this.#env,
      cwd: this.#folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    const streaming = Promise.withResolvers<void>();
    const entered = Promise.withResolvers<void>();
    createInterface({ input: child.stdout }).on('line', (line) => {
      const event = JSON.parse(line) as { type: string; toLsn: string };
      if (event.type === 'streaming') streaming.resolve();
      if (event.type === 'entry') {
        entries.push({ atMs: Date.now(), toLsn: event.toLsn });
        entered.resolve();
      }
    });
    await Promise.race([streaming.promise, exited]);
    try {
      // The server first reads the WAL from restart_lsn on, which is as much as was written before.
      await this.writeOne();
      await Promise.race([entered.promise, exited]);
      await work(child.pid ?? 0);
    } finally {
      child.kill('SIGTERM');
      await exited;
    }
    return entries;
  }

  /** The end of the WAL: behind what was committed last. */
  async position(): Promise<string> {
    const { rows } = await this.#server.query<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn');
    return rows[0]?.lsn ?? '0/0';
  }

  #args(): string[] {
    const url = `postgres://?sslmode=disable`;
    const place = [`--s3=s3://${CAPTURE_BUCKET}`, `--s3-endpoint=${this.#s3.endpoint}`];
    return ['capture', 'start', '--json', '--name=bench', `--pg=${url}`, ...place, '--table=public.changes'];
  }
}

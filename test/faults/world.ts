/** Everything that a campaign runs in: a server of each kind, the wire between them and Sluice, and the engine. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Format } from '../../electron/contract/format.ts';
import { TestEngine } from '../harness/engine/test-engine.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { startPostgres, type PostgresServer } from '../harness/postgres/postgres-server.ts';
import { startS3, type S3Server } from '../harness/s3/s3-server.ts';
import { TcpProxy } from '../harness/tcp-proxy.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../harness/temporary-folder.ts';
import { expectedRows } from './row-texts.ts';
import { createTable, type TableName } from './tables.ts';

export const BUCKET = 'lake';

/** Impatient, so that hundreds of runs take minutes: what waits for a minute elsewhere waits for half a second. */
const PATIENCE = {
  s3Patience: { idleMs: 400, attempts: 2 },
  readLimits: { minRangeBytes: 2 * 1024 ** 2, giveUpMs: 5_000, silenceMs: 400 },
};

/** As much of the file of a run as is looked at here. */
interface StoredReading {
  readonly reading?: {
    readonly done: readonly { readonly objects: readonly { readonly key: string }[] }[];
  } | null;
}

export class FaultWorld implements AsyncDisposable {
  readonly postgres: PostgresServer;
  readonly database: TemporaryDatabase;
  readonly s3: S3Server;
  readonly wire: TcpProxy;
  readonly folder: TemporaryFolder;
  #engine: TestEngine;
  readonly #tables = new Map<TableName, Promise<void>>();
  readonly #expected = new Map<string, Promise<string[]>>();

  private constructor(parts: {
    postgres: PostgresServer;
    database: TemporaryDatabase;
    s3: S3Server;
    wire: TcpProxy;
    folder: TemporaryFolder;
    engine: TestEngine;
  }) {
    this.postgres = parts.postgres;
    this.database = parts.database;
    this.s3 = parts.s3;
    this.wire = parts.wire;
    this.folder = parts.folder;
    this.#engine = parts.engine;
  }

  static async start(): Promise<FaultWorld> {
    const postgres = await startPostgres();
    const database = await postgres.createDatabase();
    const s3 = await startS3({ buckets: [BUCKET] });
    const wire = await TcpProxy.start({ port: postgres.port });
    const folder = await makeTemporaryFolder('faults');
    const engine = await TestEngine.start({ folder, ...PATIENCE });
    const { host, user, password } = database;
    await engine.useDatabase({ host, user, password, database: database.database, port: wire.port });
    await engine.useS3(s3, BUCKET);
    return new FaultWorld({ postgres, database, s3, wire, folder, engine });
  }

  get engine(): TestEngine {
    return this.#engine;
  }

  async table(name: TableName): Promise<void> {
    const made = this.#tables.get(name) ?? createTable(this.database, name);
    this.#tables.set(name, made);
    await made;
  }

  /** The rows of a table as a format has them. */
  async rows(table: TableName, kind: Format['kind']): Promise<readonly string[]> {
    const name = `${table} ${kind}`;
    const rows =
      this.#expected.get(name) ?? expectedRows(this.database, table, kind, this.postgres.dataFolder);
    this.#expected.set(name, rows);
    return await rows;
  }

  /** Ends the engine and starts another one on the same data, twice: what the first one finds, it has mended. */
  async restartEngine(): Promise<void> {
    for (let i = 0; i < 2; i++) {
      await this.#engine.close();
      this.#engine = await TestEngine.start({ folder: this.folder, ...PATIENCE });
    }
  }

  /** Keys of what a run has kept, as the history has them. */
  async keptKeys(runId: string): Promise<string[]> {
    const file = path.join(this.#engine.dataFolder, 'runs', `${runId}.json`);
    const stored = JSON.parse(await readFile(file, 'utf8')) as StoredReading;
    return stored.reading?.done.flatMap(({ objects }) => objects.map(({ key }) => key)) ?? [];
  }

  /** Sessions of Sluice that the server still has. */
  async sessions(): Promise<number> {
    const { rows } = await this.database.query<{ count: string }>(
      `SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sluice'`,
    );
    return Number(rows[0]?.count);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#engine.close();
    await this.wire[Symbol.asyncDispose]();
    await this.s3.stop();
    await this.postgres[Symbol.asyncDispose]();
    await this.folder[Symbol.asyncDispose]();
  }
}

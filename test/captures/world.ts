/** Postgres, the way to it, and S3, for many rounds. */
import path from 'node:path';
import { mkdir } from 'node:fs/promises';
import { once } from 'node:events';
import { startPostgres, type PostgresServer } from '../harness/postgres/postgres-server.ts';
import { startS3, type S3Server } from '../harness/s3/s3-server.ts';
import { TcpProxy } from '../harness/tcp-proxy.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../harness/temporary-folder.ts';
import { PROGRAM } from './capture-process.ts';
import type { Files } from './history-rows.ts';

/** Small, so that transactions are sent while they run; impatient, so that a dead session is found out. */
const SETTINGS = {
  wal_level: 'logical',
  logical_decoding_work_mem: '64kB',
  max_prepared_transactions: '50',
  max_replication_slots: '20',
  max_wal_senders: '20',
  wal_sender_timeout: '4s',
  wal_writer_delay: '10ms',
  deadlock_timeout: '100ms',
  lock_timeout: '3s',
};

export interface WorldOptions {
  /** Settings of the server, over those above. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The command line; the sources where left out. */
  readonly program?: string;
}

export class CaptureWorld implements AsyncDisposable {
  readonly postgres: PostgresServer;
  readonly s3: S3Server;
  readonly wire: TcpProxy;
  readonly program: string;
  /** Where processes write what they hold, when they are asked. */
  readonly reports: string;
  readonly #folder: TemporaryFolder;

  private constructor(
    program: string,
    { postgres, s3, wire }: Pick<CaptureWorld, 'postgres' | 's3' | 'wire'>,
    folder: TemporaryFolder,
  ) {
    this.program = program;
    this.postgres = postgres;
    this.s3 = s3;
    this.wire = wire;
    this.#folder = folder;
    this.reports = path.join(folder.path, 'reports');
  }

  static async start({ settings = {}, program = PROGRAM }: WorldOptions = {}): Promise<CaptureWorld> {
    const folder = await makeTemporaryFolder('captures');
    const postgres = await startPostgres({ settings: { ...SETTINGS, ...settings } });
    const s3 = await startS3();
    const wire = await TcpProxy.start({ port: postgres.port });
    const world = new CaptureWorld(program, { postgres, s3, wire }, folder);
    await mkdir(world.reports);
    return world;
  }

  /** The data folder of a machine. */
  dataFolder(name: string): string {
    return path.join(this.#folder.path, name);
  }

  /** Arguments that name source and destination, and the environment that opens them. */
  addresses(database: string, bucket: string): { args: string[]; env: Record<string, string> } {
    const { user } = this.postgres;
    const from = `postgres://${user}@127.0.0.1:${this.wire.port}/${database}?sslmode=disable`;
    const { args, env } = this.place(bucket);
    return { args: ['--pg', from, ...args], env: { ...env, PGPASSWORD: this.postgres.password } };
  }

  /** The destination alone. */
  place(bucket: string): { args: string[]; env: Record<string, string> } {
    const { accessKeyId, secretAccessKey } = this.s3.credentials;
    return {
      args: ['--s3', `s3://${bucket}`, '--s3-endpoint', this.s3.endpoint],
      env: {
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_EC2_METADATA_DISABLED: 'true',
      },
    };
  }

  files(bucket: string): Files {
    return new Map(this.s3.objects(bucket).map(({ key }) => [key, this.s3.object(bucket, key)]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.wire.close();
    await this.s3.stop();
    await this.postgres[Symbol.asyncDispose]();
    await this.#folder.remove();
  }
}

/** Comes back when the event has come, or after so many milliseconds. */
export async function within(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const late = AbortSignal.timeout(ms);
  await once(AbortSignal.any([late, signal]), 'abort');
}

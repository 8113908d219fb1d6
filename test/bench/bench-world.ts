/** What is measured on: Postgres, S3, two tables and the built command line. Goes away at the end, however that comes. */
import path from 'node:path';
import type { ProgressLines } from '../demo/progress-lines.ts';
import type { Database } from '../harness/postgres/database.ts';
import { startPostgres } from '../harness/postgres/postgres-server.ts';
import { makeTemporaryFolder } from '../harness/temporary-folder.ts';
import { createOrders, type OrdersTable } from './orders-table.ts';
import { startS3Process, type S3Process } from './s3-process.ts';

export const BUCKET = 'bench';

/** Rows of the small table, where the large one is at least ten times as large. */
const SMALL_ROWS = 1_000_000;

/**
 * Nothing happens by itself while a measurement runs: no WAL, no autovacuum, no checkpoint. What the server does to
 * answer a COPY is not touched.
 */
const QUIET_SERVER = {
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '32GB',
  checkpoint_timeout: '1d',
  autovacuum: 'off',
  shared_buffers: '128MB',
};

export interface BenchWorld extends AsyncDisposable {
  readonly database: Database;
  readonly postgresVersion: string;
  readonly s3: S3Process;
  /** For whatever a side writes. */
  readonly folder: string;
  readonly large: OrdersTable;
  readonly small: OrdersTable;
  /** The environment of every side: how to reach Postgres and S3, and nothing else of Postgres's, AWS's or ours. */
  readonly env: NodeJS.ProcessEnv;
}

/** @throws what `signal` was aborted with, when everything that was started has been ended */
export async function startBenchWorld(
  rows: number,
  lines: ProgressLines,
  signal: AbortSignal,
): Promise<BenchWorld> {
  await using started = new AsyncDisposableStack();
  const folder = started.use(await makeTemporaryFolder('bench'));
  const postgres = started.use(
    await lines.during('Starting Postgres …', () =>
      startPostgres({ folder: folder.path, settings: QUIET_SERVER }),
    ),
  );
  signal.throwIfAborted();
  const s3 = started.use(await startS3Process(BUCKET, path.join(folder.path, 's3')));
  const large = { schema: 'public', name: 'Orders', rows };
  const small = { schema: 'small', name: 'Orders', rows: Math.min(SMALL_ROWS, Math.floor(rows / 10)) };
  await fill(postgres, [small, large], lines, signal);
  const env = sideEnvironment(postgres, s3, folder.path);
  const owned = started.move();
  return {
    database: postgres,
    postgresVersion: postgres.version,
    s3,
    folder: folder.path,
    large,
    small,
    env,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function fill(
  database: Database,
  tables: readonly OrdersTable[],
  lines: ProgressLines,
  signal: AbortSignal,
): Promise<void> {
  const client = await database.connect();
  try {
    for (const table of tables) {
      const line = `Filling ${table.schema}.${table.name}: ${table.rows.toLocaleString('en')} rows …`;
      await lines.during(line, (update) =>
        createOrders(
          client,
          table,
          (filled) => update(`${line} ${filled.toLocaleString('en')} are there`),
          signal,
        ),
      );
    }
  } finally {
    await client.end();
  }
}

function sideEnvironment(database: Database, s3: S3Process, folder: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(PG|AWS_|NODE_|SLUICE_)/.test(name));
  return {
    ...Object.fromEntries(kept),
    PGHOST: database.host,
    PGPORT: String(database.port),
    PGUSER: database.user,
    PGPASSWORD: database.password,
    PGDATABASE: database.database,
    PGSSLMODE: 'disable',
    AWS_ACCESS_KEY_ID: s3.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
    AWS_DEFAULT_REGION: s3.region,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: path.join(folder, 'no-aws-config'),
    AWS_SHARED_CREDENTIALS_FILE: path.join(folder, 'no-aws-credentials'),
    SLUICE_HOME: path.join(folder, 'sluice'),
  };
}

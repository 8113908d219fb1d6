/** What the demo runs on: Postgres and S3 in one temporary folder, which goes away at the end. */
import path from 'node:path';
import { formatExact } from '../../electron/cli/amounts.ts';
import { startPostgres, type PostgresServer } from '../harness/postgres/postgres-server.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { startS3, type S3Server } from '../harness/s3/s3-server.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../harness/temporary-folder.ts';
import type { ProgressLines } from './progress-lines.ts';
import { createHistory, createOrders, HISTORY_ROWS } from './sample-tables.ts';

export const BUCKET = 'sluice-demo';

/** Memory that makes filling the larger table quick. */
const ROOMY = { shared_buffers: '256MB', maintenance_work_mem: '256MB' };

export interface DemoWorld extends AsyncDisposable {
  readonly database: TemporaryDatabase;
  readonly s3: S3Server;
  /** Folder for the profiles and the history of the app. */
  readonly dataFolder: string;
}

export interface WorldOptions {
  readonly lines: ProgressLines;
  readonly signal: AbortSignal;
  /** Makes `orders_history` too. */
  readonly history: boolean;
}

/** @throws what `signal` was aborted with, when everything that was started has been ended */
export async function startWorld(options: WorldOptions): Promise<DemoWorld> {
  const { lines, signal } = options;
  const folder = await makeTemporaryFolder('demo');
  const started: AsyncDisposable[] = [folder];
  const dispose = async () => {
    for (const one of started.toReversed()) await one[Symbol.asyncDispose]();
  };
  try {
    const postgres = await lines.during('Starting Postgres …', () =>
      startPostgres({ folder: folder.path, settings: ROOMY }),
    );
    started.push(postgres);
    lines.say(`Postgres ${postgres.version} listens on ${postgres.host}:${postgres.port}`);
    signal.throwIfAborted();
    const s3 = await startS3({ folder: path.join(folder.path, 's3'), buckets: [BUCKET] });
    started.push(s3);
    lines.say(`S3 listens on ${s3.endpoint}, bucket ${BUCKET}`);
    const database = await fill(postgres, options);
    return { database, s3, dataFolder: dataFolderIn(folder), [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function fill(postgres: PostgresServer, options: WorldOptions): Promise<TemporaryDatabase> {
  const { lines, signal, history } = options;
  const database = await postgres.createDatabase('demo');
  await createOrders(database);
  lines.say('Table Orders has 5 rows');
  if (!history) return database;
  await lines.during('Filling orders_history …', (update) =>
    createHistory(
      database,
      (rows) => update(`Filling orders_history … ${formatExact(rows)} of ${formatExact(HISTORY_ROWS)} rows`),
      signal,
    ),
  );
  lines.say(`Table orders_history has ${formatExact(HISTORY_ROWS)} rows`);
  return database;
}

function dataFolderIn(folder: TemporaryFolder): string {
  return path.join(folder.path, 'app');
}

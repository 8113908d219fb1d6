/** The peer of the whole way: a plain Python script, as people write it. */
import path from 'node:path';
import { BUCKET, type BenchWorld } from '../bench-world.ts';
import { firstLineOf } from '../machine.ts';
import { runSide } from '../measured-process.ts';
import type { OrdersTable } from '../orders-table.ts';

const SCRIPT = path.join(import.meta.dirname, '..', 'python', 'extract.py');

/** The system's own first: its packages are the ones that are easily installed, and other Pythons do not see them. */
const CANDIDATES = ['/usr/bin/python3', 'python3', 'python'];

const VERSIONS =
  'import sys, psycopg2, boto3; print("Python", sys.version.split()[0], "psycopg2", psycopg2.__version__.split()[0], "boto3", boto3.__version__)';

export interface Python {
  readonly command: string;
  /** `Python 3.11.2 psycopg2 2.9.5 boto3 1.26.27` */
  readonly versions: string;
}

/** A Python that has psycopg2 and boto3; undefined where there is none. */
export async function findPython(): Promise<Python | undefined> {
  for (const command of CANDIDATES) {
    const versions = await firstLineOf(command, ['-c', VERSIONS]);
    if (versions !== undefined) return { command, versions };
  }
  return undefined;
}

export const NO_PYTHON =
  'There is no Python with psycopg2 and boto3 on this machine (Debian, Ubuntu: apt-get install python3-psycopg2 python3-boto3): the script was not measured.';

export interface PythonRun {
  readonly wallMs: number;
  readonly bytes: number;
  readonly peakRss: number;
}

/** @throws Error when the script failed or wrote another number of rows */
export async function runPython(
  world: BenchWorld,
  { command }: Python,
  table: OrdersTable,
  signal: AbortSignal,
): Promise<PythonRun> {
  const { wallMs, stdout } = await runSide(
    {
      command,
      args: [
        SCRIPT,
        `"${table.schema}"."${table.name}"`,
        BUCKET,
        'python/order_extract.csv',
        world.s3.endpoint,
      ],
      env: world.env,
      cwd: world.folder,
      stdout: 'collect',
    },
    signal,
  );
  const said = JSON.parse(stdout) as { rows: number; bytes: number; peakRss: number };
  if (said.rows !== table.rows) throw new Error(`the script wrote ${said.rows} of ${table.rows} rows`);
  return { wallMs, bytes: said.bytes, peakRss: said.peakRss };
}

/** Our side: the built command line, from its start to its exit. */
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { BUCKET, type BenchWorld } from './bench-world.ts';
import { runSide, usageProbe, type Usage } from './measured-process.ts';
import type { OrdersTable } from './orders-table.ts';

export const ROOT = path.join(import.meta.dirname, '..', '..');

/** The program that `npm run build` makes. */
const BUILT = path.join(ROOT, '.vite', 'cli', 'sluice.js');

/** What `npx sluice` starts in a checkout: the built program, compiled once and not at every start. */
export function cliOf(checkout: string): string {
  return path.join(checkout, 'bin', 'sluice.mjs');
}
export const CLI = cliOf(ROOT);

/** A warning when the built program is not the one of the sources. @throws Error when there is none */
export function staleBuild(): string | undefined {
  const built = statSync(BUILT, { throwIfNoEntry: false })?.mtimeMs;
  if (built === undefined) throw new Error(`${path.relative(ROOT, BUILT)} is missing: run \`npm run build\``);
  const sources = path.join(ROOT, 'electron');
  const newer = readdirSync(sources, { recursive: true, encoding: 'utf8' }).find(
    (file) => file.endsWith('.ts') && statSync(path.join(sources, file)).mtimeMs > built,
  );
  if (newer === undefined) return undefined;
  return `electron/${newer} is newer than the build: run \`npm run build\`, or you measure the old one`;
}

/** How the objects are written, and the options that say so. */
const FORMATS = {
  postgres: ['--csv-dialect=postgres', '--delimiter=,'],
  python: ['--csv-dialect=python', '--delimiter=|'],
  parquet: ['--format=parquet', '--compression=zstd'],
} as const;
export type BenchFormat = keyof typeof FORMATS;

export interface ExtractOptions {
  readonly table: OrdersTable;
  readonly format: BenchFormat;
  readonly workers: number;
  /** Costs a few milliseconds, so it is left out where only time is compared. */
  readonly withUsage?: boolean;
  /** Of another build than the one of these sources. */
  readonly cli?: string;
}

export interface SluiceRun {
  readonly wallMs: number;
  readonly busyMs: number;
  readonly bytes: number;
  readonly usage: Usage | undefined;
}

/** Extracts to S3 and checks that every row has arrived. @throws Error when it did not succeed */
export async function runSluice(
  world: BenchWorld,
  options: ExtractOptions,
  signal: AbortSignal,
): Promise<SluiceRun> {
  const { table, format, workers, cli = CLI } = options;
  const probe = options.withUsage === true ? usageProbe(world.folder) : undefined;
  const { wallMs, busyMs, stdout } = await runSide(
    {
      command: process.execPath,
      args: [
        ...(probe?.args ?? []),
        cli,
        'extract',
        '--json',
        '--pg=postgres://?sslmode=disable',
        `--table=${table.schema}.${table.name}`,
        `--s3=s3://${BUCKET}/sluice`,
        `--s3-endpoint=${world.s3.endpoint}`,
        ...FORMATS[format],
        `--parallel=${workers}`,
      ],
      env: { ...world.env, ...probe?.env },
      cwd: world.folder,
      stdout: 'collect',
    },
    signal,
  );
  const finished = lastEvent(stdout);
  if (finished.rows !== table.rows) {
    throw new Error(`Sluice wrote ${finished.rows} of ${table.rows} rows`);
  }
  return { wallMs, busyMs, bytes: finished.bytes, usage: await probe?.read() };
}

function lastEvent(stdout: string): { readonly rows: number; readonly bytes: number } {
  const line = stdout.trimEnd().split('\n').at(-1) ?? '';
  return JSON.parse(line) as { rows: number; bytes: number };
}

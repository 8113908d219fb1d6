/** The built command line finds its thread, which lies in another file than the rest of it. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { freshBuild } from '../e2e/fresh-build.ts';
import { DuckDb } from '../harness/duckdb.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { makeTemporaryFolder } from '../harness/temporary-folder.ts';

const CLI = path.join(import.meta.dirname, '..', '..', '.vite', 'cli', 'sluice.js');
const postgres = sharedPostgres();

beforeAll(async () => {
  await freshBuild('cli');
});

test('sluice extract --format parquet', async () => {
  await using db = await postgres().createDatabase();
  const folder = await makeTemporaryFolder('parquet');
  try {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        CLI,
        'extract',
        '--json',
        `--pg=${db.url}?sslmode=disable`,
        '--query=SELECT i FROM generate_series(1, 1000) AS i',
        `--dir=${folder.path}`,
        '--format=parquet',
        '--key=rows.{ext}',
      ],
      { env: { ...process.env, SLUICE_HOME: path.join(folder.path, 'home') } },
    );
    const last = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as unknown;
    expect(last).toMatchObject({ outcome: 'succeeded', rows: 1000, objects: [{ key: 'rows.parquet' }] });
    using duck = await DuckDb.open();
    const file = path.join(folder.path, 'rows.parquet');
    expect(await duck.texts(`SELECT sum(i)::VARCHAR FROM '${file}'`)).toEqual([['500500']]);
  } finally {
    await folder.remove();
  }
});

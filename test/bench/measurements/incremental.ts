/** An incremental run with few new rows in a large table, from the start of the program to its exit. */
import { startS3 } from '../../harness/s3/s3-server.ts';
import { atMost } from '../figure.ts';
import { runSide } from '../measured-process.ts';
import type { Bench, Outcome } from '../measurement.ts';
import { CLI } from '../sluice-extract.ts';
import { median } from '../statistics.ts';

const NEW_ROWS = 1_000;
const BUCKET = 'incremental';

/** The job has run once; then each round inserts rows and runs it again. It must take exactly those. */
export async function measureIncremental({ world, rounds, lines, signal }: Bench): Promise<Outcome> {
  const { large } = world;
  const table = `"${large.schema}"."${large.name}"`;
  // The server of the other measurements forgets what it was sent, and a state has to be read again.
  await using s3 = await startS3({ buckets: [BUCKET] });
  await lines.during('Indexing "LastUpdated" …', async () => {
    await world.database.query(`CREATE INDEX bench_updated ON ${table} ("LastUpdated")`);
    await world.database.query(`ANALYZE ${table}`);
  });
  const run = async (expected: number) => {
    const { wallMs, stdout } = await runSide(
      {
        command: process.execPath,
        args: [
          CLI,
          'extract',
          '--json',
          '--pg=postgres://?sslmode=disable',
          `--table=${large.schema}.${large.name}`,
          `--s3=s3://${BUCKET}/jobs`,
          `--s3-endpoint=${s3.endpoint}`,
          '--format=parquet',
          '--mode=incremental',
          '--watermark=LastUpdated',
        ],
        env: {
          ...world.env,
          AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
          AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
          AWS_DEFAULT_REGION: s3.region,
        },
        cwd: world.folder,
        stdout: 'collect',
      },
      signal,
    );
    const { rows } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as { rows: number };
    if (rows !== expected) throw new Error(`the run took ${rows} rows, and ${expected} were new`);
    return wallMs;
  };
  const full = await lines.during('The first run, which takes all rows …', () => run(large.rows));
  const times: number[] = [];
  const empty: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    await world.database.query(
      `INSERT INTO ${table} SELECT i, 'Shipped', localtimestamp FROM generate_series(1, ${NEW_ROWS}) i`,
    );
    const wallMs = await run(NEW_ROWS);
    const nothing = await run(0);
    if (round === 0) continue;
    times.push(wallMs);
    empty.push(nothing);
  }
  const of = `table of ${large.rows.toLocaleString('en')} rows with an index on the watermark`;
  const figure = (what: string, values: readonly number[]) => ({
    work: `incremental run, ${what}, ${of}`,
    against: '-',
    value: median(values),
    unit: 'ms' as const,
    goal: atMost(1_000),
    from: `${median(values).toFixed(0)} ms (${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)})`,
  });
  return {
    figures: [figure(`${NEW_ROWS.toLocaleString('en')} new rows`, times), figure('nothing new', empty)],
    samples: { 'incremental ms': times, 'nothing new ms': empty, 'first run ms': [full] },
    notes: [`The first run of the job, with all rows: ${(full / 1_000).toFixed(1)} s.`],
  };
}

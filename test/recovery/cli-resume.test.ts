/** `--recovery`, `sluice resume` and `sluice discard`, through the built program, after a run that was killed or failed. */
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { exitCodeOf } from '../../electron/contract/error-table.ts';
import { freshBuild } from '../e2e/fresh-build.ts';
import { startProgram } from '../harness/cli-program.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { startS3, type S3Server } from '../harness/s3/s3-server.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../harness/temporary-folder.ts';

const ROWS = 8_000;
const RANGES = 8;

const postgres = sharedPostgres();
let s3: S3Server;
let temporary: TemporaryFolder;

beforeAll(async () => {
  await freshBuild('cli');
  s3 = await startS3();
  await postgres().query(`CREATE TABLE orders AS
    SELECT i, chr(65 + i % ${RANGES}) AS region FROM generate_series(1, ${ROWS}) i`);
}, 120_000);
afterAll(() => s3.stop());
beforeEach(async () => {
  temporary = await makeTemporaryFolder('cli-resume');
  s3.addBucket('lake');
});
afterEach(async () => {
  s3.faults.clear();
  s3.removeBucket('lake');
  s3.requests.clear();
  await temporary.remove();
});

/** The password is where psql looks, because what a run keeps has no secret. */
function sluice(args: readonly string[], env: Record<string, string> = { PGPASSWORD: postgres().password }) {
  return startProgram(args, {
    built: true,
    cwd: temporary.path,
    env: {
      SLUICE_HOME: path.join(temporary.path, 'home'),
      HOME: temporary.path,
      AWS_ENDPOINT_URL_S3: s3.endpoint,
      AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
      ...env,
    },
  });
}

/** A folder, and so a range, for each region; a third of a second for each. */
function extract(...more: string[]) {
  const { host, port, user, database } = postgres();
  const source = ['--pg', `postgres://${user}@${host}:${port}/${database}?sslmode=disable`];
  const slow = ['--table', 'orders', '--where', 'i % 50 <> 0 OR pg_sleep(0.015) IS NOT NULL'];
  const to = ['--s3', 's3://lake/in', '--partition-by', 'region', '--parallel', '2', '--json'];
  return sluice(['extract', ...source, ...slow, ...to, ...more]);
}

const dataKeys = () => s3.objects('lake').flatMap(({ key }) => (key.includes('_sluice/') ? [] : [key]));

/** Kills a run when some of its objects are there; its id. */
async function killedRun(...more: string[]): Promise<string> {
  // No more come while it is waited for.
  s3.faults.add({ op: 'PutObject', key: '*region=*', after: 3, times: 'always', action: { kind: 'hold' } });
  const program = extract(...more);
  await program.says('"started"');
  await expect.poll(() => dataKeys().length, { interval: 10 }).toBeGreaterThanOrEqual(3);
  await expect.poll(() => s3.faults.hits()).toEqual([2]);
  program.kill('SIGKILL');
  const { events } = await program.outcome;
  s3.faults.clear();
  expect(dataKeys().length).toBeLessThan(RANGES);
  return String(events.find(({ type }) => type === 'started')!['runId']);
}

function expectAllRows(): void {
  const lines = dataKeys().flatMap((key) => s3.object('lake', key).toString().split('\n').slice(0, -1));
  expect(lines.length).toBe(ROWS);
  expect(new Set(lines).size).toBe(ROWS);
  expect(s3.openUploads('lake')).toEqual([]);
}

function writesOf(key: string | undefined): number {
  return s3.requests.all.filter((request) => request.operation === 'PutObject' && request.key === key).length;
}

test('a run that was killed is resumed: what is missing is read, and a second time there is nothing to resume', async () => {
  const runId = await killedRun('--recovery', 'resume');
  // In time and not by name: a lane that was late has an object that nobody has noted yet.
  const first = s3.requests.of('PutObject').find(({ key }) => !key.includes('_sluice/'))?.key;
  const { exitCode, events, err } = await sluice(['resume', runId, '--json']).outcome;
  expect([exitCode, err]).toEqual([0, '']);
  expect(events[0]).toEqual({ type: 'started', runId });
  expect(events.at(-1)).toMatchObject({ type: 'finished', outcome: 'succeeded', runId, rows: ROWS });
  expectAllRows();
  expect(writesOf(first)).toBe(1);
  const manifest = JSON.parse(
    s3.object('lake', `in/_sluice/runs/${runId}/manifest.json`).toString(),
  ) as unknown;
  expect(manifest).toMatchObject({ consistency: 'snapshot-per-range', recoveries: { resumes: 1 } });
  const again = await sluice(['resume', runId]).outcome;
  expect(again.exitCode).toBe(exitCodeOf('STORE_RUN_NOT_RESUMABLE'));
  expect(again.err).toContain('STORE_RUN_NOT_RESUMABLE');
});

test('a run that was killed is discarded: nothing of it is left', async () => {
  const runId = await killedRun('--recovery', 'resume');
  const { exitCode, err } = await sluice(['discard', runId]).outcome;
  expect([exitCode, err]).toEqual([0, `Nothing of run ${runId} is left at the destination\n`]);
  expect(s3.objects('lake')).toEqual([]);
  const resumed = await sluice(['resume', runId, '--json']).outcome;
  expect(resumed.exitCode).toBe(exitCodeOf('STORE_RUN_NOT_RESUMABLE'));
  expect(resumed.events.at(-1)).toMatchObject({
    outcome: 'failed',
    error: { code: 'STORE_RUN_NOT_RESUMABLE' },
  });
});

test('without --recovery nothing is kept of a run that was killed', async () => {
  const runId = await killedRun();
  const { exitCode } = await sluice(['resume', runId]).outcome;
  expect(exitCode).toBe(exitCodeOf('STORE_RUN_NOT_RESUMABLE'));
  expect(s3.objects('lake')).toEqual([]);
});

test('a run that fails says what it has kept; the password has to be given again, and then it is gone on with', async () => {
  s3.faults.add({
    op: 'PutObject',
    after: 3,
    times: 'always',
    action: { kind: 'status', status: 403, code: 'AccessDenied' },
  });
  const failed = await extract('--recovery', 'resume').outcome;
  expect(failed.exitCode).toBe(exitCodeOf('DEST_ACCESS_DENIED'));
  const runId = String(failed.events.at(-1)!['runId']);
  s3.faults.clear();
  const kept = dataKeys().length;
  expect(kept).toBeGreaterThan(0);
  const without = await sluice(['resume', runId], {}).outcome;
  expect(without.exitCode).toBe(exitCodeOf('CONFIG_SECRET_MISSING'));
  expect(without.err).toContain('set PGPASSWORD');
  expect(without.err).toContain(`kept:  ${kept} of ${RANGES} ranges; \`sluice resume ${runId}\``);
  const { exitCode, err } = await sluice(['resume', runId]).outcome;
  expect(exitCode, err).toBe(0);
  expect(err).toContain('Extracted 8,000 rows');
  expectAllRows();
});

test.each([
  [['resume'], 2, 'missing required argument'],
  [['discard'], 2, 'missing required argument'],
  [['resume', 'yesterday'], 2, 'must be the id of a run'],
  [['discard', '20200101T000000Z-00000000'], exitCodeOf('STORE_RUN_NOT_FOUND'), 'There is no run'],
  [['extract', '--recovery', 'often'], 2, '--recovery'],
])('sluice %j', async (args, code, said) => {
  const more = args[0] === 'extract' ? ['--pg', 'postgres://h/d', '--table', 't', '--dir', 'out'] : [];
  const { exitCode, err } = await sluice([...args, ...more]).outcome;
  expect(err).toContain(said);
  expect(exitCode).toBe(code);
});

test('a run that is going on is neither resumed nor discarded', async () => {
  s3.faults.add({ op: 'PutObject', key: '*region=*', times: 'always', action: { kind: 'hold' } });
  const program = extract('--recovery', 'resume');
  await program.says('"transfer"');
  const { runId } = JSON.parse(/\{"type":"started".*?\}/.exec(program.said())![0]) as { runId: string };
  for (const verb of ['resume', 'discard']) {
    const { exitCode, err } = await sluice([verb, runId]).outcome;
    expect(err).toContain('is going on (process');
    expect(exitCode).toBe(exitCodeOf('STORE_RUN_BUSY'));
  }
  s3.faults.clear();
  const { exitCode } = await program.outcome;
  expect(exitCode).toBe(0);
  expectAllRows();
});

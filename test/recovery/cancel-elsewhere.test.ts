/** `sluice cancel`, `pause` and `continue`: what one process asks of a run that another one works on. */
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { EXIT_CANCELLED, exitCodeOf } from '../../electron/contract/error-table.ts';
import { freshBuild } from '../e2e/fresh-build.ts';
import { startProgram } from '../harness/cli-program.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { startS3, type S3Server } from '../harness/s3/s3-server.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../harness/temporary-folder.ts';

const postgres = sharedPostgres();
let s3: S3Server;
let temporary: TemporaryFolder;

beforeAll(async () => {
  await freshBuild('cli');
  s3 = await startS3();
  await postgres().query('CREATE TABLE slow_rows AS SELECT i FROM generate_series(1, 40000) i');
}, 120_000);
afterAll(() => s3.stop());
beforeEach(async () => {
  temporary = await makeTemporaryFolder('cli-cancel');
  s3.addBucket('lake');
});
afterEach(async () => {
  s3.removeBucket('lake');
  await temporary.remove();
});

function sluice(args: readonly string[]) {
  return startProgram(args, {
    built: true,
    cwd: temporary.path,
    env: {
      SLUICE_HOME: path.join(temporary.path, 'home'),
      HOME: temporary.path,
      PGPASSWORD: postgres().password,
      AWS_ENDPOINT_URL_S3: s3.endpoint,
      AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
    },
  });
}

/** A run that writes an object every now and then, and whose end nobody waits for, at so many seconds for each of 80 objects. */
async function startSlow(secondsEach: number) {
  const { host, port, user, database } = postgres();
  const source = ['--pg', `postgres://${user}@${host}:${port}/${database}?sslmode=disable`];
  const slow = ['--table', 'slow_rows', '--where', `i % 500 <> 0 OR pg_sleep(${secondsEach}) IS NOT NULL`];
  const to = ['--s3', 's3://lake/in', '--object-rows', '500', '--parallel', '1', '--json'];
  const program = sluice(['extract', ...source, ...slow, ...to]);
  await program.says('"started"');
  await program.says('"transfer"');
  return program;
}

const runIdOf = (text: string) => /"runId":"([^"]+)"/.exec(text)![1]!;

test('a run is cancelled by another command: it ends as cancelled, and nothing of it is left', async () => {
  const program = await startSlow(10);
  const runId = runIdOf(program.said());
  const cancel = await sluice(['cancel', runId]).outcome;
  expect([cancel.exitCode, cancel.err]).toEqual([0, `Run ${runId}: cancelled\n`]);
  const { exitCode, events } = await program.outcome;
  expect(exitCode).toBe(EXIT_CANCELLED);
  expect(events.at(-1)).toMatchObject({ type: 'finished', outcome: 'cancelled' });
  expect(s3.objects('lake')).toEqual([]);
  expect(s3.openUploads('lake')).toEqual([]);
  const again = await sluice(['cancel', runId, '--json']).outcome;
  expect(again.exitCode).toBe(0);
  expect(again.events[0]).toMatchObject({ type: 'state', runId, state: { tag: 'cancelled' } });
});

test('a run is paused and let go on by other commands, and reaches its end', async () => {
  const program = await startSlow(0.02);
  const runId = runIdOf(program.said());
  const paused = await sluice(['pause', runId]).outcome;
  expect([paused.exitCode, paused.err]).toEqual([0, `Run ${runId}: paused\n`]);
  const going = await sluice(['continue', runId]).outcome;
  expect(going.exitCode).toBe(0);
  const { exitCode, events } = await program.outcome;
  expect(exitCode).toBe(0);
  expect(events.at(-1)).toMatchObject({ outcome: 'succeeded', rows: 40_000 });
});

test('a run whose process was killed is cleaned up after', async () => {
  const program = await startSlow(10);
  const runId = runIdOf(program.said());
  program.kill('SIGKILL');
  await program.outcome;
  const cancel = await sluice(['cancel', runId]).outcome;
  expect([cancel.exitCode, cancel.err]).toEqual([0, `Run ${runId}: failed\n`]);
  expect(s3.objects('lake')).toEqual([]);
  expect(s3.openUploads('lake')).toEqual([]);
});

test('a run that is not in the history is told of', async () => {
  const { exitCode, err } = await sluice(['cancel', '20261122T093000Z-4f3a9c21']).outcome;
  expect(exitCode).toBe(exitCodeOf('STORE_RUN_NOT_FOUND'));
  expect(err).toContain('STORE_RUN_NOT_FOUND');
});

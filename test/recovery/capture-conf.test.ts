/** A capture and a run from one `pipeline.conf`, through every command that goes on with them. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startProgram } from '../harness/cli-program.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { startS3, type S3Server } from '../harness/s3/s3-server.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../harness/temporary-folder.ts';

const postgres = sharedPostgres({ settings: { wal_level: 'logical' } });
let s3: S3Server;
let folder: TemporaryFolder;

beforeAll(async () => {
  s3 = await startS3({ buckets: ['lake'] });
  folder = await makeTemporaryFolder('conf');
  await postgres().query(
    'CREATE TABLE orders (id int PRIMARY KEY, v text); INSERT INTO orders SELECT i FROM generate_series(1, 20) AS i',
  );
  const { host, port, user, password, database } = postgres();
  const lines = [
    '[postgres_config]',
    `host = ${host}`,
    `port = ${port}`,
    `username = ${user}`,
    `password = ${password}`,
    `database = ${database}`,
    '[aws_boto_credentials]',
    `access_key = ${s3.credentials.accessKeyId}`,
    `secret_key = ${s3.credentials.secretAccessKey}`,
    'session_token = temporary',
    'bucket_name = lake',
    'region = us-east-1',
    `endpoint = ${s3.endpoint}`,
  ];
  await writeFile(path.join(folder.path, 'pipeline.conf'), lines.join('\n'));
});
afterAll(async () => {
  await s3[Symbol.asyncDispose]();
  await folder.remove();
});
/** Password and keys are those of the file, or none. */
const sluice = (...args: string[]) =>
  startProgram([...args, '--conf', 'pipeline.conf'], {
    cwd: folder.path,
    env: { SLUICE_HOME: path.join(folder.path, 'home'), HOME: folder.path },
  }).outcome;
const TO = ['--s3', 's3://lake/in'];
const JOB = ['--name', 'orders'];

test('a run is extracted, verified, and has its load script, with one pipeline.conf', async () => {
  const { events, err } = await sluice('extract', '--table', 'orders', ...TO, '--json');
  expect(err).toBe('');
  const manifest = String(events.at(-1)?.['manifest']);
  expect(await sluice('verify', manifest)).toMatchObject({
    exitCode: 0,
    err: expect.stringMatching(/^Proved/),
  });
  expect(await sluice('load-script', 'redshift', manifest)).toMatchObject({
    exitCode: 0,
    out: expect.stringContaining('COPY'),
  });
});

test('a capture is started, gone on with, read, verified and dropped, with one pipeline.conf', async () => {
  const until = ['capture', 'start', ...JOB, '--until', 'current'];
  expect(await sluice(...until, '--table', 'orders', ...TO)).toMatchObject({ exitCode: 0 });
  // It goes on where it was, and not in the root of the bucket.
  expect(await sluice(...until)).toMatchObject({ exitCode: 0 });
  expect(new Set(s3.objects('lake').map(({ key }) => key.split('/')[0]))).toEqual(new Set(['in']));
  const script = await sluice('capture', 'script', ...JOB, '--target', 'duckdb');
  expect(script).toMatchObject({ exitCode: 0, out: expect.stringContaining('s3://lake/in/') });
  expect(await sluice('capture', 'compact', ...JOB)).toMatchObject({ exitCode: 0 });
  const verified = await sluice('verify', 's3://lake/in', '--job', 'orders');
  expect(verified).toMatchObject({ exitCode: 0, out: expect.stringContaining('the same as the table') });
  expect(await sluice('capture', 'status')).toMatchObject({
    exitCode: 0,
    out: expect.stringContaining('orders'),
  });
  expect(await sluice('capture', 'stop', ...JOB)).toMatchObject({ exitCode: 0 });
  expect(await sluice('capture', 'drop', ...JOB)).toMatchObject({
    exitCode: 0,
    err: 'Dropped slot sluice_orders and publication sluice_orders\n',
  });
}, 180_000);

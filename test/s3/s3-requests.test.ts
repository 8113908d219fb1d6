import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startS3 } from '../harness/s3/s3-server.ts';

const CHILD = path.resolve(import.meta.dirname, 'requests-child.ts');
const BUCKET = 'lake';
const REQUESTS = 1_500;

test('requests leave nothing in the old part of the heap', { timeout: 60_000 }, async () => {
  await using s3 = await startS3({ buckets: [BUCKET] });
  const { accessKeyId, secretAccessKey } = s3.credentials;
  const env = { ...process.env, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
  const given = [CHILD, s3.endpoint, BUCKET, String(REQUESTS)];
  const { stdout } = await promisify(execFile)(process.execPath, given, { env });
  // With the SDK's own way to read an answer it is 10 KB for each.
  expect(Number(stdout) / REQUESTS).toBeLessThan(2_000);
});

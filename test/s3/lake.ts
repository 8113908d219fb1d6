/**
 * An engine and a database for a file of tests, and an S3 server for each test. The hooks belong to the file that
 * imports it.
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import type { S3Settings } from '../../electron/contract/destination-profile.ts';
import { ERRORS, exitCodeOf, type ErrorCode } from '../../electron/contract/error-table.ts';
import type { SecretInput } from '../../electron/contract/fields.ts';
import { TestEngine, failure, type EndedRun } from '../harness/engine/test-engine.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import type { FaultAction } from '../harness/s3/faults.ts';
import { startS3, type S3Server } from '../harness/s3/s3-server.ts';

export const BUCKET = 'lake';
export const MIB = 1024 ** 2;
const postgres = sharedPostgres();
export let db: TemporaryDatabase;
export let s3: S3Server;
export let engine: TestEngine;

beforeAll(async () => {
  db = await postgres().createDatabase();
  engine = await TestEngine.start({ s3Patience: { idleMs: 15_000, attempts: 2 } });
  await engine.useDatabase(db);
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await db.drop();
});
beforeEach(async () => {
  s3 = await startS3({ buckets: [BUCKET, { name: 'abroad', region: 'eu-central-1' }] });
  // Nothing of the machine that the tests run on may help, or be waited for.
  for (const name of [
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
    'AWS_PROFILE',
    'AWS_REGION',
  ])
    vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nonexistent');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await s3.stop();
});

/** Rows with this many bytes in all: lines of 1 KiB. */
export const kibibytes = (count: number) => ({
  query: `SELECT repeat('x', 1023) FROM generate_series(1, ${count})`,
});
export const SMALL = { query: 'SELECT 1' };
export const LARGE = kibibytes(20 * 1024);

export interface Change {
  readonly settings?: Partial<S3Settings>;
  readonly secretKey?: SecretInput;
}

export function draft({ settings = {}, secretKey }: Change = {}, server = s3) {
  return {
    name: 'Attempt',
    settings: {
      bucket: BUCKET,
      prefix: '',
      region: server.region,
      endpoint: server.endpoint,
      pathStyle: true,
      credentials: { kind: 'keys' as const, accessKeyId: server.credentials.accessKeyId },
      ...settings,
    },
    secretKey: secretKey ?? ({ kind: 'set', value: server.credentials.secretAccessKey } as const),
  };
}

/** Runs a job to the destination; the profile goes away afterwards. */
export async function extractTo(
  change: Change,
  spec: Omit<Parameters<TestEngine['extract']>[0], 'destination'> = { selection: SMALL },
  server = s3,
): Promise<EndedRun> {
  const { id } = await engine.call('destinations.save', { ...draft(change, server), name: 'Attempt' });
  try {
    return await engine.extract({ ...spec, destination: { profile: 'Attempt' } });
  } finally {
    await engine.call('destinations.remove', { id });
  }
}

export function expectFailed(ended: EndedRun, code: ErrorCode): void {
  const error = failure(ended);
  expect(error.code).toBe(code);
  expect(error.hint).toBe(ERRORS[code].hint);
  expect(exitCodeOf(code)).toBe(4);
  expect(ended.manifest).toBeNull();
}

export const status = (code: number, name: string): FaultAction => ({
  kind: 'status',
  status: code,
  code: name,
});
export const DENIED = status(403, 'AccessDenied');
export const always = 'always' as const;

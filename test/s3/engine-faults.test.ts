/**
 * Every verb of S3, and everything that can go wrong with it. Each case ends in one of two ways: the run has succeeded
 * and the object is byte for byte what Postgres sent, or it has failed with the right code and nothing is left.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ERRORS, exitCodeOf, type ErrorCode } from '../../electron/contract/error-table.ts';
import { TestEngine, failure, success, LAKE, type EndedRun } from '../harness/engine/test-engine.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import type { FaultAction, FaultRule } from '../harness/s3/faults.ts';
import { startS3, type S3Server } from '../harness/s3/s3-server.ts';

const BUCKET = 'faults';
/** Large needs a multipart upload of two parts, small is one PutObject. */
const TABLES = { large: 250_000, small: 3 } as const;

const postgres = sharedPostgres();
const expected = new Map<string, Buffer>();
let db: TemporaryDatabase;
let s3: S3Server;
let engine: TestEngine;
/** Waits for no answer for long: what is never answered would take a minute. */
let impatient: TestEngine;

beforeAll(async () => {
  db = await postgres().createDatabase();
  for (const [table, rows] of Object.entries(TABLES)) {
    await db.query(
      `CREATE TABLE ${table} AS SELECT g AS id, md5(g::text) AS text FROM generate_series(1, ${rows}) AS g`,
    );
    const { rows: lines } = await db.query<{ bytes: string }>(
      `SELECT string_agg(id || ',' || text, E'\\n' ORDER BY ctid) || E'\\n' AS bytes FROM ${table}`,
    );
    expected.set(table, Buffer.from(lines[0]!.bytes));
  }
  s3 = await startS3({ buckets: [BUCKET] });
  engine = await TestEngine.start({ s3Patience: { idleMs: 15_000, attempts: 2 } });
  impatient = await TestEngine.start({ s3Patience: { idleMs: 1_000, attempts: 3 } });
  for (const each of [engine, impatient]) {
    await each.useDatabase(db);
    await each.useS3(s3, BUCKET);
  }
});
afterEach(() => s3.faults.clear());
afterAll(async () => {
  for (const each of [engine, impatient]) await each[Symbol.asyncDispose]();
  await s3.stop();
  await db.drop();
});

type Table = keyof typeof TABLES;

async function extract(table: Table, rule?: FaultRule, key?: string): Promise<EndedRun> {
  if (rule !== undefined) s3.faults.add(rule);
  const ended = await (rule?.action.kind === 'hang' ? impatient : engine).extract({
    selection: { table: { name: table } },
    destination: { profile: LAKE },
    ...(key === undefined ? {} : { key }),
  });
  s3.faults.clear();
  return ended;
}

const keysOf = (runId: string) =>
  s3.objects(BUCKET).flatMap(({ key, headers }) => (headers['x-amz-meta-sluice-run'] === runId ? [key] : []));

function expectWhole(table: Table, ended: EndedRun): void {
  const { objects, manifest } = success(ended);
  expect(objects.map(({ rows }) => rows)).toEqual([TABLES[table]]);
  expect(s3.object(BUCKET, objects[0]!.key).equals(expected.get(table)!)).toBe(true);
  expect(keysOf(ended.run.id).map((key) => `s3://${BUCKET}/${key}`)).toContain(manifest);
  expect(s3.openUploads(BUCKET)).toEqual([]);
}

function expectFailed(code: ErrorCode, ended: EndedRun): void {
  const error = failure(ended);
  expect(error.code).toBe(code);
  expect(error.hint).toBe(ERRORS[code].hint);
  expect(exitCodeOf(error.code)).toBe(4);
  expect(keysOf(ended.run.id)).toEqual([]);
  expect(s3.openUploads(BUCKET)).toEqual([]);
}

const status = (code: number, name: string): FaultAction => ({ kind: 'status', status: code, code: name });
const DENIED = status(403, 'AccessDenied');
const NO_BUCKET = status(404, 'NoSuchBucket');
const BROKEN = status(500, 'InternalError');
const SLOW_DOWN = status(503, 'SlowDown');
/** As servers do that want nothing of a body whose sender they do not know. */
const UNREAD = { kind: 'refuse', status: 403, code: 'AccessDenied' } as const;
const UNREAD_BUSY = { kind: 'refuse', status: 503, code: 'SlowDown' } as const;

/** The verbs of an upload in parts, and the one of an object that fits into a part. */
const WRITES = [
  ['large', 'CreateMultipartUpload'],
  ['large', 'UploadPart'],
  ['large', 'CompleteMultipartUpload'],
  ['small', 'PutObject'],
] as const;

describe.each(WRITES)('%s table, %s', (table, op) => {
  test.each([
    ['is refused', DENIED, 'DEST_ACCESS_DENIED'],
    ['is refused before its body is taken', UNREAD, 'DEST_ACCESS_DENIED'],
    ['finds no bucket', NO_BUCKET, 'DEST_NO_BUCKET'],
    ['always fails', BROKEN, 'DEST_UNAVAILABLE'],
    ['is always asked to slow down', SLOW_DOWN, 'DEST_THROTTLED'],
    ['is always cut', { kind: 'resetBeforeBody' }, 'DEST_UNREACHABLE'],
    ['hangs', { kind: 'hang' }, 'DEST_TIMEOUT'],
  ] as const)('%s: the run fails and nothing is left', async (_, action, code) => {
    expectFailed(code, await extract(table, { op, times: 'always', action }));
  });

  test.each([
    ['a failure', BROKEN],
    ['a request to slow down', SLOW_DOWN],
    ['a request to slow down before its body is taken', UNREAD_BUSY],
    ['a connection that is cut', { kind: 'resetBeforeBody' }],
    ['a connection that is cut halfway', { kind: 'resetMidBody' }],
    ['a reply that is lost', { kind: 'resetAfterCommit' }],
    ['a request that is never answered', { kind: 'hang' }],
  ] as const)('survives %s', async (_, action) => {
    expectWhole(table, await extract(table, { op, action }));
  });
});

describe('what was stored is not what was sent', () => {
  test.each([
    ['large', 'UploadPart', 'truncateStored'],
    ['large', 'UploadPart', 'wrongChecksum'],
    ['small', 'PutObject', 'truncateStored'],
  ] as const)('%s table, %s, %s', async (table, op, kind) => {
    expectFailed('DEST_CHECKSUM_MISMATCH', await extract(table, { op, times: 'always', action: { kind } }));
  });

  test('an error within a 200 when an upload is completed is an error', async () => {
    const op = 'CompleteMultipartUpload';
    expectFailed(
      'DEST_UNAVAILABLE',
      await extract('large', { op, times: 'always', action: { kind: 'completeError200' } }),
    );
    expectWhole('large', await extract('large', { op, action: { kind: 'completeError200' } }));
  });
});

describe('a look that fails', () => {
  test.each([
    ['HeadObject', DENIED, 'DEST_ACCESS_DENIED'],
    ['HeadObject', BROKEN, 'DEST_UNAVAILABLE'],
    ['HeadObject', { kind: 'resetBeforeBody' }, 'DEST_UNREACHABLE'],
    ['HeadObject', { kind: 'wrongChecksum' }, 'DEST_CHECKSUM_MISMATCH'],
    ['ListParts', BROKEN, 'DEST_UNAVAILABLE'],
    ['ListParts', NO_BUCKET, 'DEST_NO_BUCKET'],
  ] as const)('%s: the run fails and nothing is left', async (op, action, code) => {
    expectFailed(code, await extract('large', { op, times: 'always', action }));
  });

  test('an endpoint that does not list parts is no obstacle', async () => {
    for (const action of [DENIED, status(501, 'NotImplemented'), status(404, 'NoSuchKey')]) {
      expectWhole('large', await extract('large', { op: 'ListParts', times: 'always', action }));
    }
  });
});

describe('the manifest', () => {
  const manifest = { op: 'PutObject', key: '*/manifest.json' } as const;

  test.each([
    [DENIED, 'DEST_ACCESS_DENIED'],
    [BROKEN, 'DEST_UNAVAILABLE'],
    [{ kind: 'hang' }, 'DEST_TIMEOUT'],
  ] as const)('that cannot be written takes the objects with it', async (action, code) => {
    expectFailed(code, await extract('large', { ...manifest, times: 'always', action }));
  });

  test('whose reply is lost is not taken for somebody else’s', async () => {
    expectWhole('small', await extract('small', { ...manifest, action: { kind: 'resetAfterCommit' } }));
  });
});

describe('a key without the id of the run', () => {
  test('an upload whose id was lost with the reply is found and aborted', async () => {
    const lost = { op: 'CreateMultipartUpload', action: { kind: 'resetAfterCommit' } } as const;
    expectWhole('large', await extract('large', lost, 'fixed-1.csv'));
    expectFailed('DEST_UNREACHABLE', await extract('large', { ...lost, times: 'always' }, 'fixed-2.csv'));
  });

  test('an object of somebody else, put there meanwhile, is left alone and called a conflict', async () => {
    for (const [table, op] of [
      ['small', 'PutObject'] as const,
      ['large', 'CompleteMultipartUpload'] as const,
    ]) {
      const key = `taken-${table}.csv`;
      // The look at the beginning sees nothing; the condition on the write is what holds.
      const hidden = { op: 'HeadObject', key, action: status(404, 'NotFound') } as const;
      await engine.extract({ selection: { table: { name: 'small' } }, destination: { profile: LAKE }, key });
      const before = s3.object(BUCKET, key);
      const ended = await extract(table, hidden, key);
      expect(failure(ended).code, op).toBe('DEST_OBJECT_EXISTS');
      expect(s3.object(BUCKET, key).equals(before)).toBe(true);
      expect(s3.openUploads(BUCKET)).toEqual([]);
    }
  });

  test('is replaced when overwriting was asked for', async () => {
    const key = 'replaced.csv';
    const destination = { profile: LAKE };
    success(await engine.extract({ selection: { table: { name: 'small' } }, destination, key }));
    const ended = await engine.extract({
      selection: { table: { name: 'large' } },
      destination,
      key,
      overwrite: true,
    });
    expectWhole('large', ended);
  });
});

test('after a run that broke off, the rows still come in the order of the table', async () => {
  // The server remembers where a scan of a large table stopped, and would let the next one begin there.
  expectFailed('DEST_ACCESS_DENIED', await extract('large', { op: 'UploadPart', action: DENIED }));
  expectWhole('large', await extract('large'));
});

test('a manifest that was stored short is no manifest: the run fails and nothing is left', async () => {
  const action = { kind: 'truncateStored' } as const;
  const rule = { op: 'PutObject', key: '*/manifest.json', times: 'always', action } as const;
  expectFailed('DEST_CHECKSUM_MISMATCH', await extract('small', rule));
});

/** The S3 server of the tests fails as it is told, and tells what it has seen. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { promisify } from 'node:util';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FaultAction, FaultRule } from '../harness/s3/faults.ts';
import { clientOf } from '../harness/s3/sdk-client.ts';
import { startS3, type S3Server } from '../harness/s3/s3-server.ts';

const Bucket = 'orders';
const body = randomBytes(2 * 1024 * 1024);

let server: S3Server;
let s3: S3Client;
beforeEach(async () => {
  server = await startS3({ buckets: [Bucket] });
  s3 = client(1);
});
afterEach(async () => {
  s3.destroy();
  await server.stop();
});

const client = (maxAttempts: number) => clientOf(server, { maxAttempts });

const put = (Key: string, through = s3, signal?: AbortSignal) =>
  through.send(new PutObjectCommand({ Bucket, Key, Body: body }), signal ? { abortSignal: signal } : {});
const keys = () => server.objects(Bucket).map(({ key }) => key);

const beforeCommit: FaultAction[] = [
  { kind: 'status', status: 503, code: 'SlowDown' },
  { kind: 'status', status: 500, code: 'InternalError' },
  { kind: 'resetBeforeBody' },
  { kind: 'resetMidBody' },
];
test.each(beforeCommit)('$kind $code: nothing is stored, and a second attempt succeeds', async (action) => {
  server.faults.add({ op: 'PutObject', action });
  await expect(put('a')).rejects.toThrow();
  expect(keys()).toEqual([]);
  server.faults.add({ op: 'PutObject', action });
  const patient = client(3);
  await put('a', patient);
  patient.destroy();
  expect(keys()).toEqual(['a']);
  expect(server.requests.of('PutObject').map(({ fault }) => fault)).toEqual([
    action.kind,
    action.kind,
    undefined,
  ]);
});

test('resetAfterCommit: the reply is lost and the object is there', async () => {
  server.faults.add({ op: 'PutObject', action: { kind: 'resetAfterCommit' } });
  await expect(put('a')).rejects.toThrow(/ECONNRESET|socket hang up/);
  expect(keys()).toEqual(['a']);
  expect(server.object(Bucket, 'a').equals(body)).toBe(true);
});

test('hang: no answer comes until the client gives up', async () => {
  server.faults.add({ op: 'PutObject', action: { kind: 'hang' } });
  const abort = new AbortController();
  const sent = put('a', s3, abort.signal);
  await server.seen('PutObject');
  abort.abort();
  await expect(sent).rejects.toMatchObject({ name: 'AbortError' });
  await server.requests.ended('PutObject');
  expect(keys()).toEqual([]);
});

test('hold: the work is done when it is let go, and not before', async () => {
  server.faults.add({ op: 'PutObject', action: { kind: 'hold' } });
  const stored = put('a');
  await server.seen('PutObject');
  expect(keys()).toEqual([]);
  server.faults.release();
  await stored;
  expect(keys()).toEqual(['a']);
});

test('delay: the answer comes late', async () => {
  server.faults.add({ op: 'PutObject', action: { kind: 'delay', ms: 150 } });
  await put('a');
  const [request] = server.requests.of('PutObject');
  expect((request?.endedAt ?? 0) - (request?.arrivedAt ?? 0)).toBeGreaterThanOrEqual(140);
  expect(keys()).toEqual(['a']);
});

test('truncateStored: half is stored and nobody says so', async () => {
  server.faults.add({ op: 'PutObject', action: { kind: 'truncateStored' } });
  await put('a');
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'a' }));
  expect(head.ContentLength).toBe(body.length / 2);
});

test('wrongChecksum: the answer names another checksum', async () => {
  server.faults.add({ op: 'PutObject', action: { kind: 'wrongChecksum' } });
  expect((await put('a')).ChecksumCRC32).toBe('AAAAAA==');
});

test('resetMidBody of a GET: half of the bytes come', async () => {
  await put('a');
  server.faults.add({ op: 'GetObject', action: { kind: 'resetMidBody' } });
  const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'a' }));
  await expect(got.Body?.transformToByteArray()).rejects.toThrow();
});

test('completeError200: an error in a body that says 200, and the upload stays', async () => {
  server.faults.add({ op: 'CompleteMultipartUpload', action: { kind: 'completeError200' } });
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'a' }));
  const target = { Bucket, Key: 'a', UploadId };
  const { ETag } = await s3.send(new UploadPartCommand({ ...target, PartNumber: 1, Body: 'x' }));
  const complete = new CompleteMultipartUploadCommand({
    ...target,
    MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
  });
  await expect(s3.send(complete)).rejects.toMatchObject({ name: 'InternalError' });
  expect(server.openUploads(Bucket)).toHaveLength(1);
  await s3.send(complete);
  expect(keys()).toEqual(['a']);
});

test('a body is refused unread, and the process that did so can end', async () => {
  const child = path.resolve(import.meta.dirname, 'refuse-child.ts');
  const ended = await promisify(execFile)(process.execPath, [child], { timeout: 20_000 });
  expect(ended.stdout).toBe('AccessDenied\n');
});

test('rules choose by key, part, order and number', async () => {
  const refuse = { kind: 'status', status: 403, code: 'AccessDenied' } as const;
  const rules: FaultRule[] = [
    { op: 'PutObject', key: 'secret/*', times: 'always', action: refuse },
    { op: 'PutObject', key: 'third', after: 2, action: refuse },
    { op: 'UploadPart', part: 2, action: refuse },
  ];
  server.faults.add(...rules);
  await expect(put('secret/a')).rejects.toMatchObject({ name: 'AccessDenied' });
  await expect(put('secret/b')).rejects.toMatchObject({ name: 'AccessDenied' });
  await put('third');
  await put('third');
  await expect(put('third')).rejects.toMatchObject({ name: 'AccessDenied' });
  await put('third');
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'a' }));
  const part = (PartNumber: number) =>
    s3.send(new UploadPartCommand({ Bucket, Key: 'a', UploadId, PartNumber, Body: 'x' }));
  await part(1);
  await expect(part(2)).rejects.toMatchObject({ name: 'AccessDenied' });
  await part(2);
  expect(await server.seen('UploadPart', { part: 2, nth: 2 })).toMatchObject({ uploadId: UploadId });
});

/** Multipart uploads to the S3 server of the tests: it holds the real SDK to the rules that S3 has. */
import { randomBytes } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  type CompletedPart,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientOf, crc32Base64, md5 } from '../harness/s3/sdk-client.ts';
import { startS3, type S3Server } from '../harness/s3/s3-server.ts';

const Bucket = 'orders';
const MIB = 1024 * 1024;

let server: S3Server;
let s3: S3Client;
beforeAll(async () => {
  server = await startS3({ buckets: [Bucket] });
  s3 = clientOf(server);
});
afterAll(async () => {
  s3.destroy();
  await server.stop();
});

const bodies = [randomBytes(5 * MIB), randomBytes(6 * MIB), randomBytes(100)];
const whole = Buffer.concat(bodies);

async function start(Key: string, more: object = {}) {
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }));
  return { Bucket, Key, UploadId };
}

async function upload(target: { Bucket: string; Key: string; UploadId: string | undefined }, parts = bodies) {
  return Promise.all(
    parts.map(async (Body, index): Promise<CompletedPart> => {
      const PartNumber = index + 1;
      const sum = crc32Base64(Body);
      const part = await s3.send(new UploadPartCommand({ ...target, PartNumber, Body, ChecksumCRC32: sum }));
      expect(part).toMatchObject({ ETag: `"${md5(Body)}"`, ChecksumCRC32: sum });
      return { PartNumber, ETag: part.ETag, ChecksumCRC32: sum };
    }),
  );
}

test.each([
  ['without a checksum of the whole', {}, undefined],
  [
    'with the checksum of the whole',
    { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' },
    crc32Base64(whole),
  ],
  [
    'with the checksum of checksums',
    { ChecksumAlgorithm: 'CRC32', ChecksumType: 'COMPOSITE' },
    `${crc32Base64(Buffer.concat(bodies.map((body) => Buffer.from(crc32Base64(body), 'base64'))))}-3`,
  ],
])('%s', async (name, more, expected) => {
  const target = await start(`whole ${name}`, {
    ...more,
    ContentType: 'text/csv',
    Metadata: { rows: '3' },
  });
  const Parts = await upload(target);
  const full = 'ChecksumType' in more && more.ChecksumType === 'FULL_OBJECT';
  const done = await s3.send(
    new CompleteMultipartUploadCommand({
      ...target,
      MultipartUpload: { Parts },
      ...(full ? { ChecksumCRC32: expected, ChecksumType: 'FULL_OBJECT' } : {}),
    }),
  );
  const etags = Buffer.concat(bodies.map((body) => Buffer.from(md5(body), 'hex')));
  expect(done.ETag).toBe(`"${md5(etags)}-3"`);
  expect(done.ChecksumCRC32).toBe(expected);
  expect(server.object(Bucket, target.Key).equals(whole)).toBe(true);
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key: target.Key, ChecksumMode: 'ENABLED' }));
  expect(head).toMatchObject({
    ContentLength: whole.length,
    ContentType: 'text/csv',
    Metadata: { rows: '3' },
  });
  expect(head.ChecksumCRC32).toBe(expected);
  const range = await s3.send(
    new GetObjectCommand({ Bucket, Key: target.Key, Range: `bytes=${5 * MIB - 2}-${5 * MIB + 1}` }),
  );
  expect(Buffer.from((await range.Body?.transformToByteArray()) ?? [])).toEqual(
    whole.subarray(5 * MIB - 2, 5 * MIB + 2),
  );
  await expect(
    s3.send(new CompleteMultipartUploadCommand({ ...target, MultipartUpload: { Parts } })),
  ).rejects.toMatchObject({ name: 'NoSuchUpload' });
});

const refusals: [string, string, (parts: CompletedPart[]) => object][] = [
  ['parts out of order', 'InvalidPartOrder', (parts) => ({ Parts: parts.toReversed() })],
  ['a part twice', 'InvalidPartOrder', (parts) => ({ Parts: [parts[0], parts[0]] })],
  ['a part that never came', 'InvalidPart', (parts) => ({ Parts: [...parts, { PartNumber: 9, ETag: 'x' }] })],
  ['an ETag of something else', 'InvalidPart', (parts) => ({ Parts: [{ ...parts[0], ETag: '"00"' }] })],
  [
    'a checksum of something else',
    'InvalidPart',
    (parts) => ({ Parts: [{ ...parts[0], ChecksumCRC32: 'AAAAAA==' }] }),
  ],
  ['no parts', 'MalformedXML', () => ({ Parts: [] })],
];
test.each(refusals)('%s: %s', async (_, code, choose) => {
  const target = await start('refused');
  const parts = await upload(target);
  const MultipartUpload = choose(parts);
  await expect(
    s3.send(new CompleteMultipartUploadCommand({ ...target, MultipartUpload })),
  ).rejects.toMatchObject({ name: code, $metadata: { httpStatusCode: 400 } });
  expect(server.openUploads(Bucket).map(({ key }) => key)).toContain('refused');
  await s3.send(new AbortMultipartUploadCommand(target));
});

test('a small part in the middle is too small', async () => {
  const target = await start('small');
  const Parts = await upload(target, [randomBytes(5 * MIB), randomBytes(5 * MIB - 1), randomBytes(1)]);
  await expect(
    s3.send(new CompleteMultipartUploadCommand({ ...target, MultipartUpload: { Parts } })),
  ).rejects.toMatchObject({ name: 'EntityTooSmall' });
  await s3.send(new AbortMultipartUploadCommand(target));
});

test('a wrong checksum of the whole is refused', async () => {
  const target = await start('bad sum', { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' });
  const Parts = await upload(target);
  await expect(
    s3.send(
      new CompleteMultipartUploadCommand({
        ...target,
        MultipartUpload: { Parts },
        ChecksumCRC32: 'AAAAAA==',
        ChecksumType: 'FULL_OBJECT',
      }),
    ),
  ).rejects.toMatchObject({ name: 'BadDigest' });
  await s3.send(new AbortMultipartUploadCommand(target));
});

test('completing does not replace what exists, when told so', async () => {
  await s3.send(new PutObjectCommand({ Bucket, Key: 'taken', Body: 'first' }));
  const target = await start('taken');
  const Parts = await upload(target, [randomBytes(10)]);
  await expect(
    s3.send(new CompleteMultipartUploadCommand({ ...target, MultipartUpload: { Parts }, IfNoneMatch: '*' })),
  ).rejects.toMatchObject({ name: 'PreconditionFailed' });
  expect(server.object(Bucket, 'taken').toString()).toBe('first');
  await s3.send(new AbortMultipartUploadCommand(target));
});

test('parts and uploads are listed until the abort', async () => {
  const target = await start('listed/é');
  await upload(target);
  const parts = await s3.send(new ListPartsCommand({ ...target, MaxParts: 2 }));
  expect(parts.Parts?.map((part) => [part.PartNumber, part.Size, part.ChecksumCRC32])).toEqual(
    bodies.slice(0, 2).map((body, index) => [index + 1, body.length, crc32Base64(body)]),
  );
  expect(parts).toMatchObject({ IsTruncated: true, NextPartNumberMarker: '2' });
  const uploads = await s3.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'listed/' }));
  expect(uploads.Uploads?.map(({ Key, UploadId }) => ({ Key, UploadId }))).toEqual([
    { Key: target.Key, UploadId: target.UploadId },
  ]);
  await s3.send(new AbortMultipartUploadCommand(target));
  expect(server.openUploads(Bucket)).toEqual([]);
  await expect(
    s3.send(new UploadPartCommand({ ...target, PartNumber: 4, Body: 'late' })),
  ).rejects.toMatchObject({ name: 'NoSuchUpload' });
});

test('part 10,001 is refused', async () => {
  const target = await start('many');
  await expect(
    s3.send(new UploadPartCommand({ ...target, PartNumber: 10_001, Body: 'x' })),
  ).rejects.toMatchObject({ name: 'InvalidArgument' });
  await s3.send(new AbortMultipartUploadCommand(target));
});

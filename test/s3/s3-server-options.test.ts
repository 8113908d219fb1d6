/** The S3 server of the tests keeps what it is asked to keep, and refuses what S3 refuses. */
import {
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clientOf } from '../harness/s3/sdk-client.ts';
import { startS3, type S3Server } from '../harness/s3/s3-server.ts';

const Bucket = 'orders';
const address = { Bucket, Key: 'a' };
/** A body, because without one the SDK wonders about its length. */
const Body = 'x';
let server: S3Server;
let s3: S3Client;
beforeEach(async () => {
  server = await startS3({
    buckets: [Bucket, { name: 'open', acls: true }, { name: 'paid', requesterPays: true }],
    kmsKeys: ['known'],
  });
  s3 = clientOf(server);
});
afterEach(async () => {
  s3.destroy();
  await server.stop();
});

test('HEAD shows encryption, class, number of tags and metadata; not STANDARD', async () => {
  await s3.send(
    new PutObjectCommand({
      Body,
      ...address,
      ServerSideEncryption: 'aws:kms',
      SSEKMSKeyId: 'known',
      StorageClass: 'GLACIER_IR',
      Tagging: 'a=b&c=d%20e',
      Metadata: { x: 'y' },
    }),
  );
  expect(await s3.send(new HeadObjectCommand(address))).toMatchObject({
    ServerSideEncryption: 'aws:kms',
    SSEKMSKeyId: 'known',
    StorageClass: 'GLACIER_IR',
    TagCount: 2,
    Metadata: { x: 'y' },
  });
  await s3.send(new PutObjectCommand({ Body, ...address, StorageClass: 'STANDARD' }));
  const { StorageClass, ServerSideEncryption } = await s3.send(new HeadObjectCommand(address));
  expect([StorageClass, ServerSideEncryption]).toEqual([undefined, 'AES256']);
});

const eleven = Array.from({ length: 11 }, (_, i) => `t${i}=v`).join('&');

describe.each<[Partial<PutObjectCommandInput>, string]>([
  [{ ServerSideEncryption: 'rot13' as never }, 'InvalidArgument'],
  [{ ServerSideEncryption: 'AES256', SSEKMSKeyId: 'known' }, 'InvalidArgument'],
  [{ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'unknown' }, 'KMS.NotFoundException'],
  [{ StorageClass: 'LUKEWARM' as never }, 'InvalidStorageClass'],
  [{ ACL: 'public-read' }, 'AccessControlListNotSupported'],
  [{ Tagging: eleven }, 'BadRequest'],
  [{ Tagging: 'a=1&a=2' }, 'InvalidTag'],
  [{ Tagging: `${'k'.repeat(129)}=v` }, 'InvalidTag'],
  [{ Tagging: `k=${'v'.repeat(257)}` }, 'InvalidTag'],
  [{ Tagging: 'k=a*b' }, 'InvalidTag'],
  [{ Tagging: 'aws:k=v' }, 'InvalidTag'],
  [{ Metadata: { a: 'x'.repeat(2_048) } }, 'MetadataTooLarge'],
])('%j', (options, code) => {
  test(`is refused as ${code}, in one request and when an upload begins`, async () => {
    await expect(s3.send(new PutObjectCommand({ Body, ...address, ...options }))).rejects.toMatchObject({
      name: code,
    });
    await expect(s3.send(new CreateMultipartUploadCommand({ ...address, ...options }))).rejects.toMatchObject(
      { name: code },
    );
    expect(server.objects(Bucket)).toEqual([]);
    expect(server.openUploads(Bucket)).toEqual([]);
  });
});

test('metadata of 2 KB are taken', async () => {
  await s3.send(new PutObjectCommand({ Body, ...address, Metadata: { a: 'x'.repeat(2_047) } }));
});

test('ACLs are taken where the bucket has them switched on, and its owner’s everywhere', async () => {
  await s3.send(new PutObjectCommand({ Body, ...address, Bucket: 'open', ACL: 'public-read' }));
  expect(server.stored('open', 'a').options.acl).toBe('public-read');
  await s3.send(new PutObjectCommand({ Body, ...address, ACL: 'bucket-owner-full-control' }));
});

test('where the requester pays, every request has to say so', async () => {
  const paid = { Bucket: 'paid', Key: 'a' };
  await expect(s3.send(new PutObjectCommand({ Body, ...paid }))).rejects.toMatchObject({
    name: 'AccessDenied',
  });
  await s3.send(new PutObjectCommand({ Body, ...paid, RequestPayer: 'requester' }));
  await expect(s3.send(new GetObjectCommand(paid))).rejects.toMatchObject({ name: 'AccessDenied' });
});

test('an archive gives nothing back', async () => {
  await s3.send(new PutObjectCommand({ Body, ...address, StorageClass: 'DEEP_ARCHIVE' }));
  await expect(s3.send(new GetObjectCommand(address))).rejects.toMatchObject({ name: 'InvalidObjectState' });
});

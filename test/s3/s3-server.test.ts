/**
 * The S3 server of the tests against the real SDK: a test bed that is more lenient than S3 would hide what fails
 * later, so each rule that our client relies on is checked here.
 */
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientOf, crc32Base64, md5 } from '../harness/s3/sdk-client.ts';
import { startS3, type S3Options, type S3Server } from '../harness/s3/s3-server.ts';

const Bucket = 'orders';
const MIB = 1024 * 1024;

let server: S3Server;
let s3: S3Client;
beforeAll(async () => {
  server = await startS3({ buckets: [Bucket, { name: 'far-away', region: 'eu-west-1' }] });
  s3 = clientOf(server);
});
afterAll(async () => {
  s3.destroy();
  await server.stop();
});

async function withServer(options: S3Options, use: (s3: S3Client, server: S3Server) => Promise<void>) {
  await using own = await startS3({ buckets: [Bucket], ...options });
  const client = clientOf(own);
  await use(client, own);
  client.destroy();
}

describe('signatures', () => {
  test.each([
    ['an unknown access key', { accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'x' }, 'InvalidAccessKeyId'],
    ['a wrong secret', { secretAccessKey: 'wrong' }, 'SignatureDoesNotMatch'],
  ])('%s is refused', async (_, credentials, code) => {
    const wrong = clientOf(server, { credentials: { ...server.credentials, ...credentials } });
    await expect(
      wrong.send(new PutObjectCommand({ Bucket, Key: 'a', Body: Buffer.alloc(3 * MIB) })),
    ).rejects.toMatchObject({ name: code, $metadata: { httpStatusCode: 403 } });
    await expect(wrong.send(new HeadBucketCommand({ Bucket }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    });
  });

  test('a clock that is 20 minutes off is refused', async () => {
    const client = clientOf(server, { systemClockOffset: -20 * 60 * 1000 });
    await expect(client.send(new ListObjectsV2Command({ Bucket }))).rejects.toMatchObject({
      name: 'RequestTimeTooSkewed',
      $metadata: { httpStatusCode: 403 },
    });
  });

  test('a request without a signature is refused', async () => {
    const response = await fetch(`${server.endpoint}/${Bucket}?list-type=2`);
    expect(response.status).toBe(403);
    expect(await response.text()).toContain('<Code>AccessDenied</Code>');
  });

  test('a bucket of another region says where it is', async () => {
    await expect(
      s3.send(new PutObjectCommand({ Bucket: 'far-away', Key: 'a', Body: 'a' })),
    ).rejects.toMatchObject({ name: 'AuthorizationHeaderMalformed', Region: 'eu-west-1' });
    const there = clientOf(server, { region: 'eu-west-1' });
    await there.send(new HeadBucketCommand({ Bucket: 'far-away' }));
  });
});

describe('objects', () => {
  const keys = ['plain.csv', 'a/b c/é &+%?#.csv', `quotes'"<>*().txt`, '100%25.csv', 'a//b', '日本/😀.csv'];
  test.each(keys)('key %j comes back as it went', async (Key) => {
    const Body = Buffer.from(`body of ${Key}`);
    await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
    const got = await s3.send(new GetObjectCommand({ Bucket, Key }));
    expect(await got.Body?.transformToString()).toBe(Body.toString());
    const listed = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: Key }));
    expect(listed.Contents?.map((object) => object.Key)).toEqual([Key]);
    await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    await expect(s3.send(new HeadObjectCommand({ Bucket, Key }))).rejects.toMatchObject({ name: 'NotFound' });
  });

  test('ETag, size, metadata, headers and checksum are kept', async () => {
    const Body = randomBytes(3 * MIB);
    const put = await s3.send(
      new PutObjectCommand({
        Bucket,
        Key: 'kept',
        Body,
        ContentType: 'text/csv',
        ContentEncoding: 'gzip',
        Metadata: { rows: '5' },
        ChecksumCRC32: crc32Base64(Body),
      }),
    );
    expect(put).toMatchObject({ ETag: `"${md5(Body)}"`, ChecksumCRC32: crc32Base64(Body) });
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'kept', ChecksumMode: 'ENABLED' }));
    expect(head).toMatchObject({
      ContentLength: Body.length,
      ContentType: 'text/csv',
      ContentEncoding: 'gzip',
      Metadata: { rows: '5' },
      ETag: `"${md5(Body)}"`,
      ChecksumCRC32: crc32Base64(Body),
      ChecksumType: 'FULL_OBJECT',
    });
    expect(server.object(Bucket, 'kept').equals(Body)).toBe(true);
  });

  test('a stream arrives without its framing', async () => {
    const Body = randomBytes(300_000);
    await s3.send(
      new PutObjectCommand({
        Bucket,
        Key: 'stream',
        Body: Readable.from([Body]),
        ContentLength: Body.length,
      }),
    );
    expect(server.requests.of('PutObject', { key: 'stream' })[0]?.headers['x-amz-content-sha256']).toMatch(
      /^STREAMING-/,
    );
    expect(server.object(Bucket, 'stream').equals(Body)).toBe(true);
  });

  test.each([
    ['CRC32', { ChecksumCRC32: 'AAAAAA==' }, 'BadDigest'],
    ['SHA-256', { ChecksumSHA256: Buffer.alloc(32).toString('base64') }, 'BadDigest'],
    ['MD5', { ContentMD5: Buffer.alloc(16).toString('base64') }, 'BadDigest'],
  ])('a wrong %s is refused and nothing is stored', async (_, sums, code) => {
    await expect(
      s3.send(new PutObjectCommand({ Bucket, Key: 'wrong', Body: 'body', ...sums })),
    ).rejects.toMatchObject({ name: code, $metadata: { httpStatusCode: 400 } });
    expect(server.objects(Bucket).map((object) => object.key)).not.toContain('wrong');
  });

  test('ranges', async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key: 'range', Body: '0123456789' }));
    const read = async (Range: string) => {
      const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'range', Range }));
      return [await got.Body?.transformToString(), got.ContentRange];
    };
    expect(await read('bytes=2-4')).toEqual(['234', 'bytes 2-4/10']);
    expect(await read('bytes=7-')).toEqual(['789', 'bytes 7-9/10']);
    expect(await read('bytes=-2')).toEqual(['89', 'bytes 8-9/10']);
    expect(await read('bytes=8-99')).toEqual(['89', 'bytes 8-9/10']);
    await expect(read('bytes=10-')).rejects.toMatchObject({ name: 'InvalidRange' });
  });

  test('copy and batch delete', async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key: 'from é', Body: 'copied', Metadata: { a: '1' } }));
    await s3.send(
      new CopyObjectCommand({ Bucket, Key: 'to', CopySource: `${Bucket}/${encodeURIComponent('from é')}` }),
    );
    expect(server.object(Bucket, 'to').toString()).toBe('copied');
    const deleted = await s3.send(
      new DeleteObjectsCommand({
        Bucket,
        Delete: { Objects: [{ Key: 'from é' }, { Key: 'to' }, { Key: 'never & was' }] },
      }),
    );
    expect(deleted.Deleted?.map(({ Key }) => Key)).toEqual(['from é', 'to', 'never & was']);
    expect(server.objects(Bucket).map(({ key }) => key)).not.toContain('to');
  });

  test('If-None-Match refuses what exists, If-Match what is another', async () => {
    const put = (more: object) =>
      s3.send(new PutObjectCommand({ Bucket, Key: 'once', Body: randomBytes(10), ...more }));
    const first = await put({ IfNoneMatch: '*' });
    const refused = { name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } };
    await expect(put({ IfNoneMatch: '*' })).rejects.toMatchObject(refused);
    await expect(put({ IfMatch: '"0123"' })).rejects.toMatchObject(refused);
    await put({ IfMatch: first.ETag });
  });

  test.each([
    ['k'.repeat(1_024), 'k'.repeat(1_025)],
    [`${'受'.repeat(341)}k`, '受'.repeat(342)],
  ])('E14: a key of more than 1,024 bytes is refused', async (fits, Key) => {
    const refused = { name: 'KeyTooLongError', $metadata: { httpStatusCode: 400 } };
    await s3.send(new PutObjectCommand({ Bucket, Key: fits, Body: 'a' }));
    await expect(s3.send(new PutObjectCommand({ Bucket, Key, Body: 'a' }))).rejects.toMatchObject(refused);
    await expect(s3.send(new CreateMultipartUploadCommand({ Bucket, Key }))).rejects.toMatchObject(refused);
    await expect(s3.send(new GetObjectCommand({ Bucket, Key }))).rejects.toMatchObject(refused);
    await expect(s3.send(new HeadObjectCommand({ Bucket, Key }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 400 },
    });
  });

  test('what is missing is named', async () => {
    await expect(s3.send(new GetObjectCommand({ Bucket, Key: 'missing' }))).rejects.toMatchObject({
      name: 'NoSuchKey',
    });
    await expect(
      s3.send(new PutObjectCommand({ Bucket: 'no-such-bucket', Key: 'a', Body: 'a' })),
    ).rejects.toMatchObject({ name: 'NoSuchBucket', $metadata: { httpStatusCode: 404 } });
    await expect(s3.send(new HeadBucketCommand({ Bucket: 'no-such-bucket' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
    await s3.send(new CreateBucketCommand({ Bucket: 'made' }));
    await s3.send(new HeadBucketCommand({ Bucket: 'made' }));
  });
});

describe('lists', () => {
  test('pages, prefixes and the order of UTF-8', async () => {
    await withServer({ pageSize: 2 }, async (client) => {
      const keys = ['b', 'a/2', 'a/1', 'c', 'é', 'a/10'];
      for (const Key of keys) await client.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
      const found: (string | undefined)[] = [];
      let ContinuationToken: string | undefined;
      let pages = 0;
      do {
        const page = await client.send(new ListObjectsV2Command({ Bucket, ContinuationToken }));
        found.push(...(page.Contents ?? []).map((object) => object.Key));
        ContinuationToken = page.NextContinuationToken;
        pages++;
      } while (ContinuationToken !== undefined);
      expect(found).toEqual(['a/1', 'a/10', 'a/2', 'b', 'c', 'é']);
      expect(pages).toBe(3);
      const grouped = await client.send(new ListObjectsV2Command({ Bucket, Delimiter: '/' }));
      expect(grouped.CommonPrefixes).toEqual([{ Prefix: 'a/' }]);
      expect(grouped.Contents?.map((object) => object.Key)).toEqual(['b']);
      const after = await client.send(new ListObjectsV2Command({ Bucket, StartAfter: 'b' }));
      expect(after.Contents?.map((object) => object.Key)).toEqual(['c', 'é']);
    });
  });
});

describe('lesser servers', () => {
  test('one that ignores conditions and keeps no checksums', async () => {
    await withServer({ features: { conditionalWrites: false, checksums: false } }, async (client) => {
      const put = () => client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'a', IfNoneMatch: '*' }));
      await put();
      expect(await put()).not.toHaveProperty('ChecksumCRC32');
    });
  });

  test('one for benchmarks: counts bytes, keeps only what is small', async () => {
    await withServer({ store: 'discard', etag: 'fast' }, async (client, own) => {
      await client.send(new PutObjectCommand({ Bucket, Key: 'small', Body: 'manifest' }));
      await client.send(new PutObjectCommand({ Bucket, Key: 'large', Body: Buffer.alloc(2 * MIB) }));
      expect(own.object(Bucket, 'small').toString()).toBe('manifest');
      const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'large' }));
      expect(head.ContentLength).toBe(2 * MIB);
      expect(() => own.object(Bucket, 'large')).toThrow('keep no bytes');
    });
  });
});

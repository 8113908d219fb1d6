/** What was asked for is what S3 keeps: encryption, class, ACL, tags, metadata, who pays. HEAD is the judge. */
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import type { S3Settings } from '../../electron/contract/destination-profile.ts';
import { success } from '../harness/engine/test-engine.ts';
import { clientOf } from '../harness/s3/sdk-client.ts';
import type { S3Server } from '../harness/s3/s3-server.ts';
import { startS3 } from '../harness/s3/s3-server.ts';
import { BUCKET, LARGE, SMALL, draft, engine, expectFailed, extractTo, s3 } from './lake.ts';

const KMS_KEY = 'arn:aws:kms:us-east-1:111122223333:key/1234abcd';

async function head(server: S3Server, key: string) {
  const client = clientOf(server);
  try {
    return await client.send(
      new HeadObjectCommand({ Bucket: BUCKET, Key: key, RequestPayer: 'requester', ChecksumMode: 'ENABLED' }),
    );
  } finally {
    client.destroy();
  }
}

async function withBucket(
  rules: { acls?: boolean; requesterPays?: boolean },
  work: (server: S3Server) => Promise<void>,
): Promise<void> {
  await using server = await startS3({ buckets: [{ name: BUCKET, ...rules }], kmsKeys: [KMS_KEY] });
  await work(server);
}

/** The key of the only object, and of the manifest. */
async function keysOf(server: S3Server, settings: Partial<S3Settings>, spec = { selection: SMALL }) {
  const { objects, manifest } = success(await extractTo({ settings }, spec, server));
  return { data: objects[0]!.key, manifest: manifest.slice(`s3://${BUCKET}/`.length) };
}

describe.each([
  ['one request', SMALL],
  ['several parts', LARGE],
])('an object of %s', (_, selection) => {
  test.each<[Partial<S3Settings>, object]>([
    [{}, { ServerSideEncryption: 'AES256' }],
    [{ encryption: { kind: 'bucket-default' } }, { ServerSideEncryption: 'AES256' }],
    [{ encryption: { kind: 'sse-s3' } }, { ServerSideEncryption: 'AES256' }],
    [{ encryption: { kind: 'sse-kms' } }, { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'aws/s3' }],
    [
      { encryption: { kind: 'sse-kms', keyId: KMS_KEY, bucketKey: true } },
      { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: KMS_KEY, BucketKeyEnabled: true },
    ],
    [{ storageClass: 'STANDARD_IA' }, { StorageClass: 'STANDARD_IA' }],
    [{ storageClass: 'DEEP_ARCHIVE' }, { StorageClass: 'DEEP_ARCHIVE' }],
  ])('with %j is kept with %j', async (settings, expected) => {
    await withBucket({}, async (server) => {
      const keys = await keysOf(server, settings, { selection });
      expect(await head(server, keys.data)).toMatchObject(expected);
      // Whoever looks for the manifest has to be able to read it at once.
      const { StorageClass: _class, ...likeTheObject } = expected as Record<string, unknown>;
      const manifest = await head(server, keys.manifest);
      expect(manifest).toMatchObject(likeTheObject);
      expect(manifest.StorageClass).toBeUndefined();
    });
  });

  test('has the tags and the metadata of the job, beside the id of its run', async () => {
    const tags = { team: 'data + co', 'ä ö': '+-=._:/@', empty: '' };
    const metadata = { source: 'shop', 'with-hyphen': "a=b; c 'd'" };
    const ended = await extractTo({}, { selection, tags, metadata });
    const { objects, manifest } = success(ended);
    for (const key of [objects[0]!.key, manifest.slice(`s3://${BUCKET}/`.length)]) {
      expect(s3.stored(BUCKET, key).options.tags).toEqual(tags);
      const { Metadata, TagCount } = await head(s3, key);
      expect(Metadata).toEqual({ ...metadata, 'sluice-run': ended.run.id });
      expect(TagCount).toBe(3);
    }
    expect(ended.manifest!.spec).toMatchObject({ tags, metadata });
  });
});

describe('an ACL', () => {
  test('is not sent unless asked for', async () => {
    await keysOf(s3, {});
    expect(s3.objects(BUCKET).map(({ options }) => options.acl)).toEqual([undefined, undefined]);
  });

  test('is sent with every object where the bucket takes ACLs', async () => {
    await withBucket({ acls: true }, async (server) => {
      await keysOf(server, { acl: 'public-read' }, { selection: LARGE });
      expect(server.objects(BUCKET).map(({ options }) => options.acl)).toEqual([
        'public-read',
        'public-read',
      ]);
    });
  });

  test('that the bucket refuses ends the run, and the connection test, with a hint', async () => {
    expectFailed(await extractTo({ settings: { acl: 'public-read' } }), 'DEST_ACL_REFUSED');
    expect(s3.objects(BUCKET)).toEqual([]);
    const tested = await engine.call('destinations.test', draft({ settings: { acl: 'public-read' } }));
    expect(tested).toMatchObject({ ok: false, error: { code: 'DEST_ACL_REFUSED' } });
  });
});

test.each([SMALL, LARGE])('a KMS key that there is not ends the run with a hint', async (selection) => {
  const settings = { encryption: { kind: 'sse-kms' as const, keyId: 'gone' } };
  expectFailed(await extractTo({ settings }, { selection }), 'DEST_KMS_KEY');
  expect(s3.objects(BUCKET)).toEqual([]);
  expect(s3.openUploads(BUCKET)).toEqual([]);
});

describe('a bucket whose readers pay', () => {
  test.each([SMALL, LARGE])('takes a run that says it pays, with every verb', async (selection) => {
    await withBucket({ requesterPays: true }, async (server) => {
      const { data } = await keysOf(server, { requesterPays: true }, { selection });
      expect(await head(server, data)).toMatchObject({ ContentLength: server.object(BUCKET, data).length });
      expect(server.requests.all.every(({ status }) => status! < 400 || status === 404)).toBe(true);
    });
  });

  test('refuses one that does not', async () => {
    await withBucket({ requesterPays: true }, async (server) => {
      expectFailed(await extractTo({}, { selection: SMALL }, server), 'DEST_ACCESS_DENIED');
    });
  });
});

test('what lies in an archive cannot be proved, and the error says why', async () => {
  const { manifest } = await keysOf(s3, { storageClass: 'GLACIER' });
  await engine.call('destinations.save', { ...draft(), name: 'Archive' });
  await expect(
    engine.call('manifests.verify', { destination: { profile: 'Archive' }, manifestKey: manifest }),
  ).rejects.toMatchObject({ code: 'DEST_ARCHIVED' });
});

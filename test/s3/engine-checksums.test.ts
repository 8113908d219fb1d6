/** Every byte is checked on its way, by what the endpoint knows: CRC-32, CRC-64/NVME, or MD5 where it knows neither. */
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import type { ChecksumChoice } from '../../electron/contract/object-options.ts';
import { S3Sink } from '../../electron/engine/s3/s3-sink.ts';
import { success } from '../harness/engine/test-engine.ts';
import type { LoggedRequest } from '../harness/s3/request-log.ts';
import { clientOf } from '../harness/s3/sdk-client.ts';
import { startS3, type S3Options, type S3Server } from '../harness/s3/s3-server.ts';
import { always, BUCKET, LARGE, SMALL, draft, engine, expectFailed, extractTo, s3 } from './lake.ts';

const REFUSES = { features: { refusesChecksums: true } };
const TABLES = [
  ['one request', SMALL],
  ['several parts', LARGE],
] as const;

async function withServer(options: S3Options, work: (server: S3Server) => Promise<void>): Promise<void> {
  await using server = await startS3({ buckets: [BUCKET], ...options });
  await work(server);
}

async function head(server: S3Server, Key: string) {
  const client = clientOf(server);
  try {
    return await client.send(new HeadObjectCommand({ Bucket: BUCKET, Key, ChecksumMode: 'ENABLED' }));
  } finally {
    client.destroy();
  }
}

/** Requests that carried data. */
function bodies(server: S3Server): readonly LoggedRequest[] {
  return server.requests.all.filter(({ operation }) => ['PutObject', 'UploadPart'].includes(operation));
}

function checksumHeaders(server: S3Server): string[] {
  const names = server.requests.all.flatMap(({ headers }) => Object.keys(headers));
  return [...new Set(names.filter((name) => /checksum|trailer/.test(name)))].sort();
}

describe.each(TABLES)('an object of %s', (_, selection) => {
  test('has the CRC-32 of the whole, which is the one of the manifest', async () => {
    const ended = await extractTo({}, { selection });
    const object = success(ended).objects[0]!;
    const found = await head(s3, object.key);
    expect(found).toMatchObject({ ChecksumCRC32: object.crc32, ChecksumType: 'FULL_OBJECT' });
    expect(object.crc64nvme).toBeUndefined();
    expect(bodies(s3).every(({ headers }) => headers['x-amz-checksum-crc32'] !== undefined)).toBe(true);
  });

  test('has the CRC-64/NVME of the whole where that was asked for, and the manifest has both', async () => {
    const { objects } = success(await extractTo({ settings: { checksum: 'crc64nvme' } }, { selection }));
    const found = await head(s3, objects[0]!.key);
    expect(found).toMatchObject({ ChecksumCRC64NVME: objects[0]!.crc64nvme, ChecksumType: 'FULL_OBJECT' });
    expect(objects[0]!.crc64nvme).toMatch(/^.{11}=$/);
    expect(objects[0]!.crc32).toBe(success(await extractTo({}, { selection })).objects[0]!.crc32);
  });

  test.each(['crc32', 'crc64nvme'] as const)(
    '%s that comes back otherwise ends the run',
    async (checksum) => {
      const op = selection === SMALL ? 'PutObject' : 'UploadPart';
      s3.faults.add({ op, times: always, action: { kind: 'wrongChecksum' } });
      expectFailed(await extractTo({ settings: { checksum } }, { selection }), 'DEST_CHECKSUM_MISMATCH');
      expect(s3.objects(BUCKET)).toEqual([]);
    },
  );

  test('goes without checksums where the endpoint refuses them, proved by MD5, and the log says so', async () => {
    await withServer(REFUSES, async (server) => {
      const ended = await extractTo({}, { selection }, server);
      const { objects } = success(ended);
      expect(ended.log.filter(({ level }) => level === 'warn').map(({ message }) => message)).toEqual([
        'This endpoint keeps no checksums: every part is sent with its MD5, and proved by size and ETag.',
      ]);
      const stored = bodies(server).filter(({ status }) => status === 200);
      expect(stored.every(({ headers }) => headers['content-md5'] !== undefined)).toBe(true);
      expect(objects[0]!.crc32).toBe(success(await extractTo({}, { selection })).objects[0]!.crc32);
    });
  });

  test('what was damaged is found out by its MD5', async () => {
    await withServer(REFUSES, async (server) => {
      // The first answer shows that ETags are MD5 sums; a later one is another.
      const rule =
        selection === SMALL ? { op: 'PutObject', key: '*manifest.json' } : { op: 'UploadPart', part: 3 };
      server.faults.add({ ...rule, times: always, action: { kind: 'wrongChecksum' } } as never);
      expectFailed(await extractTo({}, { selection }, server), 'DEST_CHECKSUM_MISMATCH');
    });
  });

  test('goes without where the endpoint takes a checksum and forgets it', async () => {
    await withServer({ features: { checksums: false } }, async (server) => {
      const ended = await extractTo({}, { selection }, server);
      success(ended);
      expect(ended.log.some(({ message }) => message.startsWith('This endpoint keeps no checksums'))).toBe(
        true,
      );
    });
  });

  test.each<[ChecksumChoice, S3Options]>([
    ['crc32', REFUSES],
    ['crc64nvme', REFUSES],
    ['crc32', { features: { checksums: false } }],
    ['crc64nvme', { features: { crc64nvme: false } }],
  ])('%s that was insisted on ends the run where the endpoint has none: %j', async (checksum, options) => {
    await withServer(options, async (server) => {
      // Unless objects may be replaced, the first request is a look, and its refusal has no words.
      for (const overwrite of [false, true]) {
        const ended = await extractTo({ settings: { checksum } }, { selection, overwrite }, server);
        expectFailed(ended, 'DEST_CHECKSUM_REFUSED');
        expect(server.objects(BUCKET)).toEqual([]);
        expect(server.openUploads(BUCKET)).toEqual([]);
      }
    });
  });

  test('no header is about checksums where none was asked for', async () => {
    await withServer(REFUSES, async (server) => {
      success(await extractTo({ settings: { checksum: 'none' } }, { selection }, server));
      expect(checksumHeaders(server)).toEqual([]);
    });
  });

  test('with an ETag that is no MD5 is proved by its size: encrypted by KMS, or of a server of its own kind', async () => {
    const kms = { encryption: { kind: 'sse-kms' }, checksum: 'none' } as const;
    success(await extractTo({ settings: kms }, { selection }));
    await withServer({ ...REFUSES, etag: 'fast' }, async (server) => {
      const ended = await extractTo({}, { selection }, server);
      success(ended);
      expect(ended.log.some(({ message }) => message.startsWith('ETags of this endpoint'))).toBe(true);
    });
  });

  test('is not hashed once more for the signature, because nobody on loopback can change it', async () => {
    success(await extractTo({}, { selection }));
    const signed = new Set(bodies(s3).map(({ headers }) => headers['x-amz-content-sha256']));
    expect([...signed]).toEqual(['UNSIGNED-PAYLOAD']);
  });
});

test.each<[ChecksumChoice, S3Options]>([
  ['auto', REFUSES],
  ['none', REFUSES],
  ['auto', {}],
])('the state of a job is replaced on condition, with %s at %j', async (checksum, options) => {
  await withServer(options, async (server) => {
    const { accessKeyId, secretAccessKey } = server.credentials;
    const { endpoint, region } = server;
    const credentials = { kind: 'keys', accessKeyId } as const;
    const place = { bucket: BUCKET, prefix: 'p', region, endpoint, pathStyle: true, credentials, checksum };
    await using sink = new S3Sink(place, secretAccessKey);
    const signal = AbortSignal.timeout(30_000);
    const first = await sink.replaceState('p/state.json', 'one', undefined, signal);
    expect(await sink.replaceState('p/state.json', 'late', undefined, signal)).toBeUndefined();
    expect(await sink.replaceState('p/state.json', 'two', first, signal)).toEqual(expect.any(String));
    expect(await sink.replaceState('p/state.json', 'three', first, signal)).toBeUndefined();
    expect(server.object(BUCKET, 'p/state.json').toString()).toBe('two');
  });
});

describe('a connection test', () => {
  test.each<[S3Options['features'], object]>([
    [{}, { checksums: true, crc64nvme: true, checksumTrailers: true }],
    [{ crc64nvme: false }, { checksums: true, crc64nvme: false, checksumTrailers: true }],
    [{ checksums: false }, { checksums: false, crc64nvme: false, checksumTrailers: true }],
    [{ refusesChecksums: true }, { checksums: false, crc64nvme: false, checksumTrailers: false }],
    [{ trailers: 'refused' }, { checksums: true, crc64nvme: true, checksumTrailers: false }],
    [{ trailers: 'stored' }, { checksums: true, crc64nvme: true, checksumTrailers: false }],
  ])('of an endpoint with %j finds %j', async (features, facts) => {
    await withServer({ features: features ?? {} }, async (server) => {
      for (const checksum of ['auto', 'none'] as const) {
        const tested = await engine.call('destinations.test', draft({ settings: { checksum } }, server));
        expect(tested).toMatchObject({ ok: true, facts: { conditionalWrites: true, ...facts } });
      }
      expect(server.objects(BUCKET)).toEqual([]);
    });
  });

  test('says that a checksum which was insisted on is not there', async () => {
    await withServer(REFUSES, async (server) => {
      const tested = await engine.call(
        'destinations.test',
        draft({ settings: { checksum: 'crc32' } }, server),
      );
      expect(tested).toMatchObject({ ok: false, error: { code: 'DEST_CHECKSUM_REFUSED' } });
    });
  });
});

test('no request of a run has a checksum behind its body', async () => {
  success(await extractTo({}, { selection: LARGE }));
  expect(checksumHeaders(s3)).toEqual([
    'x-amz-checksum-algorithm',
    'x-amz-checksum-crc32',
    'x-amz-checksum-mode',
    'x-amz-checksum-type',
  ]);
});

/** Buckets that are wrong, closed or gone: what a run and a connection test make of them. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { AbortMultipartUploadCommand } from '@aws-sdk/client-s3';
import { describe, expect, test, vi } from 'vitest';
import { ERRORS, type ErrorCode } from '../../electron/contract/error-table.ts';
import { LAKE, TestEngine, failure, success } from '../harness/engine/test-engine.ts';
import { freePort } from '../harness/free-port.ts';
import { clientOf } from '../harness/s3/sdk-client.ts';
import { ScriptedServer } from '../harness/scripted-server.ts';
import { makeTemporaryFolder } from '../harness/temporary-folder.ts';
import {
  BUCKET,
  DENIED,
  LARGE,
  SMALL,
  always,
  db,
  draft,
  engine,
  expectFailed,
  extractTo,
  s3,
  status,
  type Change,
} from './lake.ts';

const wrong: readonly (readonly [string, () => Change | Promise<Change>, ErrorCode])[] = [
  ['a bucket that is not there', () => ({ settings: { bucket: 'nowhere' } }), 'DEST_NO_BUCKET'],
  ['a wrong secret key', () => ({ secretKey: { kind: 'set', value: 'wrong' } }), 'DEST_BAD_CREDENTIALS'],
  [
    'a wrong access key',
    () => ({ settings: { credentials: { kind: 'keys', accessKeyId: 'AKIAWRONG' } } }),
    'DEST_BAD_CREDENTIALS',
  ],
  ['a bucket in another region', () => ({ settings: { bucket: 'abroad' } }), 'DEST_WRONG_REGION'],
  [
    'no credentials at all',
    () => ({ settings: { credentials: { kind: 'default' } } }),
    'DEST_NO_CREDENTIALS',
  ],
  [
    'an AWS profile that is not there',
    () => ({ settings: { credentials: { kind: 'profile', profile: 'nobody' } } }),
    'DEST_NO_CREDENTIALS',
  ],
  [
    'an endpoint where nothing listens',
    async () => ({ settings: { endpoint: `http://127.0.0.1:${await freePort()}` } }),
    'DEST_UNREACHABLE',
  ],
  [
    'an endpoint with a name that is not found',
    () => ({ settings: { endpoint: 'http://no-such-host.invalid' } }),
    'DEST_UNREACHABLE',
  ],
  [
    'an endpoint that does not speak https',
    () => ({ settings: { endpoint: s3.endpoint.replace('http:', 'https:') } }),
    'DEST_TLS_FAILED',
  ],
];

describe.each(wrong)('%s', (_, change, code) => {
  test('is what a connection test says', async () => {
    const result = await engine.call('destinations.test', draft(await change()));
    if (result.ok) throw new Error('the test has passed');
    expect(result.error.code).toBe(code);
    expect(result.error.hint).toBe(ERRORS[code].hint);
    expect(result.error.message).not.toMatch(/undefined|\[object|Error:/);
    expect(JSON.stringify(result.error)).not.toContain(s3.credentials.secretAccessKey);
  });

  test('fails a run, leaves nothing, and leaves nothing to do for the next start', async () => {
    const ended = await extractTo(await change());
    expectFailed(ended, code);
    expect(s3.objects(BUCKET)).toEqual([]);
    const warnings = ended.log.filter(({ level }) => level === 'warn');
    expect(warnings).toEqual([]);
    const stored = JSON.parse(
      await readFile(path.join(engine.dataFolder, 'runs', `${ended.run.id}.json`), 'utf8'),
    ) as { openUploads: unknown[]; writtenKeys: unknown[] };
    expect(stored).toMatchObject({ openUploads: [], writtenKeys: [] });
  });
});

test('a clock that S3 does not accept is named as the cause', async () => {
  s3.faults.add({ op: '*', action: status(403, 'RequestTimeTooSkewed'), times: always });
  const result = await engine.call('destinations.test', draft());
  expect(result).toMatchObject({ ok: false, error: { code: 'DEST_CLOCK_SKEW' } });
  expectFailed(await extractTo({}), 'DEST_CLOCK_SKEW');
});

test('a bucket in another region is told with its region', async () => {
  const result = await engine.call('destinations.test', draft({ settings: { bucket: 'abroad' } }));
  expect(result).toMatchObject({
    ok: false,
    error: { message: expect.stringContaining('"eu-central-1"') as string },
  });
  success(await extractTo({ settings: { bucket: 'abroad', region: 'eu-central-1' } }));
});

test('keys without their secret do not even start a run', async () => {
  await engine.call('destinations.save', { ...draft({ secretKey: { kind: 'clear' } }), name: 'Keyless' });
  const { runs: before } = await engine.call('runs.list', {});
  await expect(engine.start({ selection: SMALL, destination: { profile: 'Keyless' } })).rejects.toMatchObject(
    { code: 'DEST_NO_CREDENTIALS' },
  );
  expect((await engine.call('runs.list', {})).runs).toHaveLength(before.length);
});

test('a profile that is not saved does not start a run either', async () => {
  await expect(engine.start({ selection: SMALL, destination: { profile: 'Nowhere' } })).rejects.toMatchObject(
    {
      code: 'CONFIG_PROFILE_NOT_FOUND',
    },
  );
  await expect(
    engine.start({ source: { profile: 'Nowhere' }, selection: SMALL, destination: { folder: '/tmp' } }),
  ).rejects.toMatchObject({ code: 'CONFIG_PROFILE_NOT_FOUND' });
});

test('credentials of the environment are found for a place that is not saved', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', s3.credentials.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', s3.credentials.secretAccessKey);
  const { settings } = draft({ settings: { credentials: { kind: 'default' }, prefix: 'a/b' } });
  const state = success(await engine.extract({ selection: SMALL, destination: { s3: settings } }));
  expect(state.objects[0]!.uri).toMatch(/^s3:\/\/lake\/a\/b\/query\/query\//);
});

describe('something that is no S3', () => {
  test.each([
    [
      'a page for everything',
      'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>',
    ],
    [
      'not found for everything',
      'HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>',
    ],
    ['a redirection', 'HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n'],
    ['a word', 'hello\r\n'],
    ['nothing but the end', ''],
  ])('that answers %s fails the test and the run', async (_, answer) => {
    await using server = await ScriptedServer.start((socket) => socket.end(answer));
    const change: Change = { settings: { endpoint: `http://127.0.0.1:${server.port}` } };
    const result = await engine.call('destinations.test', draft(change));
    expect(result.ok).toBe(false);
    const ended = await extractTo(change);
    expect(failure(ended).code).toMatch(/^DEST_/);
  });
});

describe('in the middle of a run', () => {
  async function startUploading(): Promise<string> {
    await engine.call('destinations.save', { ...draft(), name: LAKE }).catch(async () => {
      const { destinations } = await engine.call('profiles.list', {});
      const { id } = destinations.find(({ name }) => name === LAKE)!;
      await engine.call('destinations.save', { ...draft(), name: LAKE, id });
    });
    s3.faults.add({ op: 'UploadPart', action: { kind: 'hold' }, times: always });
    const runId = await engine.start({ selection: LARGE, destination: { profile: LAKE } });
    await s3.seen('UploadPart');
    return runId;
  }

  test('the bucket goes away', async () => {
    const runId = await startUploading();
    s3.removeBucket(BUCKET);
    s3.faults.release();
    const ended = await engine.ended(runId);
    expectFailed(ended, 'DEST_NO_BUCKET');
    // What was in it has gone with it.
    expect(ended.log.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  test('the bucket is missed by two answers and is there: the clean-up finds it', async () => {
    const missed = status(404, 'NoSuchBucket');
    s3.faults.add(
      { op: 'PutObject', key: '*/manifest.json', action: missed },
      { op: 'DeleteObject', action: missed },
    );
    expectFailed(await extractTo({}, { selection: LARGE }), 'DEST_NO_BUCKET');
    expect(s3.objects(BUCKET)).toEqual([]);
    expect(s3.openUploads(BUCKET)).toEqual([]);
  });

  test('somebody aborts the upload', async () => {
    const runId = await startUploading();
    const client = clientOf(s3);
    const [upload] = s3.openUploads(BUCKET);
    await client.send(
      new AbortMultipartUploadCommand({ Bucket: BUCKET, Key: upload!.key, UploadId: upload!.id }),
    );
    client.destroy();
    s3.faults.release();
    expectFailed(await engine.ended(runId), 'DEST_UPLOAD_GONE');
    expect(s3.objects(BUCKET)).toEqual([]);
    expect(s3.openUploads(BUCKET)).toEqual([]);
  });

  test('the server goes away', async () => {
    const runId = await startUploading();
    await s3.stop();
    expectFailed(await engine.ended(runId), 'DEST_UNREACHABLE');
  });
});

describe('a user who may not do everything', () => {
  test('may not look at objects: the run fails, because nothing is proved, and nothing is left', async () => {
    s3.faults.add({ op: 'HeadObject', action: DENIED, times: always });
    for (const selection of [SMALL, LARGE]) {
      expectFailed(await extractTo({}, { selection }), 'DEST_ACCESS_DENIED');
      expect(s3.objects(BUCKET)).toEqual([]);
      expect(s3.openUploads(BUCKET)).toEqual([]);
    }
  });

  test('may not list uploads: objects are removed all the same', async () => {
    s3.faults.add({ op: 'ListMultipartUploads', action: DENIED, times: always });
    s3.faults.add({ op: 'PutObject', key: '*manifest.json', action: DENIED, times: always });
    expectFailed(await extractTo({}, { selection: LARGE }), 'DEST_ACCESS_DENIED');
    expect(s3.objects(BUCKET)).toEqual([]);
  });

  test('may not remove: the history says so, and the next start does it when it is allowed', async () => {
    await using folder = await makeTemporaryFolder('cleanup');
    s3.faults.add({ op: 'PutObject', key: '*manifest.json', action: DENIED, times: always });
    s3.faults.add({ op: 'DeleteObject', action: DENIED, times: always });
    {
      await using first = await TestEngine.start({ folder });
      await first.useDatabase(db);
      await first.useS3(s3, BUCKET);
      const ended = await first.extract({ selection: LARGE, destination: { profile: LAKE } });
      expectFailed(ended, 'DEST_ACCESS_DENIED');
      expect(ended.log.some(({ message }) => message.startsWith('Could not clean up'))).toBe(true);
      expect(s3.objects(BUCKET)).toHaveLength(1);
    }
    s3.faults.clear();
    {
      await using second = await TestEngine.start({ folder });
      await second.close();
      expect(s3.objects(BUCKET)).toEqual([]);
      const { runs } = await second.call('runs.list', {});
      expect(runs.map(({ state }) => state.tag)).toEqual(['failed']);
    }
    s3.requests.clear();
    await using third = await TestEngine.start({ folder });
    await third.close();
    expect(s3.requests.all).toEqual([]);
  });
});

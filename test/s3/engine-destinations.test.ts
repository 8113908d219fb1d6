/** Buckets that are wrong, closed, gone or odd: what a run and a connection test make of them. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { AbortMultipartUploadCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { S3Settings } from '../../electron/contract/destination-profile.ts';
import { ERRORS, exitCodeOf, type ErrorCode } from '../../electron/contract/error-table.ts';
import type { SecretInput } from '../../electron/contract/fields.ts';
import { LAKE, TestEngine, failure, success, type EndedRun } from '../harness/engine/test-engine.ts';
import { freePort } from '../harness/free-port.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import type { FaultAction } from '../harness/s3/faults.ts';
import { startS3, type S3Options, type S3Server } from '../harness/s3/s3-server.ts';
import { clientOf } from '../harness/s3/sdk-client.ts';
import { ScriptedServer } from '../harness/scripted-server.ts';
import { makeTemporaryFolder } from '../harness/temporary-folder.ts';

const BUCKET = 'lake';
const MIB = 1024 ** 2;
const postgres = sharedPostgres();
let db: TemporaryDatabase;
let s3: S3Server;
let engine: TestEngine;

beforeAll(async () => {
  db = await postgres().createDatabase();
  engine = await TestEngine.start({ s3Patience: { idleMs: 500, attempts: 2 } });
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
const kibibytes = (count: number) => ({
  query: `SELECT repeat('x', 1023) FROM generate_series(1, ${count})`,
});
const SMALL = { query: 'SELECT 1' };
const LARGE = kibibytes(20 * 1024);

interface Change {
  readonly settings?: Partial<S3Settings>;
  readonly secretKey?: SecretInput;
}

function draft({ settings = {}, secretKey }: Change = {}, server = s3) {
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
async function extractTo(
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

function expectFailed(ended: EndedRun, code: ErrorCode): void {
  const error = failure(ended);
  expect(error.code).toBe(code);
  expect(error.hint).toBe(ERRORS[code].hint);
  expect(exitCodeOf(code)).toBe(4);
  expect(ended.manifest).toBeNull();
}

const status = (code: number, name: string): FaultAction => ({ kind: 'status', status: code, code: name });
const DENIED = status(403, 'AccessDenied');
const always = 'always' as const;

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

describe('a clock that is off', () => {
  test('by an hour is made up for, with the time that S3 says', async () => {
    await using server = await startS3({ buckets: [BUCKET], now: () => new Date(Date.now() + 3_600_000) });
    expect(await engine.call('destinations.test', draft({}, server))).toMatchObject({ ok: true });
    success(await extractTo({}, { selection: LARGE }, server));
  });

  test('and that S3 does not accept all the same is named as the cause', async () => {
    s3.faults.add({ op: '*', action: status(403, 'RequestTimeTooSkewed'), times: always });
    const result = await engine.call('destinations.test', draft());
    expect(result).toMatchObject({ ok: false, error: { code: 'DEST_CLOCK_SKEW' } });
    expectFailed(await extractTo({}), 'DEST_CLOCK_SKEW');
  });
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
  const heldUp: FaultAction = { kind: 'delay', ms: 400 };

  async function startUploading(): Promise<string> {
    await engine.call('destinations.save', { ...draft(), name: LAKE }).catch(async () => {
      const { destinations } = await engine.call('profiles.list', {});
      const { id } = destinations.find(({ name }) => name === LAKE)!;
      await engine.call('destinations.save', { ...draft(), name: LAKE, id });
    });
    s3.faults.add({ op: 'UploadPart', action: heldUp, times: always });
    const runId = await engine.start({ selection: LARGE, destination: { profile: LAKE } });
    await s3.seen('UploadPart');
    return runId;
  }

  test('the bucket goes away', async () => {
    const runId = await startUploading();
    s3.removeBucket(BUCKET);
    const ended = await engine.ended(runId);
    expectFailed(ended, 'DEST_NO_BUCKET');
    // What was in it has gone with it.
    expect(ended.log.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  test('somebody aborts the upload', async () => {
    const runId = await startUploading();
    const client = clientOf(s3);
    const [upload] = s3.openUploads(BUCKET);
    await client.send(
      new AbortMultipartUploadCommand({ Bucket: BUCKET, Key: upload!.key, UploadId: upload!.id }),
    );
    client.destroy();
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

describe('what an endpoint may lack', () => {
  async function withServer(options: S3Options, work: (server: S3Server) => Promise<void>): Promise<void> {
    await using server = await startS3({ buckets: [BUCKET], ...options });
    await work(server);
  }

  test('conditional writes: said by the test; an object that is there is still not replaced', async () => {
    await withServer({ features: { conditionalWrites: false } }, async (server) => {
      const result = await engine.call('destinations.test', draft({}, server));
      expect(result).toMatchObject({ ok: true, facts: { conditionalWrites: false, checksums: true } });
      const spec = { selection: LARGE, key: 'orders.csv' };
      success(await extractTo({}, spec, server));
      expectFailed(await extractTo({}, { ...spec, selection: SMALL }, server), 'DEST_OBJECT_EXISTS');
      expect(server.object(BUCKET, 'orders.csv')).toHaveLength(20 * MIB);
    });
  });

  test('checksums: said by the test; sizes are compared', async () => {
    await withServer({ features: { checksums: false } }, async (server) => {
      const result = await engine.call('destinations.test', draft({}, server));
      expect(result).toMatchObject({ ok: true, facts: { conditionalWrites: true, checksums: false } });
      for (const selection of [SMALL, LARGE]) success(await extractTo({}, { selection }, server));
      server.faults.add({ op: 'UploadPart', action: { kind: 'truncateStored' } });
      expectFailed(await extractTo({}, { selection: LARGE }, server), 'DEST_CHECKSUM_MISMATCH');
      server.faults.add({ op: 'PutObject', action: { kind: 'truncateStored' } });
      expectFailed(await extractTo({}, { selection: SMALL }, server), 'DEST_CHECKSUM_MISMATCH');
    });
  });

  test('long lists: parts are listed page by page', async () => {
    await withServer({ pageSize: 2 }, async (server) => {
      const state = success(await extractTo({}, { selection: kibibytes(42 * 1024) }, server));
      expect(server.requests.of('UploadPart')).toHaveLength(6);
      expect(server.requests.of('ListParts')).toHaveLength(3);
      expect(state.bytes).toBe(42 * MIB);
    });
  });
});

test('a connection test that passes has left nothing, and says what the endpoint can', async () => {
  const result = await engine.call('destinations.test', draft({ settings: { prefix: 'a/b' } }));
  expect(result).toMatchObject({
    ok: true,
    facts: { bucket: BUCKET, conditionalWrites: true, checksums: true },
  });
  expect(s3.objects(BUCKET)).toEqual([]);
  expect(s3.requests.of('PutObject').every(({ key }) => key.startsWith('a/b/_sluice/test-'))).toBe(true);
});

test('a connection test tells that writing is not allowed', async () => {
  s3.faults.add({ op: 'PutObject', action: DENIED, times: always });
  const result = await engine.call('destinations.test', draft());
  expect(result).toMatchObject({ ok: false, error: { code: 'DEST_ACCESS_DENIED' } });
});

describe('the size decides how an object is sent', () => {
  test.each([
    ['nothing', 0, 0],
    ['one part, to the byte', 8 * 1024, 0],
    ['one part and one row', 8 * 1024 + 1, 2],
    ['two parts, to the byte', 16 * 1024, 2],
    ['two parts and one row', 16 * 1024 + 1, 3],
  ])('%s', async (_, rows, parts) => {
    const { objects } = success(await extractTo({}, { selection: kibibytes(rows) }));
    expect(s3.requests.of('UploadPart')).toHaveLength(parts);
    expect(s3.requests.of('PutObject', { key: objects[0]!.key })).toHaveLength(parts === 0 ? 1 : 0);
    const bytes = s3.object(BUCKET, objects[0]!.key);
    expect(bytes).toHaveLength(rows * 1024);
    expect(objects).toMatchObject([{ rows, bytes: rows * 1024 }]);
    expect(s3.openUploads(BUCKET)).toEqual([]);
  });

  test('parts that are on their way take no more than 40 MiB', async () => {
    s3.faults.add({ op: 'UploadPart', action: { kind: 'delay', ms: 30 }, times: always });
    success(await extractTo({}, { selection: kibibytes(100 * 1024) }));
    expect(s3.requests.peak('UploadPart')).toBeLessThanOrEqual(5);
    expect(s3.requests.peak('UploadPart')).toBeGreaterThan(1);
  });
});

describe('keys', () => {
  test.each([
    'plain',
    'with space',
    'ä ö ü 受注 😀',
    'plus+and&equals=',
    'percent%20',
    'quote"apos\'',
    'hash#question?',
    'star*(paren)!~',
    'a.b.c',
    '@:,;$',
  ])('of a table named %j arrive as they are', async (name) => {
    const quoted = `"${name.replaceAll('"', '""')}"`;
    await db.query(
      `CREATE TABLE ${quoted} AS SELECT i, repeat('x', 1000) AS t FROM generate_series(1, 9000) i`,
    );
    try {
      const { objects } = success(
        await extractTo(
          { settings: { prefix: 'päth x' } },
          { selection: { table: { name } }, key: '{table}/{part}.{ext}' },
        ),
      );
      expect(objects.map(({ key }) => key)).toEqual([`päth x/${name}/00001.csv`]);
      expect(s3.objects(BUCKET).map(({ key }) => key)).toContain(`päth x/${name}/00001.csv`);
    } finally {
      await db.query(`DROP TABLE ${quoted}`);
    }
  });

  test('that are too long are refused before a row is read', async () => {
    const ended = await extractTo(
      { settings: { prefix: 'p'.repeat(500) } },
      { selection: SMALL, key: 'k'.repeat(600) },
    );
    expect(failure(ended)).toMatchObject({ code: 'CONFIG_INVALID_INPUT', details: { field: 'key' } });
    expect(s3.requests.of('PutObject')).toEqual([]);
  });
});

test('an object carries its type and the id of its run', async () => {
  const cases = [
    [{ kind: 'csv' }, 'none', 'text/csv; charset=utf-8'],
    [{ kind: 'jsonl' }, 'none', 'application/jsonl'],
    [{ kind: 'csv' }, 'gzip', 'application/gzip'],
    [{ kind: 'jsonl' }, 'zstd', 'application/zstd'],
  ] as const;
  for (const [format, compression, type] of cases) {
    for (const selection of [
      { query: 'SELECT 1 AS a' },
      { query: LARGE.query.replace('SELECT', 'SELECT md5(random()::text) AS b,') },
    ]) {
      const ended = await extractTo({}, { selection, format, compression });
      const { objects } = success(ended);
      const stored = s3.objects(BUCKET).find(({ key }) => key === objects[0]!.key)!;
      expect(stored.headers['content-type']).toBe(type);
      expect(stored.headers['x-amz-meta-sluice-run']).toBe(ended.run.id);
    }
  }
});

describe('two runs that want the same key', () => {
  test.each([
    ['small', SMALL],
    ['large', LARGE],
  ])(
    'at the same time, %s: one succeeds, the other is told; the object is the winner’s',
    async (_, selection) => {
      const { id } = await engine.call('destinations.save', { ...draft(), name: 'Race' });
      const spec = { selection, destination: { profile: 'Race' }, key: 'orders.csv' };
      const ended = await Promise.all([engine.extract(spec), engine.extract(spec), engine.extract(spec)]);
      await engine.call('destinations.remove', { id });
      const winners = ended.filter(({ state }) => state.tag === 'succeeded');
      expect(winners).toHaveLength(1);
      for (const loser of ended.filter((run) => run !== winners[0]))
        expectFailed(loser, 'DEST_OBJECT_EXISTS');
      const stored = s3.objects(BUCKET).find(({ key }) => key === 'orders.csv')!;
      expect(stored.headers['x-amz-meta-sluice-run']).toBe(winners[0]!.run.id);
      expect(s3.openUploads(BUCKET)).toEqual([]);
      expect(s3.objects(BUCKET)).toHaveLength(2);
    },
  );

  test('one after the other: the second is told before it has read a row', async () => {
    success(await extractTo({}, { selection: SMALL, key: 'orders.csv' }));
    const ended = await extractTo({}, { selection: LARGE, key: 'orders.csv' });
    expectFailed(ended, 'DEST_OBJECT_EXISTS');
    expect(ended.run.progress!.rows).toBe(0);
    expect(s3.object(BUCKET, 'orders.csv').toString()).toBe('1\n');
  });

  test('with overwriting: the last one stands', async () => {
    success(await extractTo({}, { selection: SMALL, key: 'orders.csv' }));
    success(await extractTo({}, { selection: { query: 'SELECT 2' }, key: 'orders.csv', overwrite: true }));
    expect(s3.object(BUCKET, 'orders.csv').toString()).toBe('2\n');
  });

  test('with overwriting and a failure: the old object is still there, whole', async () => {
    success(await extractTo({}, { selection: SMALL, key: 'orders.csv' }));
    const ended = await extractTo(
      {},
      {
        selection: { query: `SELECT repeat('x', 1000000), 1 / (30 - i) FROM generate_series(1, 40) i` },
        key: 'orders.csv',
        overwrite: true,
      },
    );
    expect(failure(ended).code).toBe('SOURCE_QUERY_FAILED');
    expect(s3.object(BUCKET, 'orders.csv').toString()).toBe('1\n');
    expect(s3.openUploads(BUCKET)).toEqual([]);
  });
});

test('neither the data folder nor a log nor an event knows a secret', async () => {
  await extractTo({});
  await extractTo({ settings: { bucket: 'nowhere' } });
  const secrets = [s3.credentials.secretAccessKey, db.password];
  for (const name of await engine.filesIn(engine.dataFolder)) {
    const text = await readFile(path.join(engine.dataFolder, name), 'utf8').catch(() => '');
    for (const secret of secrets) expect(text.includes(secret), name).toBe(false);
  }
  for (const secret of secrets) {
    expect(JSON.stringify(engine.events)).not.toContain(secret);
    expect(engine.logged.join('\n')).not.toContain(secret);
  }
});

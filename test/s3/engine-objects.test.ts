/** What is put into a bucket, and what an endpoint may lack: sizes, keys, types, conditions. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { failure, LAKE, success, TestEngine } from '../harness/engine/test-engine.ts';
import { startS3, type S3Options, type S3Server } from '../harness/s3/s3-server.ts';
import {
  BUCKET,
  DENIED,
  LARGE,
  MIB,
  SMALL,
  always,
  db,
  draft,
  engine,
  expectFailed,
  extractTo,
  kibibytes,
  s3,
  status,
} from './lake.ts';

describe('what an endpoint may lack', () => {
  async function withServer(options: S3Options, work: (server: S3Server) => Promise<void>): Promise<void> {
    await using server = await startS3({ buckets: [BUCKET], ...options });
    await work(server);
  }

  test('conditional writes: said by the test; an object that is there is still not replaced', async () => {
    await withServer({ features: { conditionalWrites: false } }, async (server) => {
      const result = await engine.call('destinations.test', draft({}, server));
      expect(result).toMatchObject({
        ok: true,
        facts: { conditionalWrites: false, tags: 'ignored', checksums: true },
      });
      const spec = { selection: LARGE, key: 'orders.csv' };
      success(await extractTo({}, spec, server));
      expectFailed(await extractTo({}, { ...spec, selection: SMALL }, server), 'DEST_OBJECT_EXISTS');
      expect(server.object(BUCKET, 'orders.csv')).toHaveLength(20 * MIB);
    });
  });

  test.each([
    ['obeyed', {}],
    ['unquoted', { tags: 'bare' as const }],
    ['ignored', { conditionalWrites: false }],
    ['refused', { tags: 'refused' as const }],
  ])('I3: conditions on what is replaced: the test says that they are %s', async (tags, features) => {
    await withServer({ features }, async (server) => {
      const result = await engine.call('destinations.test', draft({}, server));
      expect(result).toMatchObject({ ok: true, facts: { tags } });
      expect(server.objects(BUCKET)).toEqual([]);
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
      expect(server.requests.of('UploadPart')).toHaveLength(9);
      expect(server.requests.of('ListParts')).toHaveLength(5);
      expect(state.bytes).toBe(42 * MIB);
    });
  });
});

test('the parts of an upload go over connections that are kept', async () => {
  await using server = await startS3({ buckets: [BUCKET] });
  success(await extractTo({}, { selection: kibibytes(200 * 1024) }, server));
  expect(server.requests.of('UploadPart')).toHaveLength(40);
  // As many as parts may be on their way at once, and what was there before.
  expect(server.connections).toBeLessThanOrEqual(6);
});

describe('while an object is completed', () => {
  const HELD = { op: 'CompleteMultipartUpload', times: always, action: { kind: 'hold' } } as const;
  /** Holds the completion of an object until something is asked of another one. */
  const overlap = async (key: string, other: string) => {
    await s3.seen('CompleteMultipartUpload', { key });
    await s3.seen('HeadObject', { key: other });
    s3.faults.release();
  };

  test('the next one of the range is written', async () => {
    s3.faults.add(HELD);
    const extracting = extractTo(
      {},
      { selection: kibibytes(24 * 1024), objectSize: 7 * MIB, key: 'o-{part}.csv' },
    );
    await overlap('o-00001.csv', 'o-00002.csv');
    const state = success(await extracting);
    expect(state.objects).toHaveLength(4);
    expect(state.objects.map(({ key }) => key)).toEqual([1, 2, 3, 4].map((part) => `o-0000${part}.csv`));
    expect(state.bytes).toBe(24 * MIB);
  });

  test('the next range is read', async () => {
    await using own = await TestEngine.start({
      readLimits: { minRangeBytes: 8 * MIB, maxRangeBytes: 10 * MIB },
    });
    await own.useDatabase(db);
    await own.useS3(s3, BUCKET);
    await db.query('DROP TABLE IF EXISTS ranges');
    await db.query(
      `CREATE TABLE ranges AS SELECT i, repeat('x', 1000) AS t FROM generate_series(1, 24 * 1024) i`,
    );
    s3.faults.add(HELD);
    const selection = { table: { name: 'ranges' } };
    const spec = { selection, destination: { profile: LAKE }, parallel: 1, key: 'r-{part}.csv' };
    const extracting = own.extract(spec);
    await overlap('r-00001.csv', 'r-00002.csv');
    const state = success(await extracting);
    expect(state.rows).toBe(24 * 1024);
    expect(state.objects.length).toBeGreaterThan(2);
  });

  test('a failure of it ends the run, and nothing is left', async () => {
    s3.faults.add({ op: 'CompleteMultipartUpload', times: always, action: DENIED });
    const spec = { selection: kibibytes(24 * 1024), objectSize: 7 * MIB, key: 'o-{part}.csv' };
    expectFailed(await extractTo({}, spec), 'DEST_ACCESS_DENIED');
    expect(s3.objects(BUCKET)).toEqual([]);
    expect(s3.openUploads(BUCKET)).toEqual([]);
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
    ['one part, to the byte', 5 * 1024, 0],
    ['one part and one row', 5 * 1024 + 1, 2],
    ['two parts, to the byte', 10 * 1024, 2],
    ['two parts and one row', 10 * 1024 + 1, 3],
  ])('%s', async (_, rows, parts) => {
    const { objects } = success(await extractTo({}, { selection: kibibytes(rows) }));
    expect(s3.requests.of('UploadPart')).toHaveLength(parts);
    expect(s3.requests.of('PutObject', { key: objects[0]!.key })).toHaveLength(parts === 0 ? 1 : 0);
    const bytes = s3.object(BUCKET, objects[0]!.key);
    expect(bytes).toHaveLength(rows * 1024);
    expect(objects).toMatchObject([{ rows, bytes: rows * 1024 }]);
    expect(s3.openUploads(BUCKET)).toEqual([]);
  });

  test('parts that are on their way take no more than 20 MiB', async () => {
    s3.faults.add({ op: 'UploadPart', action: { kind: 'hold' }, times: always });
    const extracting = extractTo({}, { selection: kibibytes(100 * 1024) });
    await s3.seen('UploadPart', { nth: 2 });
    s3.faults.release();
    success(await extracting);
    expect(s3.requests.peak('UploadPart')).toBeLessThanOrEqual(4);
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

  test.each([
    ['of objects', 'p'.repeat(500), 'k'.repeat(600)],
    ['of the manifest', '受'.repeat(340), 'k'],
  ])('E14: %s that are too long are refused before a row is read, by that name', async (_, prefix, key) => {
    const ended = await extractTo({ settings: { prefix } }, { selection: SMALL, key });
    expectFailed(ended, 'DEST_NAME_TOO_LONG');
    expect(failure(ended).message).toContain('longer than 1024 bytes');
    expect(s3.requests.of('PutObject')).toEqual([]);
  });

  test('E14: that S3 finds too long are told as that, and leave nothing behind', async () => {
    const refusal = status(400, 'KeyTooLongError');
    s3.faults.add({ op: 'PutObject', key: '*.csv', action: refusal });
    const ended = await extractTo({}, { selection: SMALL });
    expectFailed(ended, 'DEST_NAME_TOO_LONG');
    expect(failure(ended).details).toMatchObject({ s3Code: 'KeyTooLongError' });
    expect(s3.objects(BUCKET)).toEqual([]);
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

/** What a run writes: its objects, their compression, what several workers give, and what is said about it. */
import path from 'node:path';
import { readFile } from 'node:fs/promises';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { crc32Base64, crc32Of } from '../../electron/engine/lib/crc32.ts';
import { failure, settingsOf, success } from '../harness/engine/test-engine.ts';
import { db, engine, extract, folder, objectsOf, postgres } from './extract-world.ts';

describe('several objects', () => {
  const rows = 60_000;
  const selection = { query: `SELECT i, repeat(md5(i::text), 10) AS t FROM generate_series(1, ${rows}) i` };
  const objectSize = 5 * 1024 ** 2;

  test('each has the header, and together they have every row once and in order', async () => {
    const ended = await extract({ selection, objectSize, format: { kind: 'csv', header: true } });
    const state = success(ended);
    const objects = await objectsOf(ended);
    expect(objects.length).toBeGreaterThan(3);
    expect(state.objects.map(({ key }) => path.basename(key))).toEqual(
      objects.map((_, i) => `part-${String(i + 1).padStart(5, '0')}.csv`),
    );
    let next = 1;
    for (const [i, bytes] of objects.entries()) {
      const lines = bytes.toString().split('\n').slice(0, -1);
      expect(lines[0]).toBe('i,t');
      expect(state.objects[i]!.rows).toBe(lines.length - 1);
      expect(state.objects[i]!.bytes).toBe(bytes.length);
      expect(state.objects[i]!.crc32).toBe(crc32Base64(crc32Of(bytes)));
      for (const line of lines.slice(1)) expect(line.startsWith(`${String(next++)},`)).toBe(true);
      // The limit is where a new object begins: no more than a batch late.
      if (i < objects.length - 1) expect(bytes.length).toBeGreaterThanOrEqual(objectSize);
      expect(bytes.length).toBeLessThan(objectSize + 1024 ** 2);
    }
    expect(next).toBe(rows + 1);
    expect(state.rows).toBe(rows);
    expect(state.bytes).toBe(objects.reduce((sum, { length }) => sum + length, 0));
    expect(ended.manifest!.objects).toEqual(state.objects);
  });

  test.each([
    ['gzip', 'csv.gz', gunzipSync],
    ['zstd', 'csv.zst', zstdDecompressSync],
  ] as const)('with %s, each unpacks alone', async (compression, ext, unpack) => {
    const random = {
      query: `SELECT i, gen_random_uuid(), gen_random_uuid(), gen_random_uuid() FROM generate_series(1, 200000) i`,
    };
    const ended = await extract({
      selection: random,
      objectSize,
      compression,
      format: { kind: 'csv', header: true },
    });
    const state = success(ended);
    const objects = await objectsOf(ended);
    expect(objects.length).toBeGreaterThan(1);
    for (const [i, bytes] of objects.entries()) {
      expect(state.objects[i]!.key.endsWith(ext)).toBe(true);
      const lines = unpack(bytes).toString().split('\n').slice(0, -1);
      expect(lines[0]).toMatch(/^i,/);
      expect(lines).toHaveLength(state.objects[i]!.rows + 1);
      expect(state.objects[i]!.crc32).toBe(crc32Base64(crc32Of(bytes)));
    }
    expect(state.objects.reduce((sum, object) => sum + object.rows, 0)).toBe(200_000);
  });

  test('a run that ends just where a new object would begin has no empty one', async () => {
    const ended = await extract({ selection: { query: `SELECT repeat('x', 6000000)` }, objectSize });
    expect(success(ended).objects).toMatchObject([{ rows: 1, bytes: 6_000_001 }]);
  });
});

describe('compression', () => {
  const selection = {
    query: `SELECT i, md5(i::text), NULL AS n, 'a "quoted" text' FROM generate_series(1, 50000) i`,
  };

  test.each([
    ['gzip', gunzipSync],
    ['zstd', zstdDecompressSync],
  ] as const)('%s unpacks to what is written without it', async (compression, unpack) => {
    const key = '{run_id}/orders.{ext}';
    for (const format of [
      { kind: 'csv', header: true },
      { kind: 'csv', dialect: 'python' },
      { kind: 'jsonl' },
    ] as const) {
      const named = { query: selection.query.replace(`'a "quoted" text'`, `'a "quoted" text' AS q`) };
      const plain = await objectsOf(await extract({ selection: named, format, key }));
      const packed = await objectsOf(await extract({ selection: named, format, key, compression }));
      expect(packed[0]!.length).toBeLessThan(plain[0]!.length);
      expect(unpack(packed[0]!).equals(plain[0]!)).toBe(true);
    }
  });

  test.each(['gzip', 'zstd'] as const)(
    '%s of nothing is an empty stream, which unpacks',
    async (compression) => {
      const [bytes] = await objectsOf(
        await extract({ selection: { query: 'SELECT 1 WHERE false' }, compression }),
      );
      expect((compression === 'gzip' ? gunzipSync : zstdDecompressSync)(bytes!).length).toBe(0);
    },
  );
});

describe('several workers', () => {
  const rows = 120_000;
  beforeAll(async () => {
    await db.query(`
      CREATE TABLE tiny AS SELECT 1 AS a;
      CREATE VIEW seen AS SELECT * FROM tiny;
      CREATE TABLE divided AS SELECT i, repeat('x', 300) AS filler FROM generate_series(1, ${rows}) i;
      DELETE FROM divided WHERE i % 10 = 0;
      CREATE TABLE divided_parts (i int, filler text) PARTITION BY HASH (i);
      CREATE TABLE divided_1 PARTITION OF divided_parts FOR VALUES WITH (MODULUS 2, REMAINDER 0);
      CREATE TABLE divided_2 PARTITION OF divided_parts FOR VALUES WITH (MODULUS 2, REMAINDER 1);
      INSERT INTO divided_parts SELECT * FROM divided`);
  });
  const sorted = (csv: string) =>
    csv
      .split('\n')
      .slice(0, -1)
      .map(Number)
      .sort((a, b) => a - b);
  const expected = Array.from({ length: rows }, (_, i) => i + 1).filter((i) => i % 10 !== 0);

  test.each([
    ['divided', 2],
    ['divided', 5],
    ['divided_parts', 3],
  ])('%s with %i: every row once', async (name, parallel) => {
    const ended = await extract({ selection: { table: { name }, columns: ['i'] }, parallel });
    expect(ended.log.some(({ message }) => message.startsWith('One worker reads'))).toBe(false);
    expect(sorted(Buffer.concat(await objectsOf(ended)).toString())).toEqual(expected);
  });

  test('with a condition, and rows that change meanwhile', async () => {
    const spec = {
      selection: { table: { name: 'divided' }, columns: ['i'], where: 'i > 1000 OR i = 7' },
      parallel: 4,
    };
    const runId = await engine.start({ ...spec, destination: { folder } });
    await engine.phase(runId, 'transfer');
    await db.query(
      `BEGIN; UPDATE divided SET filler = 'y' WHERE i < 5000; INSERT INTO divided VALUES (-1, ''); COMMIT`,
    );
    const ended = await engine.ended(runId);
    expect(sorted(Buffer.concat(await objectsOf(ended)).toString())).toEqual(
      expected.filter((i) => i > 1_000 || i === 7),
    );
    await db.query('DELETE FROM divided WHERE i = -1');
  });

  test('with json lines, objects and compression', async () => {
    const ended = await extract({
      selection: { table: { name: 'divided' } },
      parallel: 3,
      format: { kind: 'jsonl' },
      compression: 'gzip',
      objectSize: 5 * 1024 ** 2,
    });
    const lines = (await objectsOf(ended)).flatMap((bytes) =>
      gunzipSync(bytes).toString().split('\n').slice(0, -1),
    );
    expect(lines.map((line) => (JSON.parse(line) as { i: number }).i).sort((a, b) => a - b)).toEqual(
      expected,
    );
  });

  test.each([
    ['a query', { query: 'SELECT 1' }, 'the rows of a query cannot be divided'],
    ['a view', { table: { name: 'seen' } }, 'views and foreign tables'],
    ['a small table', { table: { name: 'tiny' } }, 'it is small'],
  ])('%s is read by one, which is said', async (_, selection, reason) => {
    const ended = await extract({ selection, parallel: 4 });
    success(ended);
    expect(ended.log.find(({ level }) => level === 'warn')?.message).toContain(reason);
  });

  test('an error of one ends them all', async () => {
    const error = failure(
      await extract({ selection: { table: { name: 'divided' }, where: '1 / (i - 60001) < 5' }, parallel: 4 }),
    );
    expect(error).toMatchObject({ code: 'SOURCE_QUERY_FAILED', message: 'Division by zero' });
    await expect
      .poll(async () => {
        const { rows: found } = await db.query(
          `SELECT 1 FROM pg_stat_activity WHERE application_name = 'sluice' AND datname = current_database()`,
        );
        return found.length;
      })
      .toBe(0);
  });
});

describe('what is said about a run', () => {
  beforeAll(async () => {
    await db.query(`CREATE TABLE told (a int, b varchar(5));
      CREATE ROLE modest LOGIN PASSWORD 'm'; GRANT SELECT ON told TO modest;
      REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC`);
    await engine.useProfile('Modest', { ...settingsOf(db), user: 'modest' }, 'm');
  });

  test('the manifest names the source, the snapshot and the columns', async () => {
    const { manifest, run } = await extract({ selection: { table: { name: 'told' } } });
    const { rows } = await db.query<{ id: string }>(
      'SELECT system_identifier::text AS id FROM pg_control_system()',
    );
    expect(manifest).toMatchObject({
      version: 1,
      runId: run.id,
      startedAt: run.startedAt,
      source: {
        host: db.host,
        port: db.port,
        database: db.database,
        serverVersion: postgres().version,
        systemIdentifier: rows[0]!.id,
        query: 'SELECT * FROM "public"."told"',
      },
      columns: [
        { name: 'a', type: 'integer' },
        { name: 'b', type: 'character varying(5)' },
      ],
      spec: run.spec,
    });
    expect(manifest!.source.snapshot).toMatch(/^\d+:\d+:/);
    expect(manifest!.source.lsn).toMatch(/^[\dA-F]+\/[\dA-F]+$/);
  });

  test('a user with few privileges gets a manifest with what may be known', async () => {
    const ended = await engine.extract({
      source: { profile: 'Modest' },
      selection: { table: { name: 'told' } },
      destination: { folder },
    });
    success(ended);
    expect(ended.manifest!.source.systemIdentifier).toBeNull();
  });

  test('no privilege is told with the code that names the grant', async () => {
    await db.query('CREATE TABLE hidden (a int)');
    const ended = await engine.extract({
      source: { profile: 'Modest' },
      selection: { table: { name: 'hidden' } },
      destination: { folder },
    });
    expect(failure(ended)).toMatchObject({ code: 'SOURCE_PERMISSION_DENIED' });
    expect(failure(ended).hint).toContain('GRANT SELECT');
  });

  test('row-level security that hides rows is warned of', async () => {
    await db.query(`CREATE TABLE secured (owner text); INSERT INTO secured VALUES ('modest'), ('other');
      ALTER TABLE secured ENABLE ROW LEVEL SECURITY; GRANT SELECT ON secured TO modest;
      CREATE POLICY own ON secured USING (owner = current_user)`);
    const spec = { selection: { table: { name: 'secured' } }, destination: { folder } };
    const modest = await engine.extract({ ...spec, source: { profile: 'Modest' } });
    expect(success(modest).rows).toBe(1);
    expect(modest.log.find(({ level }) => level === 'warn')?.message).toContain('Row-level security');
    const superuser = await engine.extract(spec);
    expect(success(superuser).rows).toBe(2);
    expect(superuser.log.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  test('the rows are estimated before they are read', async () => {
    await db.query('CREATE TABLE guessed AS SELECT generate_series(1, 5000) AS i; ANALYZE guessed');
    const { run } = await extract({ selection: { table: { name: 'guessed' } } });
    expect(run.progress).toMatchObject({
      phase: 'finalize',
      estimatedRows: 5_000,
      rows: 5_000,
      objectsWritten: 1,
      partsInFlight: 0,
    });
    expect(run.progress!.bytesUploaded).toBe(run.progress!.bytesEncoded);
    const filtered = await extract({ selection: { table: { name: 'guessed' }, where: 'i < 100' } });
    expect(filtered.run.progress!.estimatedRows).toBeLessThan(200);
  });

  test('nothing of the rows is in the log or in the history', async () => {
    await db.query(`CREATE TABLE confidential AS SELECT 'top-secret-value' AS a`);
    const { run, log } = await extract({ selection: { table: { name: 'confidential' } } });
    const stored = await readFile(path.join(engine.dataFolder, 'runs', `${run.id}.json`), 'utf8');
    expect(JSON.stringify(log) + stored + JSON.stringify(engine.events)).not.toContain('top-secret-value');
  });
});

/** What an extract writes: every kind of relation, odd names and sizes, several objects, compression, several workers. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { crc32Base64, crc32Of } from '../../electron/engine/lib/crc32.ts';
import type { ExtractSpecInput } from '../../electron/contract/extract-spec.ts';
import { TestEngine, failure, settingsOf, success, type EndedRun } from '../harness/engine/test-engine.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';

const postgres = sharedPostgres();
let db: TemporaryDatabase;
let engine: TestEngine;
let folder: string;

beforeAll(async () => {
  db = await postgres().createDatabase();
  engine = await TestEngine.start();
  await engine.useDatabase(db);
  folder = path.join(engine.dataFolder, 'out');
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await db.drop();
});

type Spec = Omit<ExtractSpecInput, 'source' | 'destination'>;

async function extract(spec: Spec): Promise<EndedRun> {
  return await engine.extract({ ...spec, destination: { folder } });
}

/** The objects of a run that has succeeded, in order. */
async function objectsOf(ended: EndedRun): Promise<Buffer[]> {
  return await Promise.all(success(ended).objects.map(({ key }) => readFile(path.join(folder, key))));
}

async function text(spec: Spec): Promise<string> {
  return Buffer.concat(await objectsOf(await extract(spec))).toString();
}

async function copied(query: string): Promise<string> {
  const file = path.join(postgres().dataFolder, `copied-${String(Math.random()).slice(2)}.csv`);
  await db.query(`COPY (${query}) TO '${file}' (FORMAT csv)`);
  return await readFile(file, 'utf8');
}

describe('every kind of relation', () => {
  beforeAll(async () => {
    await db.query(`
      CREATE SCHEMA kinds;
      CREATE TABLE kinds.plain AS SELECT i, 'row ' || i AS t FROM generate_series(1, 1000) i;
      CREATE VIEW kinds.a_view AS SELECT * FROM kinds.plain WHERE i > 990 ORDER BY i DESC;
      CREATE MATERIALIZED VIEW kinds.mat AS SELECT i * 2 AS twice FROM kinds.plain ORDER BY i;
      CREATE TABLE kinds.parts (k int, t text) PARTITION BY RANGE (k);
      CREATE TABLE kinds.parts_1 PARTITION OF kinds.parts FOR VALUES FROM (0) TO (500);
      CREATE TABLE kinds.parts_2 PARTITION OF kinds.parts FOR VALUES FROM (500) TO (2000) PARTITION BY RANGE (k);
      CREATE TABLE kinds.parts_2a PARTITION OF kinds.parts_2 FOR VALUES FROM (500) TO (2000);
      INSERT INTO kinds.parts SELECT * FROM kinds.plain;
      CREATE TABLE kinds.parent (a int); CREATE TABLE kinds.heir (b int) INHERITS (kinds.parent);
      INSERT INTO kinds.parent VALUES (1); INSERT INTO kinds.heir VALUES (2, 3);
      CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
      COPY kinds.plain TO '${postgres().dataFolder}/plain.csv' (FORMAT csv);
      CREATE FOREIGN TABLE kinds.far (i int, t text) SERVER files
        OPTIONS (filename '${postgres().dataFolder}/plain.csv', format 'csv');
      CREATE TABLE kinds.generated (a int, b int GENERATED ALWAYS AS (a * 2) STORED, c int GENERATED ALWAYS AS IDENTITY);
      INSERT INTO kinds.generated VALUES (5), (6);
      CREATE TABLE kinds.dropped (a int, gone int, b int); INSERT INTO kinds.dropped VALUES (1, 2, 3);
      ALTER TABLE kinds.dropped DROP COLUMN gone;
      CREATE TABLE kinds.empty (a int, b text);
      CREATE UNLOGGED TABLE kinds.unlogged AS SELECT 1 AS a`);
  });

  test.each([
    'plain',
    'a_view',
    'mat',
    'parts',
    'parts_1',
    'parts_2',
    'parent',
    'heir',
    'far',
    'generated',
    'dropped',
    'empty',
    'unlogged',
  ])('%s', async (name) => {
    const expected = await copied(`SELECT * FROM kinds.${name}`);
    const ended = await extract({ selection: { table: { schema: 'kinds', name } } });
    expect(Buffer.concat(await objectsOf(ended)).toString()).toBe(expected);
    const rows = expected.split('\n').length - 1;
    expect(success(ended)).toMatchObject({ rows, bytes: Buffer.byteLength(expected) });
    expect(ended.manifest).toMatchObject({ rows, bytes: Buffer.byteLength(expected) });
  });

  test('a table without a schema is found along the search_path', async () => {
    await db.query(
      `CREATE TABLE kinds.only_here AS SELECT 42 AS a; ALTER DATABASE "${db.database}" SET search_path = kinds, public`,
    );
    try {
      const ended = await extract({ selection: { table: { name: 'only_here' } } });
      expect(success(ended).objects[0]!.key).toMatch(/^kinds\/only_here\//);
    } finally {
      await db.query(`ALTER DATABASE "${db.database}" RESET search_path`);
    }
  });
});

describe('columns', () => {
  test('come in the order that was asked for, also twice', async () => {
    await db.query(`CREATE TABLE ordered (a int, "B c" text, d int); INSERT INTO ordered VALUES (1, 'x', 3)`);
    const format = { kind: 'csv', header: true } as const;
    expect(
      await text({ selection: { table: { name: 'ordered' }, columns: ['d', 'B c', 'a'] }, format }),
    ).toBe('d,B c,a\n3,x,1\n');
    expect(await text({ selection: { table: { name: 'ordered' }, columns: ['a', 'a'] }, format })).toBe(
      'a,a\n1,1\n',
    );
  });

  test('of a table with 1,600 of them', async () => {
    const names = Array.from({ length: 1_600 }, (_, i) => `c${String(i)}`);
    await db.query(`CREATE TABLE wide (${names.map((name) => `${name} int2`).join(', ')})`);
    await db.query(
      `INSERT INTO wide SELECT ${names.map((_, i) => String(i)).join(', ')} FROM generate_series(1, 3)`,
    );
    const line = names.map((_, i) => String(i)).join(',');
    expect(await text({ selection: { table: { name: 'wide' } } })).toBe(`${line}\n`.repeat(3));
    const ended = await extract({ selection: { table: { name: 'wide' }, columns: names.toReversed() } });
    expect(success(ended).rows).toBe(3);
    expect(ended.manifest!.columns).toHaveLength(1_600);
  });
});

describe('odd names', () => {
  test.each([
    'Orders',
    'say "x"',
    'dotted.name',
    'ä受😀',
    ' ',
    "O'Brien",
    'a\nb',
    'back\\slash',
    'select',
    '%s $1',
    'x'.repeat(63),
  ])('a schema, a table and a column named %j', async (name) => {
    const quoted = `"${name.replaceAll('"', '""')}"`;
    await db.query(`CREATE SCHEMA ${quoted}; CREATE TABLE ${quoted}.${quoted} (${quoted} int);
        INSERT INTO ${quoted}.${quoted} VALUES (7)`);
    const selection = { table: { schema: name, name }, columns: [name] };
    expect(await text({ selection })).toBe('7\n');
    expect(await text({ selection, format: { kind: 'jsonl' } })).toBe(`${JSON.stringify({ [name]: 7 })}\n`);
    await db.query(`DROP SCHEMA ${quoted} CASCADE`);
  });
});

describe('sizes', () => {
  test('a row of 50 MB, among small ones', async () => {
    await db.query(`CREATE TABLE heavy AS
      SELECT i, CASE WHEN i = 3 THEN repeat('x', 50000000) ELSE 'small' END AS t FROM generate_series(1, 5) i`);
    for (const format of [{ kind: 'csv' }, { kind: 'csv', dialect: 'python' }, { kind: 'jsonl' }] as const) {
      const ended = await extract({ selection: { table: { name: 'heavy' } }, format });
      const [bytes] = await objectsOf(ended);
      expect(success(ended).rows).toBe(5);
      expect(bytes!.length).toBeGreaterThan(50_000_000);
      expect(bytes!.subarray(-30).toString()).toContain('small');
    }
  });

  test('no rows: an object with nothing but the header, because whoever waits for it waits for it', async () => {
    await db.query('CREATE TABLE no_rows (a int)');
    const ended = await extract({
      selection: { table: { name: 'no_rows' } },
      format: { kind: 'csv', header: true },
    });
    expect(success(ended)).toMatchObject({ rows: 0, bytes: 2, objects: [{ rows: 0, bytes: 2 }] });
  });
});

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
    ['a view', { table: { schema: 'kinds', name: 'a_view' } }, 'views and foreign tables'],
    ['a small table', { table: { schema: 'kinds', name: 'plain' } }, 'it is small'],
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
  test('the manifest names the source, the snapshot and the columns', async () => {
    await db.query('CREATE TABLE told (a int, b varchar(5))');
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
    await db.query(`CREATE ROLE modest LOGIN PASSWORD 'm'; GRANT SELECT ON told TO modest;
      REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC`);
    await engine.useProfile('Modest', { ...settingsOf(db), user: 'modest' }, 'm');
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

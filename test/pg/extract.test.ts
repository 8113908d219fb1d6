/** What an extract reads: every kind of relation, columns, odd names and sizes. */
import { beforeAll, describe, expect, test } from 'vitest';
import { success } from '../harness/engine/test-engine.ts';
import { copied, db, extract, objectsOf, postgres, text } from './extract-world.ts';

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

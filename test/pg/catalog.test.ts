/** What there is to look at: every kind of relation, and every column of it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Relation } from '../../electron/contract/relation.ts';
import { describeRelation, listRelations } from '../../electron/engine/postgres/catalog.ts';
import { Session } from '../../electron/engine/postgres/session.ts';
import { comesBack } from '../harness/comes-back.ts';
import { settingsOf } from '../harness/engine/test-engine.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';

const postgres = sharedPostgres();
let db: TemporaryDatabase;

beforeAll(async () => {
  db = await postgres().createDatabase();
});
afterAll(() => db.drop());

const openSession = (user = db.user, password = db.password) =>
  Session.open({ settings: { ...settingsOf(db), user }, password }, new AbortController().signal);

async function list(user?: string, password?: string): Promise<Relation[]> {
  await using session = await openSession(user, password);
  return await listRelations(session);
}

async function columns(name: string, schema = 'public') {
  await using session = await openSession();
  return await describeRelation(session, { schema, name });
}

describe('the list of relations', () => {
  test('has tables, partitioned tables, views, materialized views and foreign tables, and nothing else', async () => {
    await db.query(`
      CREATE SCHEMA kinds;
      CREATE TABLE kinds.a_table (id int PRIMARY KEY);
      CREATE TABLE kinds.parts (k int) PARTITION BY LIST (k);
      CREATE TABLE kinds.parts_1 PARTITION OF kinds.parts FOR VALUES IN (1);
      CREATE VIEW kinds.a_view AS SELECT 1 AS a;
      CREATE MATERIALIZED VIEW kinds.mat AS SELECT 1 AS a;
      CREATE FOREIGN DATA WRAPPER nothing; CREATE SERVER elsewhere FOREIGN DATA WRAPPER nothing;
      CREATE FOREIGN TABLE kinds.foreign_one (a int) SERVER elsewhere;
      CREATE SEQUENCE kinds.a_sequence;
      CREATE TYPE kinds.a_composite AS (a int);
      CREATE TEMPORARY TABLE a_temporary (a int)`);
    const relations = (await list()).filter(
      ({ schema, name }) => schema === 'kinds' || name === 'a_temporary',
    );
    expect(relations.map(({ schema, name, kind, partitionOf }) => [schema, name, kind, partitionOf])).toEqual(
      [
        ['kinds', 'a_table', 'table', null],
        ['kinds', 'a_view', 'view', null],
        ['kinds', 'foreign_one', 'foreign', null],
        ['kinds', 'mat', 'materialized', null],
        ['kinds', 'parts', 'partitioned', null],
        ['kinds', 'parts_1', 'table', 'kinds.parts'],
      ],
    );
    await db.query('DROP SCHEMA kinds CASCADE; DROP FOREIGN DATA WRAPPER nothing CASCADE');
  });

  test('has the rows and the size that the planner knows, and null where it knows nothing', async () => {
    await db.query(`
      CREATE SCHEMA sizes;
      CREATE TABLE sizes.known AS SELECT i, repeat('x', 100) AS t FROM generate_series(1, 10000) i;
      CREATE INDEX ON sizes.known (i);
      CREATE TABLE sizes.unknown AS SELECT i FROM generate_series(1, 100) i;
      CREATE TABLE sizes.empty (a int);
      CREATE VIEW sizes.a_view AS SELECT 1 AS a`);
    // Autovacuum may come in between, so only what is certain is looked at.
    await db.query('ANALYZE sizes.known, sizes.empty');
    const byName = new Map((await list()).filter(({ schema }) => schema === 'sizes').map((r) => [r.name, r]));
    expect(byName.get('known')!.estimatedRows).toBe(10_000);
    const { rows } = await db.query<{ bytes: string }>(
      `SELECT pg_total_relation_size('sizes.known') AS bytes`,
    );
    expect(byName.get('known')!.bytes).toBe(Number(rows[0]!.bytes));
    expect(byName.get('unknown')!.estimatedRows).toBeNull();
    expect(byName.get('a_view')).toMatchObject({ estimatedRows: null, bytes: null });
    expect(byName.get('empty')!.bytes).toBe(0);
    await db.query('DROP SCHEMA sizes CASCADE');
  });

  test('gives a partitioned table the sum of its partitions, at every level', async () => {
    await db.query(`
      CREATE SCHEMA deep;
      CREATE TABLE deep.root (k int, t text) PARTITION BY RANGE (k);
      CREATE TABLE deep.low PARTITION OF deep.root FOR VALUES FROM (0) TO (1000);
      CREATE TABLE deep.high PARTITION OF deep.root FOR VALUES FROM (1000) TO (3000) PARTITION BY RANGE (k);
      CREATE TABLE deep.high_1 PARTITION OF deep.high FOR VALUES FROM (1000) TO (2000);
      CREATE TABLE deep.high_2 PARTITION OF deep.high FOR VALUES FROM (2000) TO (3000);
      CREATE TABLE deep.childless (k int) PARTITION BY RANGE (k);
      INSERT INTO deep.root SELECT i, repeat('x', 500) FROM generate_series(0, 2999) i`);
    await db.query('ANALYZE deep.low, deep.high_1, deep.high_2');
    const byName = new Map((await list()).filter(({ schema }) => schema === 'deep').map((r) => [r.name, r]));
    const sum = (...names: string[]) => names.reduce((bytes, name) => bytes + byName.get(name)!.bytes!, 0);
    expect(byName.get('root')).toMatchObject({
      kind: 'partitioned',
      estimatedRows: 3_000,
      partitionOf: null,
    });
    expect(byName.get('root')!.bytes).toBe(sum('low', 'high_1', 'high_2'));
    expect(byName.get('high')).toMatchObject({
      kind: 'partitioned',
      estimatedRows: 2_000,
      partitionOf: 'deep.root',
    });
    expect(byName.get('high')!.bytes).toBe(sum('high_1', 'high_2'));
    expect(byName.get('high_2')).toMatchObject({ partitionOf: 'deep.high', estimatedRows: 1_000 });
    expect(byName.get('childless')).toMatchObject({ estimatedRows: null, bytes: null });
    await db.query('DROP SCHEMA deep CASCADE');
  });

  test('says what the user may read', async () => {
    await db.query(`
      CREATE ROLE reader LOGIN PASSWORD 'r';
      CREATE SCHEMA open; CREATE SCHEMA closed; GRANT USAGE ON SCHEMA open TO reader;
      CREATE TABLE open.readable (a int); GRANT SELECT ON open.readable TO reader;
      CREATE TABLE open.one_column (a int, b int); GRANT SELECT (b) ON open.one_column TO reader;
      CREATE TABLE open.forbidden (a int); GRANT INSERT ON open.forbidden TO reader;
      CREATE TABLE closed.behind_a_door (a int); GRANT SELECT ON closed.behind_a_door TO reader`);
    const relations = (await list('reader', 'r')).filter(
      ({ schema }) => schema === 'open' || schema === 'closed',
    );
    expect(relations.map(({ schema, name, readable }) => [`${schema}.${name}`, readable])).toEqual([
      ['closed.behind_a_door', false],
      ['open.forbidden', false],
      ['open.one_column', true],
      ['open.readable', true],
    ]);
    await db.query('DROP SCHEMA open, closed CASCADE; DROP ROLE reader');
  });

  test('has odd names as they are, and comments', async () => {
    const names = ['Orders', 'say "x"', 'dotted.name', 'ä受😀', ' ', "O'Brien", 'a\nb', 'back\\slash'];
    await db.query('CREATE SCHEMA "odd.schema"');
    for (const name of names) {
      const quoted = `"odd.schema"."${name.replaceAll('"', '""')}"`;
      await db.query(
        `CREATE TABLE ${quoted} (a int); COMMENT ON TABLE ${quoted} IS 'about ${name.replaceAll("'", "''")}'`,
      );
    }
    const relations = (await list()).filter(({ schema }) => schema === 'odd.schema');
    expect(new Set(relations.map(({ name }) => name))).toEqual(new Set(names));
    for (const { name, comment } of relations) expect(comment).toBe(`about ${name}`);
    await db.query('DROP SCHEMA "odd.schema" CASCADE');
  });

  test('is empty for an empty database', async () => {
    await using other = await postgres().createDatabase();
    await using session = await Session.open(
      { settings: settingsOf(other), password: other.password },
      new AbortController().signal,
    );
    expect(await listRelations(session)).toEqual([]);
  });

  test('of two thousand tables comes', async () => {
    await using other = await postgres().createDatabase();
    await other.query(
      `DO $$ BEGIN FOR i IN 1..2000 LOOP EXECUTE 'CREATE TABLE t' || i || ' (a int)'; END LOOP; END $$`,
    );
    await using session = await Session.open(
      { settings: settingsOf(other), password: other.password },
      new AbortController().signal,
    );
    expect(await comesBack(() => listRelations(session))).toHaveLength(2_000);
  });
});

describe('the columns of a relation', () => {
  test('with type, nullability, key, default, generation and comment, without the dropped ones', async () => {
    await db.query(`
      CREATE TABLE described (
        gone int,
        b int NOT NULL DEFAULT 5,
        id bigint GENERATED ALWAYS AS IDENTITY,
        "Price" numeric(10, 2),
        total numeric GENERATED ALWAYS AS (b * 2) STORED,
        at timestamptz(3) DEFAULT now(),
        tags text[],
        code varchar(30) COLLATE "C",
        PRIMARY KEY (id, b));
      ALTER TABLE described DROP COLUMN gone;
      COMMENT ON COLUMN described."Price" IS 'in euros'`);
    const none = {
      nullable: true,
      keyPosition: null,
      default: null,
      generated: false,
      comment: null,
      readable: true,
      indexed: false,
      watermark: null,
    };
    expect(await columns('described')).toEqual([
      {
        ...none,
        name: 'b',
        type: 'integer',
        nullable: false,
        keyPosition: 2,
        default: '5',
        watermark: 'integer',
      },
      {
        ...none,
        name: 'id',
        type: 'bigint',
        nullable: false,
        keyPosition: 1,
        default: 'identity',
        indexed: true,
        watermark: 'integer',
      },
      { ...none, name: 'Price', type: 'numeric(10,2)', comment: 'in euros', watermark: 'numeric' },
      {
        ...none,
        name: 'total',
        type: 'numeric',
        default: expect.stringContaining('b * 2') as string,
        generated: true,
        watermark: 'numeric',
      },
      { ...none, name: 'at', type: 'timestamp(3) with time zone', default: 'now()', watermark: 'instant' },
      { ...none, name: 'tags', type: 'text[]' },
      { ...none, name: 'code', type: 'character varying(30)', watermark: 'text' },
    ]);
  });

  test('of a view, a materialized view and a partitioned table', async () => {
    await db.query(`
      CREATE VIEW v AS SELECT 1 AS a, 'x'::text AS b;
      CREATE MATERIALIZED VIEW m AS SELECT 1.5 AS n;
      CREATE TABLE p (k int PRIMARY KEY) PARTITION BY LIST (k)`);
    expect((await columns('v')).map(({ name, type }) => [name, type])).toEqual([
      ['a', 'integer'],
      ['b', 'text'],
    ]);
    expect((await columns('m')).map(({ name, type }) => [name, type])).toEqual([['n', 'numeric']]);
    expect(await columns('p')).toMatchObject([{ name: 'k', keyPosition: 1, nullable: false }]);
  });

  test('say which can be a watermark, and which an index finds', async () => {
    await db.query(`
      CREATE DOMAIN stamp AS timestamp;
      CREATE DOMAIN own_stamp AS stamp;
      CREATE TABLE marks (a own_stamp, b uuid, c date, d jsonb, e boolean, f real, g numeric, h timestamptz) PARTITION BY RANGE (c);
      CREATE INDEX ON marks (a);
      CREATE INDEX ON marks (b) WHERE e;
      CREATE INDEX ON marks (c, g);
      CREATE INDEX ON marks USING hash (h)`);
    expect(
      (await columns('marks')).map(({ name, watermark, indexed }) => [name, watermark, indexed]),
    ).toEqual([
      ['a', 'local', true],
      ['b', 'uuid', false],
      ['c', 'date', true],
      ['d', null, false],
      ['e', null, false],
      ['f', null, false],
      ['g', 'numeric', false],
      ['h', 'instant', false],
    ]);
  });

  test('of a table without columns are none', async () => {
    await db.query('CREATE TABLE bare ()');
    expect(await columns('bare')).toEqual([]);
  });

  test.each([
    ['nowhere', 'public'],
    ['bare', 'nowhere'],
    ['Described', 'public'],
  ])('of "%s" in "%s" cannot be found', async (name, schema) => {
    await expect(columns(name, schema)).rejects.toMatchObject({ code: 'SOURCE_NO_RELATION' });
  });

  test('of a key that has more columns than the index names', async () => {
    await db.query('CREATE TABLE covering (a int, b int, PRIMARY KEY (a) INCLUDE (b))');
    expect((await columns('covering')).map(({ name, keyPosition }) => [name, keyPosition])).toEqual([
      ['a', 1],
      ['b', null],
    ]);
  });
});

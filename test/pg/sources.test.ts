/** Every kind of source, against the rows that Postgres gives for it. */
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { success } from '../harness/engine/test-engine.ts';
import { copied, db, extract, objectsOf, postgres, text, type Spec } from './extract-world.ts';

beforeAll(async () => {
  await db.query(`
    CREATE TABLE orders (id int PRIMARY KEY, old text, price numeric(10, 2), amount int, total numeric GENERATED ALWAYS AS (price * amount) STORED,
      "Odd ""Name" text DEFAULT 'x');
    ALTER TABLE orders DROP COLUMN old;
    INSERT INTO orders (id, price, amount) SELECT i, i * 1.5, i % 7 FROM generate_series(1, 500) i;
    ALTER TABLE orders ADD COLUMN late text DEFAULT 'added later';
    CREATE VIEW orders_view AS SELECT id, total FROM orders WHERE amount > 3;
    CREATE MATERIALIZED VIEW orders_daily AS SELECT amount, sum(total) AS total FROM orders GROUP BY amount;
    CREATE TABLE events (at date, id int, note text) PARTITION BY RANGE (at);
    CREATE TABLE events_19 PARTITION OF events FOR VALUES FROM ('2019-01-01') TO ('2020-01-01') PARTITION BY LIST (id);
    CREATE TABLE events_19_a PARTITION OF events_19 FOR VALUES IN (1);
    CREATE TABLE events_19_b PARTITION OF events_19 DEFAULT;
    CREATE TABLE events_20 (note text, gone int, id int, at date);
    ALTER TABLE events_20 DROP COLUMN gone;
    ALTER TABLE events ATTACH PARTITION events_20 FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
    CREATE TABLE events_rest PARTITION OF events DEFAULT;
    INSERT INTO events SELECT date '2018-06-01' + i, i % 3, 'event ' || i FROM generate_series(0, 1200) i`);
});

/** The lines of a run and of the server, in one order: several partitions or workers have none. */
async function expectRows(spec: Spec, query: string): Promise<string[]> {
  const lines = (content: string) => content.split('\n').slice(0, -1).toSorted();
  const found = lines(await text(spec));
  expect(found).toEqual(lines(await copied(query)));
  return found;
}
const table = (name: string, more: object = {}): Spec => ({ selection: { table: { name }, ...more } });

describe('columns', () => {
  test('generated ones are there, dropped ones are not, those that were added later are', async () => {
    await expectRows(table('orders'), 'SELECT id, price, amount, total, "Odd ""Name", late FROM orders');
    const { manifest } = await extract(table('orders'));
    expect(manifest!.columns.map(({ name }) => name)).toEqual([
      'id',
      'price',
      'amount',
      'total',
      'Odd "Name',
      'late',
    ]);
  });

  test('come in the order that was asked for, a generated one and an odd name among them', async () => {
    const spec = table('orders', { columns: ['late', 'total', 'Odd "Name', 'id'] });
    await expectRows(spec, 'SELECT late, total, "Odd ""Name", id FROM orders');
  });

  test('that are generated when they are read (Postgres 18) are there too', async ({ skip }) => {
    const { rows } = await db.query<{ version: number }>(
      `SELECT current_setting('server_version_num')::int AS version`,
    );
    if (rows[0]!.version < 180_000) skip('this server has no virtual columns');
    await db.query(
      `CREATE TABLE virtual (a int, b int GENERATED ALWAYS AS (a * 2) VIRTUAL); INSERT INTO virtual VALUES (1), (NULL)`,
    );
    expect(await expectRows(table('virtual'), 'SELECT * FROM virtual')).toEqual([',', '1,2']);
  });
});

describe.each([1, 3])('with %i workers', (parallel) => {
  test('a table', () => expectRows({ ...table('orders'), parallel }, 'SELECT * FROM orders'));
  test('a view', () => expectRows({ ...table('orders_view'), parallel }, 'SELECT * FROM orders_view'));
  test('a materialized view', () =>
    expectRows({ ...table('orders_daily'), parallel }, 'SELECT * FROM orders_daily'));
  test('a query', () =>
    expectRows(
      { selection: { query: 'SELECT id * 2 AS twice FROM orders' }, parallel },
      'SELECT id * 2 FROM orders',
    ));

  test('a partitioned table: every partition, however deep, whatever the order of its columns (field note 32)', async () => {
    expect(
      await expectRows({ ...table('events'), parallel }, 'SELECT at, id, note FROM events'),
    ).toHaveLength(1201);
  });

  test('a partition by itself, and one that is partitioned', async () => {
    await expectRows({ ...table('events_20'), parallel }, 'SELECT * FROM events_20');
    await expectRows({ ...table('events_19'), parallel }, 'SELECT * FROM events_19');
  });

  test('a partitioned table with a mask, a filter and columns', async () => {
    const masks = [{ column: 'note', mask: { kind: 'keepLast' as const, count: 2 } }];
    const spec = {
      ...table('events', { columns: ['note', 'at'], where: `note LIKE '%7'`, masks }),
      parallel,
    };
    const found = await expectRows(
      spec,
      `SELECT regexp_replace(left(note, -2), '.', '*', 'g') || right(note, 2), at FROM events WHERE note LIKE '%7'`,
    );
    expect(found).toHaveLength(120);
  });

  test('a foreign table', async ({ skip }) => {
    const { rows } = await db.query(`SELECT FROM pg_available_extensions WHERE name = 'file_fdw'`);
    if (rows.length === 0) skip('this server has no file_fdw');
    // Written by the server, which cannot read what belongs to another user.
    const file = path.join(postgres().dataFolder, `foreign-${String(parallel)}.csv`);
    await db.query(`COPY (VALUES (1, 'one'), (2, 'two')) TO '${file}' (FORMAT csv)`);
    await db.query(`
      CREATE EXTENSION IF NOT EXISTS file_fdw; DROP SERVER IF EXISTS files CASCADE;
      CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
      CREATE FOREIGN TABLE remote (id int, name text) SERVER files OPTIONS (filename '${file}', format 'csv')`);
    const spec = { ...table('remote'), parallel };
    expect(await expectRows(spec, 'SELECT * FROM remote')).toEqual(['1,one', '2,two']);
  });
});

test('row-level security: the rows that the policies show, and a warning that says so', async () => {
  await db.query(`
    CREATE TABLE secured AS SELECT i AS id FROM generate_series(1, 10) i;
    ALTER TABLE secured ENABLE ROW LEVEL SECURITY;
    CREATE POLICY odd ON secured USING (id % 2 = 1);
    DO $$ BEGIN CREATE ROLE sluice_reader LOGIN PASSWORD 'reader'; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
    GRANT SELECT ON secured TO sluice_reader`);
  process.env['PGPASSWORD'] = 'reader';
  try {
    const { host, port, database } = db;
    const settings = { host, port, database, user: 'sluice_reader', tls: 'disable' as const };
    const ended = await extract({ ...table('secured'), ...({ source: { settings } } as object) });
    expect(success(ended).rows).toBe(5);
    expect(Buffer.concat(await objectsOf(ended)).toString()).toBe('1\n3\n5\n7\n9\n');
    expect(
      ended.log
        .filter(({ level }) => level === 'warn')
        .map(({ message }) => message)
        .join(),
    ).toContain('Row-level security');
  } finally {
    delete process.env['PGPASSWORD'];
    await db.query('DROP TABLE secured; DROP ROLE sluice_reader');
  }
});

/** Rows of the snapshot and changes of the stream make the table, whoever writes while the slot is made. */
import { randomInt } from 'node:crypto';
import type { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { CapturedTables, readUntil, shown } from '../harness/capture-reader.ts';
import { endSessions, OURS } from '../harness/postgres/end-sessions.ts';
import { installedServers } from '../harness/postgres/server-programs.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { RandomWorkload, WORKLOAD_TABLES } from '../harness/random-workload.ts';
import { soon } from '../e2e/soon.ts';
import { always, CaptureWorld } from './capture-world.ts';

const ROUNDS = 4;

describe.each(installedServers())('Postgres $major', ({ major, programs }) => {
  const postgres = sharedPostgres({ programs });

  test('snapshot and stream make the tables, while writers write', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const seed = randomInt(2 ** 31);
      await using world = await CaptureWorld.make(
        postgres(),
        'CREATE TABLE accounts (id int PRIMARY KEY, n int NOT NULL); INSERT INTO accounts SELECT i, 0 FROM generate_series(1, 200) i',
      );
      let writing = true;
      const writers = await Promise.all([1, 2, 3].map(async () => await world.db.connect()));
      const work = writers.map((client, index) => write(client, seed + index, () => writing));
      await using snapshot = await world.begin('accounts');
      const tables = new CapturedTables();
      for (const row of await world.rows('accounts', snapshot)) tables.apply(row);
      writing = false;
      await Promise.all(work);
      await using stream = await world.open(snapshot.lsn);
      const items = await readUntil(stream, await world.now());
      expect(() => items.forEach((item) => tables.apply(item)), `seed ${seed}`).not.toThrow();
      const { rows } = await world.db.query('SELECT id::text, n::text FROM accounts ORDER BY accounts.id');
      expect(tables.rows('accounts', ['id', 'n']), `seed ${seed}`).toEqual(
        rows.map(({ id, n }: { id?: string; n?: string }) => [id, n]),
      );
    }
  });

  test('a random workload over all types comes out as the same text by both ways', async () => {
    const seed = randomInt(2 ** 31);
    await using world = await CaptureWorld.make(postgres());
    const client = await world.db.connect();
    await client.query(
      "SET DateStyle = 'ISO, MDY'; SET IntervalStyle = 'postgres'; SET bytea_output = 'hex'; SET TimeZone = 'UTC'",
    );
    // What a role may have set must not show in what is captured.
    await world.db.query(`ALTER DATABASE "${world.db.database}" SET TimeZone = 'Asia/Kathmandu';
      ALTER DATABASE "${world.db.database}" SET DateStyle = 'German';
      ALTER DATABASE "${world.db.database}" SET IntervalStyle = 'iso_8601';
      ALTER DATABASE "${world.db.database}" SET bytea_output = 'escape';
      ALTER DATABASE "${world.db.database}" SET extra_float_digits = -3`);
    const workload = new RandomWorkload(client, seed);
    await workload.createTables();
    for (let i = 0; i < 60; i++) await workload.transaction();
    await using first = await world.begin(...WORKLOAD_TABLES);
    const tables = new CapturedTables();
    for (const table of WORKLOAD_TABLES) {
      for (const row of await world.rows(table, first)) tables.apply(row);
    }
    for (let i = 0; i < 120; i++) await workload.transaction();
    await using stream = await world.open(first.lsn);
    for (const item of await readUntil(stream, await world.now())) tables.apply(item);
    for (const table of WORKLOAD_TABLES) {
      const { rows, fields } = await client.query<(string | null)[]>({
        text: `SELECT * FROM "${table}" ORDER BY id`,
        rowMode: 'array',
        types: { getTypeParser: () => (value: string) => value },
      });
      const names = fields.map(({ name }) => name);
      expect(tables.rows(table, names), `seed ${seed}, ${table}`).toEqual(rows);
    }
  });

  test('a table has the same shape in the snapshot and in the stream', async () => {
    await using world = await CaptureWorld.make(
      postgres(),
      `CREATE TYPE mood AS ENUM ('sad'); CREATE DOMAIN positive AS int CHECK (VALUE > 0);
       CREATE DOMAIN few AS positive; CREATE TYPE "Odd Pair" AS (a int);
       CREATE SCHEMA "Other"; CREATE TYPE "Other".mood AS ENUM ('glad');
       CREATE TABLE kinds (id int PRIMARY KEY, m mood, ms mood[], o "Other".mood, d few, ds positive[], p "Odd Pair",
         n numeric(12,2), ns numeric(5,0)[], nn numeric, v varchar(20), c char(3), b bit(3), bs varbit(7), t time(2),
         ts timestamp(3), tz timestamptz(0), tt timetz, i interval, im interval year to month, i3 interval second(3),
         iv interval(2), r int4range, j jsonb, cs "char", u uuid, x xml, q tsquery, mr ${major >= 14 ? 'datemultirange' : 'int'});
       INSERT INTO kinds (id) VALUES (1)`,
    );
    await using snapshot = await world.begin('kinds');
    const [row] = await world.rows('kinds', snapshot);
    await world.db.query('UPDATE kinds SET d = 1');
    await using stream = await world.open(snapshot.lsn);
    const change = (await readUntil(stream, await world.now())).find(({ kind }) => kind === 'change');
    if (row?.kind !== 'change' || change?.kind !== 'change') throw new Error('nothing came');
    expect(change.shape.file).toEqual(row.shape.file);
    expect(change.shape).toBe(row.shape);
    const { rows } = await world.db.query<{ name: string; type: string }>(
      `SELECT attname::text AS name,
              replace(format_type(CASE attname WHEN 'd' THEN 'int'::regtype ELSE atttypid END, atttypmod), 'mood', 'public.mood') AS type
         FROM pg_attribute
        WHERE attrelid = 'kinds'::regclass AND attnum > 0 AND attname NOT IN ('o', 'ds', 'p') ORDER BY attnum`,
    );
    const types = new Map(change.shape.file.columns.map(({ name, type }) => [name, type]));
    for (const { name, type } of rows) expect(types.get(name), name).toBe(type);
    expect([types.get('o'), types.get('p')]).toEqual(['"Other".mood', 'public."Odd Pair"']);
  });

  test('partitions come as their root, filtered rows and columns that are not listed do not come', async () => {
    await using world = await CaptureWorld.make(
      postgres(),
      `CREATE TABLE parts (id int PRIMARY KEY, n int) PARTITION BY RANGE (id);
       CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
       CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (10) TO (20);
       CREATE TABLE listed (id int PRIMARY KEY, n int, secret text, twice int GENERATED ALWAYS AS (n * 2) STORED);
       CREATE TABLE family (id int PRIMARY KEY, n int); CREATE TABLE child (PRIMARY KEY (id)) INHERITS (family);
       INSERT INTO parts VALUES (1, 1), (11, 1); INSERT INTO listed VALUES (1, 1, 'x'), (2, -1, 'y');
       INSERT INTO family VALUES (1, 1); INSERT INTO child VALUES (2, 2)`,
    );
    const lists = major >= 15;
    await world.source.publish(
      world.access,
      { publication: world.publication, tables: [{ schema: 'public', name: 'parts' }], known: [] },
      always,
    );
    await world.db.query(
      `ALTER PUBLICATION published ADD TABLE listed ${lists ? '(id, n) WHERE (n > 0)' : ''};
       ALTER PUBLICATION published ADD TABLE family`,
    );
    await using snapshot = await world.source.createSlot(world.access, world.ref, always);
    expect(shown(await world.rows('parts', snapshot))).toEqual(['read parts 1 1', 'read parts 11 1']);
    expect(shown(await world.rows('listed', snapshot))).toEqual(
      lists ? ['read listed 1 1'] : ['read listed 1 1 x', 'read listed 2 -1 y'],
    );
    expect(shown(await world.rows('family', snapshot))).toEqual(['read family 1 1']);
    await expect(world.rows('parts_1', snapshot)).rejects.toMatchObject({ code: 'SLOT_NO_PUBLICATION' });
    await world.db.query('INSERT INTO parts VALUES (2, 2), (12, 2)');
    await world.db.query("INSERT INTO listed VALUES (3, 3, 'z')");
    await using stream = await world.open(snapshot.lsn);
    expect(shown(await readUntil(stream, await world.now()))).toEqual([
      'insert parts 2 2',
      'insert parts 12 2',
      lists ? 'insert listed 3 3' : 'insert listed 3 3 z',
    ]);
  });

  test('a large table is read by several connections, and a range whose connection is lost goes on where it was', async () => {
    const rows = 60_000;
    await using world = await CaptureWorld.make(
      postgres(),
      `CREATE TABLE orders (id int PRIMARY KEY, filler text);
       INSERT INTO orders SELECT i, repeat(md5(i::text), 40) FROM generate_series(1, ${rows}) i;
       DELETE FROM orders WHERE id % 7 = 0`,
    );
    await using snapshot = await world.begin('orders');
    await world.db.query('UPDATE orders SET id = -id WHERE id % 5 = 0');
    const { publication } = world;
    const table = { schema: 'public', name: 'orders' };
    const ids = new Set<string>();
    let twice = 0;
    let ended = 0;
    const request = { table, publication, snapshot, workers: 3 };
    for await (const batch of world.source.readTable(world.access, request, always)) {
      for (const { after } of batch.rows) {
        const id = after?.text(0) ?? '';
        if (ids.has(id)) twice += 1;
        ids.add(id);
      }
      // Readers are taken away in the middle of what they do: their rows are wide, and wait for those of others.
      if (ids.size > 3_000 * (ended + 1) && ended < 4) {
        // In one statement: a reader that was seen can have ended before it is taken away.
        const { rows: taken } = await world.db.query<{ done: boolean }>(
          `SELECT pg_terminate_backend(pid) AS done FROM
             (SELECT pid FROM pg_stat_activity WHERE ${OURS} AND query LIKE 'COPY%' AND state = 'active' LIMIT 1) AS one`,
        );
        ended += taken.filter(({ done }) => done).length;
      }
    }
    expect([twice, ids.size, ended]).toEqual([0, rows - Math.floor(rows / 7), 4]);
  });

  test('a snapshot is lost with its session, and says so', async () => {
    await using world = await CaptureWorld.make(postgres(), 'CREATE TABLE orders (id int PRIMARY KEY)');
    await using snapshot = await world.begin('orders');
    await endSessions(world.db, `backend_type = 'walsender'`);
    await soon(() => snapshot.lost.aborted).toBe(true);
    await expect(world.rows('orders', snapshot)).rejects.toMatchObject({ code: 'SOURCE_SNAPSHOT_LOST' });
    await using another = await world.source.exportSnapshot(world.access, always);
    expect(await world.rows('orders', another)).toEqual([]);
    expect(another.lsn > snapshot.lsn).toBe(true);
  });

  test('a table that is rewritten after the snapshot is not taken for an empty one', async () => {
    await using world = await CaptureWorld.make(
      postgres(),
      'CREATE TABLE orders (id int PRIMARY KEY, n int); INSERT INTO orders VALUES (1, 1)',
    );
    await using snapshot = await world.begin('orders');
    await world.db.query('ALTER TABLE orders ALTER COLUMN n TYPE bigint');
    await expect(world.rows('orders', snapshot)).rejects.toMatchObject({ code: 'SOURCE_SNAPSHOT_LOST' });
    await using another = await world.source.exportSnapshot(world.access, always);
    expect(shown(await world.rows('orders', another))).toEqual(['read orders 1 1']);
  });

  test('a slot that waits for an open transaction says so, and is not left behind', async () => {
    await using world = await CaptureWorld.make(postgres(), 'CREATE TABLE orders (id int PRIMARY KEY)');
    const client = await world.db.connect();
    await client.query('BEGIN; INSERT INTO orders VALUES (1)');
    await expect(world.begin('orders')).rejects.toMatchObject({ code: 'SLOT_WAITS_FOR_TRANSACTION' });
    await client.query('COMMIT');
    await soon(() => world.position()).toBeUndefined();
    await using snapshot = await world.begin('orders');
    expect(shown(await world.rows('orders', snapshot))).toEqual(['read orders 1']);
    await expect(world.source.createSlot(world.access, world.ref, always)).rejects.toMatchObject({
      code: 'SLOT_EXISTS',
    });
  });
});

/** Changes accounts, in transactions of several changes, as long as it may. */
async function write(client: Client, seed: number, going: () => boolean): Promise<void> {
  let state = seed | 1;
  const random = (below: number) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  for (let i = 0; going() || i < 20; i++) {
    const ids = [random(200) + 1, random(400) + 1].toSorted((a, b) => a - b);
    await client.query('BEGIN');
    for (const id of ids) {
      const kind = random(4);
      if (kind === 0) await client.query('DELETE FROM accounts WHERE id = $1', [id]);
      else {
        await client.query(
          'INSERT INTO accounts VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET n = accounts.n + 1',
          [id, random(1000)],
        );
      }
    }
    await client.query(random(8) === 0 ? 'ROLLBACK' : 'COMMIT');
  }
}

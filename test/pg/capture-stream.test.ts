/** What a slot gives: everything, in order, once, and the server is told neither too much nor too late. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { readUntil, shown } from '../harness/capture-reader.ts';
import { installedServers } from '../harness/postgres/server-programs.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { soon } from '../e2e/soon.ts';
import { always, CaptureWorld } from './capture-world.ts';

const ORDERS = 'CREATE TABLE orders (id int PRIMARY KEY, status text)';

describe.each(installedServers())('Postgres $major', ({ programs }) => {
  const postgres = sharedPostgres({ programs, settings: { wal_sender_timeout: '2s' } });

  test('transactions come in the order of their commits, each change once', async () => {
    await using world = await CaptureWorld.make(postgres(), ORDERS);
    const from = await world.beginAt('orders');
    const [first, second] = [await world.db.connect(), await world.db.connect()];
    await first.query("BEGIN; INSERT INTO orders VALUES (1, 'first')");
    await second.query("BEGIN; INSERT INTO orders VALUES (2, 'second'); SAVEPOINT a");
    await second.query("INSERT INTO orders VALUES (3, 'undone'); ROLLBACK TO a");
    await second.query("UPDATE orders SET status = 'paid' WHERE id = 2; COMMIT");
    await first.query('COMMIT');
    await world.db.query('DELETE FROM orders WHERE id = 1');
    await using stream = await world.open(from);
    const items = await readUntil(stream, await world.now());
    expect(shown(items)).toEqual([
      'insert orders 2 second',
      'update orders 2 paid',
      'insert orders 1 first',
      'delete orders 1 ∅',
    ]);
    const commits = items.flatMap((item) => (item.kind === 'commit' ? [item.commitLsn] : []));
    const begins = items.flatMap((item) => (item.kind === 'begin' ? [item.commitLsn] : []));
    expect(commits).toEqual(begins);
    expect(commits).toEqual(commits.toSorted((a, b) => (a < b ? -1 : 1)));
    expect(stream.received >= (commits.at(-1) ?? 0n)).toBe(true);
  });

  test('what ended at or before the start is left out, what comes after is not', async () => {
    await using world = await CaptureWorld.make(postgres(), ORDERS);
    const from = await world.beginAt('orders');
    for (let id = 1; id <= 4; id++) await world.db.query('INSERT INTO orders VALUES ($1)', [id]);
    const end = await world.now();
    const ends: bigint[] = [];
    {
      await using stream = await world.open(from);
      for (const item of await readUntil(stream, end)) if (item.kind === 'commit') ends.push(item.endLsn);
    }
    expect(ends).toHaveLength(4);
    for (const [index, start] of ends.entries()) {
      await using stream = await world.open(start);
      const left = ['insert orders 1 ∅', 'insert orders 2 ∅', 'insert orders 3 ∅', 'insert orders 4 ∅'];
      expect(shown(await readUntil(stream, end))).toEqual(left.slice(index + 1));
    }
  });

  test('changes of the columns are seen exactly where they were made', async () => {
    await using world = await CaptureWorld.make(postgres(), ORDERS);
    const from = await world.beginAt('orders');
    await world.db.query(`
      BEGIN;
      INSERT INTO orders VALUES (1, 'a');
      ALTER TABLE orders ADD COLUMN price numeric(8,2) DEFAULT 7;
      INSERT INTO orders VALUES (2, 'b', 3);
      ALTER TABLE orders RENAME COLUMN status TO state;
      INSERT INTO orders VALUES (3, 'c', 4);
      COMMIT;
      ALTER TABLE orders DROP COLUMN state;
      INSERT INTO orders VALUES (4, 5);
      ALTER TABLE orders ALTER COLUMN price TYPE text;
      UPDATE orders SET price = 'much' WHERE id = 4;
      ALTER TABLE orders RENAME TO sales;
      UPDATE sales SET price = 'more' WHERE id = 4;`);
    await using stream = await world.open(from);
    const items = await readUntil(stream, await world.now());
    const seen = items.flatMap((item) =>
      item.kind === 'change'
        ? [[item.table, item.shape.file.columns.map(({ name, type }) => `${name} ${type}`).join(', ')]]
        : [],
    );
    expect(seen).toEqual([
      ['orders', 'id integer, status text'],
      ['orders', 'id integer, status text, price numeric(8,2)'],
      ['orders', 'id integer, state text, price numeric(8,2)'],
      ['orders', 'id integer, price numeric(8,2)'],
      ['orders', 'id integer, price text'],
      ['sales', 'id integer, price text'],
    ]);
    expect(shown(items).at(-1)).toBe('update sales 4 more');
  });

  test('a truncate comes as one change for each table that it emptied', async () => {
    await using world = await CaptureWorld.make(
      postgres(),
      `${ORDERS}; CREATE TABLE lines (id int PRIMARY KEY, "order" int REFERENCES orders)`,
    );
    const from = await world.beginAt('orders', 'lines');
    await world.db.query('TRUNCATE orders CASCADE');
    await using stream = await world.open(from);
    expect(shown(await readUntil(stream, await world.now())).sort()).toEqual([
      'truncate lines',
      'truncate orders',
    ]);
  });

  test('what an update did not touch is unchanged, not null, and the old row has what the identity carries', async () => {
    await using world = await CaptureWorld.make(
      postgres(),
      `CREATE TABLE keyed (id int PRIMARY KEY, n int, big text);
       CREATE TABLE whole (id int PRIMARY KEY, n int, big text);
       ALTER TABLE whole REPLICA IDENTITY FULL;
       ALTER TABLE keyed ALTER big SET STORAGE EXTERNAL; ALTER TABLE whole ALTER big SET STORAGE EXTERNAL;
       INSERT INTO keyed VALUES (1, 1, repeat('x', 5000)); INSERT INTO whole TABLE keyed`,
    );
    const from = await world.beginAt('keyed', 'whole');
    await world.db.query('UPDATE keyed SET n = 2; UPDATE keyed SET id = 5; UPDATE whole SET n = 2');
    await using stream = await world.open(from);
    const [n, id, whole] = (await readUntil(stream, await world.now())).filter(
      (item) => item.kind === 'change',
    );
    const unchanged = { unchanged: true };
    expect(n).toMatchObject({ old: 'none', before: undefined, after: { id: '1', n: '2', big: unchanged } });
    expect(id).toMatchObject({
      old: 'key',
      before: { id: '1', n: null, big: null },
      after: { id: '5', n: '2', big: unchanged },
    });
    const big = 'x'.repeat(5000);
    expect(whole).toMatchObject({
      old: 'full',
      before: { id: '1', n: '1', big },
      after: { id: '1', n: '2' },
    });
  });

  test('a reader that does nothing for six seconds does not lose its connection to a server that waits two', async () => {
    await using world = await CaptureWorld.make(postgres(), ORDERS);
    const from = await world.beginAt('orders');
    // More than all buffers on the way take: the socket is paused, and questions of the server lie behind the rows.
    const rows = 40_000;
    await world.db.query(`INSERT INTO orders SELECT i, repeat('x', 1000) FROM generate_series(1, ${rows}) i`);
    const end = await world.now();
    await using stream = await world.open(from);
    let changes = 0;
    let batches = 0;
    for await (const batch of stream.read(always)) {
      changes += batch.filter(({ kind }) => kind === 'change').length;
      batches += 1;
      if (batches === 1) await sleep(6_000);
      const last = batch.at(-1);
      if (last?.kind === 'commit' && last.endLsn >= end) break;
      if (last?.kind === 'position' && last.lsn >= end) break;
    }
    expect(changes).toBe(rows);
    // And with nothing to read at all.
    await sleep(3_000);
    await world.db.query("INSERT INTO orders VALUES (-1, 'later')");
    expect(shown(await readUntil(stream, await world.now()))).toEqual(['insert orders -1 later']);
  });

  test('the slot goes exactly where it is told to, and nowhere by itself', async () => {
    await using world = await CaptureWorld.make(postgres(), ORDERS);
    const from = await world.beginAt('orders');
    for (let id = 1; id <= 3; id++) await world.db.query('INSERT INTO orders VALUES ($1)', [id]);
    await using stream = await world.open(from);
    const items = await readUntil(stream, await world.now());
    const ends = items.flatMap((item) => (item.kind === 'commit' ? [item.endLsn] : []));
    await sleep(1_200);
    expect(await world.position()).toBe(from);
    stream.ack(ends[1] ?? 0n);
    await soon(() => world.position()).toBe(ends[1]);
    await sleep(1_200);
    expect(await world.position()).toBe(ends[1]);
  });

  test('an idle slot gets positions beyond what it was last given', async () => {
    await using world = await CaptureWorld.make(postgres(), `${ORDERS}; CREATE TABLE other (i int)`);
    const from = await world.beginAt('orders');
    await using stream = await world.open(from);
    await world.db.query('INSERT INTO other SELECT generate_series(1, 1000)');
    const items = await readUntil(stream, await world.now());
    expect(items.every(({ kind }) => kind === 'position')).toBe(true);
  });

  test('a slot that is in use is refused, with a word on who has it', async () => {
    await using world = await CaptureWorld.make(postgres(), ORDERS);
    const from = await world.beginAt('orders');
    await using stream = await world.open(from);
    expect(stream.received).toBe(from);
    await expect(world.open(from)).rejects.toMatchObject({
      code: 'SLOT_IN_USE',
      message: expect.stringMatching(/"captured" is read by sluice as .* from 127\.0\.0\.1 \(process \d+/),
    });
  });

  test('a slot or a publication that is not there is named', async () => {
    await using world = await CaptureWorld.make(postgres(), ORDERS);
    await expect(world.open(0n)).rejects.toMatchObject({ code: 'SLOT_NOT_FOUND' });
    const from = await world.beginAt('orders');
    await world.db.query('DROP PUBLICATION published');
    await expect(world.open(from)).rejects.toMatchObject({ code: 'SLOT_NO_PUBLICATION' });
  });

  test('the signal ends the reading, and leaving frees the slot', async () => {
    await using world = await CaptureWorld.make(postgres(), ORDERS);
    const from = await world.beginAt('orders');
    const over = new AbortController();
    {
      await using stream = await world.open(from);
      setImmediate(() => over.abort(new Error('enough')));
      await expect(readUntil(stream, 1n << 60n, over.signal)).rejects.toThrow('enough');
    }
    await using again = await world.open(from);
    // At least: the server may have said already that nothing else has come.
    expect(again.received).toBeGreaterThanOrEqual(from);
  });
});

/** Transactions that come before they end: large ones in pieces, and prepared ones. */
import { randomInt } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import type { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { CapturedTables, readUntil, shown, type Captured } from '../harness/capture-reader.ts';
import { installedServers } from '../harness/postgres/server-programs.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { soon } from '../e2e/soon.ts';
import { always, CaptureWorld } from './capture-world.ts';

const ORDERS = 'CREATE TABLE orders (id int PRIMARY KEY, status text)';
/** Rows that the server does not keep in its memory. */
const MANY = 2_000;

describe.each(installedServers())('Postgres $major', ({ major, programs }) => {
  const postgres = sharedPostgres({
    programs,
    settings: { logical_decoding_work_mem: '64kB', max_prepared_transactions: '10' },
  });

  const insert = (from: number, count = MANY) =>
    `INSERT INTO orders SELECT i, repeat('x', 50) FROM generate_series(${from}, ${from + count - 1}) i`;

  async function expectTable(world: CaptureWorld, items: readonly Captured[], why = ''): Promise<void> {
    const tables = new CapturedTables();
    for (const item of items) tables.apply(item);
    const { rows } = await world.db.query<{ id: string; status: string }>(
      'SELECT id::text AS id, status FROM orders ORDER BY orders.id',
    );
    expect(tables.rows('orders', ['id', 'status']), why).toEqual(rows.map(({ id, status }) => [id, status]));
  }

  async function wasStreamed(world: CaptureWorld): Promise<boolean> {
    const { rows } = await world.db.query<{ n: string }>(
      'SELECT stream_txns AS n FROM pg_stat_replication_slots WHERE slot_name = $1',
      [world.slot],
    );
    return Number(rows[0]?.n ?? 0) > 0;
  }

  test('what was rolled back to savepoints is left out, also of tables and columns that are new in it', async () => {
    await using world = await CaptureWorld.make(postgres(), ORDERS);
    const from = await world.beginAt('orders');
    const client = await world.db.connect();
    await client.query('BEGIN');
    // The first that is said of the table is said in what is undone.
    await client.query(`SAVEPOINT a; ${insert(1)}; ROLLBACK TO a`);
    await client.query(insert(1));
    await client.query(`SAVEPOINT b; ${insert(10_001)}; SAVEPOINT c; ${insert(20_001)}`);
    await client.query(`ALTER TABLE orders ADD COLUMN extra int; UPDATE orders SET extra = id; RELEASE c`);
    await client.query(`ROLLBACK TO b; ${insert(30_001)}`);
    await client.query(`SAVEPOINT d; ${insert(40_001)}; RELEASE d; DELETE FROM orders WHERE id % 3 = 0`);
    await client.query(`SAVEPOINT e; TRUNCATE orders; ${insert(50_001)}; ROLLBACK TO e; COMMIT`);
    await client.end();
    await using stream = await world.open(from);
    const items = await readUntil(stream, await world.now());
    await soon(() => wasStreamed(world)).toBe(true);
    expect(items.filter(({ kind }) => kind === 'begin')).toHaveLength(1);
    const { rows } = await world.db.query<{ n: number }>('SELECT count(*)::int AS n FROM orders');
    expect(rows).toEqual([{ n: 4_001 }]);
    await expectTable(world, items);
    expect(await readdir(world.spoolFolder)).toEqual([]);
  });

  test('large transactions come in the order of their commits among small ones, and those that abort do not', async () => {
    await using world = await CaptureWorld.make(postgres(), ORDERS);
    const from = await world.beginAt('orders');
    const [first, second, third] = [
      await world.db.connect(),
      await world.db.connect(),
      await world.db.connect(),
    ];
    await using stream = await world.open(from);
    await first.query(`BEGIN; ${insert(1)}`);
    await second.query(`BEGIN; ${insert(10_001)}`);
    await third.query(`BEGIN; ${insert(20_001)}`);
    await world.db.query("INSERT INTO orders VALUES (0, 'small')");
    await first.query(insert(2_001));
    await second.query('COMMIT');
    await third.query('ROLLBACK');
    await world.db.query("INSERT INTO orders VALUES (-1, 'small')");
    await first.query('COMMIT');
    const items = await readUntil(stream, await world.now());
    await Promise.all([first, second, third].map((client) => client.end()));
    const firsts = items.flatMap((item, at) =>
      item.kind === 'begin' ? shown(items.slice(at + 1, at + 2)) : [],
    );
    expect(firsts.map((text) => text.split(' ')[2])).toEqual(['0', '10001', '-1', '1']);
    await expectTable(world, items);
  });

  test('a spool that is full is told of, and nothing is given twice or lost', async () => {
    await using world = await CaptureWorld.make(postgres(), ORDERS);
    const from = await world.beginAt('orders');
    const client = await world.db.connect();
    await world.db.query(insert(-10, 10));
    await client.query(`BEGIN; ${insert(1, 40_000)}`);
    await world.db.query(insert(100_001, 10));
    await client.query('COMMIT');
    await client.end();
    const notes: string[] = [];
    const { access, ref, spoolFolder } = world;
    const request = {
      ...ref,
      from,
      spoolFolder,
      spoolBytes: 100_000,
      onNote: (text: string) => notes.push(text),
    };
    await using stream = await world.source.open(access, request, always);
    const items = await readUntil(stream, await world.now());
    expect(notes).toEqual([expect.stringMatching(/the server keeps them/)]);
    await expectTable(world, items);
  });

  test('random transactions with savepoints and DDL, side by side, make the table', async () => {
    const seed = randomInt(2 ** 31);
    await using world = await CaptureWorld.make(postgres(), ORDERS);
    const from = await world.beginAt('orders');
    await using stream = await world.open(from);
    await Promise.all(
      [0, 1, 2].map(async (lane) => {
        const client = await world.db.connect();
        for (let i = 0; i < 6; i++) await randomTransaction(client, seed + lane * 7 + i * 31, lane);
        await client.end();
      }),
    );
    const items = await readUntil(stream, await world.now());
    await soon(() => wasStreamed(world)).toBe(true);
    await expectTable(world, items, `seed ${seed}`);
  });

  test('a prepared transaction comes when it is committed, a large one as well', async () => {
    await using world = await CaptureWorld.make(postgres(), ORDERS);
    const from = await world.beginAt('orders');
    const { database } = world.db;
    await world.db.query(
      `BEGIN; INSERT INTO orders VALUES (1, 'small'); PREPARE TRANSACTION '${database} a'`,
    );
    await world.db.query(`BEGIN; ${insert(10_001)}; PREPARE TRANSACTION '${database} b'`);
    await world.db.query(`BEGIN; ${insert(20_001)}; PREPARE TRANSACTION '${database} c'`);
    await world.db.query("INSERT INTO orders VALUES (2, 'between')");
    await using stream = await world.open(from);
    const before = await readUntil(stream, await world.now());
    expect(shown(before)).toEqual(['insert orders 2 between']);
    await world.db.query(`COMMIT PREPARED '${database} b'`);
    await world.db.query(`ROLLBACK PREPARED '${database} c'`);
    await world.db.query(`COMMIT PREPARED '${database} a'`);
    const after = await readUntil(stream, await world.now());
    expect(shown(after).at(-1)).toBe('insert orders 1 small');
    await expectTable(world, [...before, ...after]);
  });

  test.runIf(major >= 15)('a slot that was made with two_phase forgets no prepared transaction', async () => {
    await using world = await CaptureWorld.make(postgres(), ORDERS);
    const { database } = world.db;
    await world.source.publish(
      world.access,
      { publication: world.publication, tables: [{ schema: 'public', name: 'orders' }], known: [] },
      always,
    );
    await world.db.query(
      `SELECT pg_create_logical_replication_slot('${world.slot}', 'pgoutput', false, true)`,
    );
    let from = (await world.position()) ?? 0n;
    const items: Captured[] = [];
    const readOn = async () => {
      await using stream = await world.open(from);
      items.push(...(await readUntil(stream, await world.now())));
      const last = items.findLast((item) => item.kind === 'commit' || item.kind === 'position');
      from = last?.kind === 'commit' ? last.endLsn : last?.kind === 'position' ? last.lsn : from;
      stream.ack(from);
      // The server takes it before the connection ends: both come in order.
    };
    await world.db.query(`BEGIN; INSERT INTO orders VALUES (1, 'a'); PREPARE TRANSACTION '${database} a'`);
    await world.db.query(`BEGIN; ${insert(10_001)}; PREPARE TRANSACTION '${database} b'`);
    await world.db.query("INSERT INTO orders VALUES (2, 'between')");
    await readOn();
    expect(shown(items)).toEqual(['insert orders 2 between']);
    // A reader that was killed here reads on with another connection: the server must still have them.
    await world.db.query(`COMMIT PREPARED '${database} a'`);
    await readOn();
    await world.db.query(`ROLLBACK PREPARED '${database} b'`);
    await world.db.query("INSERT INTO orders VALUES (3, 'after')");
    await readOn();
    expect(shown(items)).toEqual(['insert orders 2 between', 'insert orders 1 a', 'insert orders 3 after']);
    expect(await world.position()).toBe(from);
  });
});

/** Thousands of changes in a range of ids of its own, some of them undone, some altogether. */
async function randomTransaction(client: Client, seed: number, lane: number): Promise<void> {
  let state = seed | 1;
  const random = (below: number) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  const id = () => lane * 1_000_000 + random(20_000);
  await client.query('BEGIN');
  const open: string[] = [];
  for (let step = 0; step < 25; step++) {
    const kind = random(10);
    const [low, high] = [id(), id()].toSorted((a, b) => a - b) as [number, number];
    if (kind < 4) {
      await client.query(
        `INSERT INTO orders SELECT i, repeat('y', 40) FROM generate_series(${low}, ${Math.min(high, low + 600)}) i
           ON CONFLICT DO NOTHING`,
      );
    } else if (kind < 6) {
      await client.query(
        `UPDATE orders SET status = 'v${random(1000)}' WHERE id BETWEEN ${low} AND ${low + 500}`,
      );
    } else if (kind < 7) await client.query(`DELETE FROM orders WHERE id BETWEEN ${low} AND ${low + 300}`);
    else if (kind < 8 || open.length === 0) {
      open.push(`s${step}`);
      await client.query(`SAVEPOINT s${step}`);
    } else {
      const name = open[random(open.length)] as string;
      await client.query(`${random(2) === 0 ? 'ROLLBACK TO' : 'RELEASE'} ${name}`);
      open.splice(open.indexOf(name));
    }
  }
  await client.query(random(5) === 0 ? 'ROLLBACK' : 'COMMIT');
}

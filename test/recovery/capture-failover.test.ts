/**
 * A standby that takes over while its primary is being captured. The slot is kept in step on the standby, which is what
 * Postgres has from version 17 on. https://www.postgresql.org/docs/current/logical-replication-failover.html
 */
import { expect, test } from 'vitest';
import { CaptureProcess } from '../captures/capture-process.ts';
import { readHistory } from '../captures/history-rows.ts';
import { replay } from '../captures/replay.ts';
import { columnsOf, difference, replayedOf, truthOf } from '../captures/table-truth.ts';
import { CaptureWorld } from '../captures/world.ts';
import { Database } from '../harness/postgres/database.ts';
import { wantedServer } from '../harness/postgres/server-programs.ts';
import { caughtUp, startStandby } from '../harness/postgres/standby-server.ts';

const BUCKET = 'failover';

const canFollow = Number(wantedServer().major ?? 18) >= 17;

test.skipIf(!canFollow)(
  'after a failover the capture goes on from the promoted standby, in the same history, with nothing lost or twice',
  async () => {
    await using world = await CaptureWorld.start({ settings: { wal_sender_timeout: '10s' } });
    const { postgres, s3, wire } = world;
    s3.addBucket(BUCKET);
    await using database = await postgres.createDatabase();
    await database.query(
      `CREATE TABLE orders (id int PRIMARY KEY, v text); INSERT INTO orders SELECT i, 'old' FROM generate_series(1, 100) i`,
    );
    const { host, user, password } = postgres;
    await using standby = await startStandby(postgres, {
      primary_conninfo: `host=${host} port=${postgres.port} user=${user} password=${password} dbname=postgres`,
      primary_slot_name: 'standby',
      hot_standby_feedback: 'on',
      sync_replication_slots: 'on',
      wal_retrieve_retry_interval: '100ms',
      wal_receiver_status_interval: '1s',
    });
    await postgres.query("SELECT pg_create_physical_replication_slot('standby', true)");
    // So the slot never gets ahead of the standby.
    await postgres.query("ALTER SYSTEM SET synchronized_standby_slots = 'standby'");
    await postgres.query('SELECT pg_reload_conf()');
    await caughtUp(standby, postgres);

    const { args, env } = world.addresses(database.database, BUCKET);
    await using capture = new CaptureProcess(
      ['--name', BUCKET, ...args, '--table', 'public.orders', '--roll-seconds', '0.2'],
      { ...env, SLUICE_HOME: world.dataFolder('here') },
    );
    await capture.heard((event) => event.type === 'progress' && event['phase'] === 'streaming');

    let id = 1_000;
    const write = async (to: Database) => {
      id += 10;
      await to.query(`INSERT INTO orders SELECT i, 'new' FROM generate_series(${id}, ${id + 9}) i;
      UPDATE orders SET v = v || '!' WHERE id <= 10; DELETE FROM orders WHERE id = ${id + 5}`);
    };
    const entries = () => capture.events.filter(({ type, entry }) => type === 'entry' && entry === 'changes');
    const soon = <T>(read: () => T) => expect.poll(read, { timeout: 90_000, interval: 200 });
    // The standby takes the slot for good once it has moved beyond where the standby itself can decode,
    // which it does from one list of the running transactions to the next.
    await soon(async () => {
      await write(database);
      await postgres.query('SELECT pg_log_standby_snapshot()');
      // Wakes what looks for slots of the primary, by itself only every 30 seconds while nothing moves.
      await standby.query('SELECT pg_reload_conf()');
      const { rows } = await standby.query(
        `SELECT failover, synced, temporary FROM pg_replication_slots WHERE slot_name = 'sluice_${BUCKET}'`,
      );
      return rows;
    }).toEqual([{ failover: true, synced: true, temporary: false }]);
    const before = entries().length;
    await write(database);
    await soon(() => Promise.resolve(entries().length > before)).toBe(true);
    // What the standby has, and the capture perhaps not yet.
    await write(database);
    await caughtUp(standby, postgres);

    await postgres.kill();
    await standby.query('SELECT pg_promote()');
    wire.redirect(standby.port);
    const moved = new Database({ ...standbyAddress(standby), database: database.database });
    try {
      for (let round = 0; round < 5; round++) await write(moved);
      const after = entries().length;
      await soon(() => Promise.resolve(entries().length > after)).toBe(true);
      expect(capture.ended, capture.said).toBe(false);
      expect(await capture.kill('SIGTERM'), capture.said).toBe(0);
      await using last = new CaptureProcess(
        ['--name', BUCKET, ...args, '--table', 'public.orders', '--until', 'current'],
        { ...env, SLUICE_HOME: world.dataFolder('here') },
      );
      expect(await last.exitCode(), last.said).toBe(0);

      const history = await readHistory(world.files(BUCKET), BUCKET);
      expect(history.checkpoint).toMatchObject({ timeline: 2 });
      expect(history.entries.filter(({ kind }) => kind === 'snapshot')).toHaveLength(1);
      const rows = replay(history).get('public.orders')?.rows ?? [];
      const client = await moved.connect();
      expect(
        difference(await truthOf(client, 'orders'), replayedOf(rows, await columnsOf(client, 'orders'))),
      ).toBe(undefined);
    } finally {
      await moved.disconnect();
    }
  },
  180_000,
);

const standbyAddress = ({ host, port, user, password }: Database) => ({ host, port, user, password });

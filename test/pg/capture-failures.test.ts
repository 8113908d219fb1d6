/** Streams that end: a slot that the server gave up, a server that goes, a connection that dies without a word. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AppError } from '../../electron/contract/app-error.ts';
import { ERRORS } from '../../electron/contract/error-table.ts';
import { afterFailure } from '../../electron/engine/capture/capture-retry.ts';
import { CaptureConnection } from '../../electron/engine/postgres/capture-connection.ts';
import { openReplicationSession } from '../../electron/engine/postgres/capture-session.ts';
import { readUntil, shown } from '../harness/capture-reader.ts';
import { startPostgres, type PostgresServer } from '../harness/postgres/postgres-server.ts';
import { TcpProxy } from '../harness/tcp-proxy.ts';
import { always, CaptureWorld } from './capture-world.ts';

const ORDERS = 'CREATE TABLE orders (id int PRIMARY KEY, status text)';
let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres({
    settings: { max_slot_wal_keep_size: '1MB', max_wal_size: '32MB', min_wal_size: '32MB' },
  });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const failureOf = async (work: Promise<unknown>): Promise<AppError> => {
  const error = await work.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
};

/** Whether a capture that has worked comes back by itself. */
const comesBack = (error: AppError) =>
  afterFailure({ error, failures: 1, worked: true, troubleMs: 0, renewable: false, random: 0 }).tag ===
  'wait';

test('a slot whose WAL the server has removed is lost: no attempt is made again, and the advice is a new snapshot', async () => {
  await using world = await CaptureWorld.make(server, ORDERS);
  const from = await world.beginAt('orders');
  for (let attempt = 0; ; attempt++) {
    await world.db.query("INSERT INTO orders VALUES (1, 'x') ON CONFLICT DO NOTHING; SELECT pg_switch_wal()");
    await world.db.query('CHECKPOINT');
    const { slot } = await world.source.facts(world.access, world.ref, always);
    if (slot?.walStatus === 'lost') break;
    expect(attempt).toBeLessThan(20);
  }
  const error = await failureOf(world.open(from));
  expect(error).toMatchObject({ code: 'SLOT_LOST', message: expect.stringContaining('"captured"') });
  expect(comesBack(error)).toBe(false);
  expect(ERRORS.SLOT_LOST.hint).toMatch(/drop the slot.*snapshot/);
  // It can be dropped and made anew, under the same name.
  await world.source.dropSlot(world.access, world.ref, always);
  await using again = await world.open(await world.beginAt('orders'));
  await world.db.query("INSERT INTO orders VALUES (2, 'later')");
  expect(shown(await readUntil(again, await world.now()))).toEqual(['insert orders 2 later']);
});

test.each(['fast', 'immediate'] as const)(
  'a server that restarts (%s) ends the stream with an error that passes, and the next connection goes on',
  async (mode) => {
    await using world = await CaptureWorld.make(server, ORDERS);
    const from = await world.beginAt('orders');
    let reached: bigint;
    {
      await using stream = await world.open(from);
      await world.db.query("INSERT INTO orders VALUES (1, 'before')");
      reached = await world.now();
      const items = await readUntil(stream, reached);
      expect(shown(items)).toEqual(['insert orders 1 before']);
      // The stop does not wait until all of it is durable, which is for the destination to say.
      stream.ack(from + 1n);
      const waiting = failureOf(readUntil(stream, 1n << 60n));
      await server.restart(mode);
      const error = await waiting;
      expect(['SOURCE_SHUTDOWN', 'SOURCE_CONNECTION_LOST']).toContain(error.code);
      expect(ERRORS[error.code].retry).toBe('timed');
      expect(comesBack(error)).toBe(true);
    }
    await world.db.query("INSERT INTO orders VALUES (2, 'after')");
    await using again = await world.open(reached);
    expect(shown(await readUntil(again, await world.now()))).toEqual(['insert orders 2 after']);
  },
);

test('a connection that takes everything and hands nothing on is found dead, though the server is fine', async () => {
  await using world = await CaptureWorld.make(server, ORDERS);
  const from = await world.beginAt('orders');
  await using wire = await TcpProxy.start({ port: world.db.port });
  const access = { ...world.access, settings: { ...world.access.settings, port: wire.port } };
  const session = await openReplicationSession(access, always);
  const command = `START_REPLICATION SLOT captured LOGICAL 0/0 (proto_version '1', publication_names 'published')`;
  await using connection = await CaptureConnection.start(session, access, command, from, 300);
  wire.freeze();
  const error = await failureOf(
    (async () => {
      for (;;) await connection.next();
    })(),
  );
  wire.forget();
  expect(error).toMatchObject({
    code: 'SOURCE_CONNECTION_LOST',
    message: expect.stringContaining('gone silent'),
  });
  expect(comesBack(error)).toBe(true);
});

test('a connection on which nothing happens is not taken for dead', async () => {
  await using world = await CaptureWorld.make(server, ORDERS);
  const from = await world.beginAt('orders');
  const session = await openReplicationSession(world.access, always);
  const command = `START_REPLICATION SLOT captured LOGICAL 0/0 (proto_version '1', publication_names 'published')`;
  await using connection = await CaptureConnection.start(session, world.access, command, from, 4_000);
  const until = performance.now() + 6_000;
  while (performance.now() < until) expect(await connection.next()).toBeDefined();
});

test('the origin of a transaction is passed on, and what is written here has none', async () => {
  await using world = await CaptureWorld.make(server, ORDERS);
  const from = await world.beginAt('orders');
  const client = await world.db.connect();
  const origin = `node_${world.db.database}`;
  await client.query('SELECT pg_replication_origin_create($1)', [origin]);
  await client.query('SELECT pg_replication_origin_session_setup($1)', [origin]);
  await client.query("INSERT INTO orders VALUES (1, 'theirs')");
  await client.query('SELECT pg_replication_origin_session_reset()');
  await client.query("INSERT INTO orders VALUES (2, 'ours')");
  await using stream = await world.open(from);
  const items = await readUntil(stream, await world.now());
  expect(shown(items)).toEqual(['insert orders 1 theirs', 'insert orders 2 ours']);
  expect(items.flatMap((item) => (item.kind === 'begin' ? [item.origin] : []))).toEqual([origin, undefined]);
  await client.query('SELECT pg_replication_origin_drop($1)', [origin]);
});

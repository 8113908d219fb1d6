/** Sluice through PgBouncer, in all three modes, under traffic of others and without: right rows, and nobody harmed. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exitCodeOf } from '../../electron/contract/error-table.ts';
import { startProgram } from '../harness/cli-program.ts';
import { failure, settingsOf, success, TestEngine } from '../harness/engine/test-engine.ts';
import type { Database, TemporaryDatabase } from '../harness/postgres/database.ts';
import { findPgBouncer, PgBouncer, type PgBouncerOptions } from '../harness/postgres/pgbouncer.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { TcpProxy } from '../harness/tcp-proxy.ts';

const program = findPgBouncer();
const postgres = sharedPostgres();
let db: TemporaryDatabase;
/** A role that has its values written in other ways than Sluice wants them. */
let odd: string;

beforeAll(async () => {
  db = await postgres().createDatabase();
  odd = `odd_${db.database}`;
  await db.query(`
    CREATE ROLE ${odd} LOGIN PASSWORD 'x';
    ALTER ROLE ${odd} SET IntervalStyle = 'iso_8601';
    ALTER ROLE ${odd} SET bytea_output = 'escape';
    ALTER ROLE ${odd} SET extra_float_digits = -3;
    ALTER ROLE ${odd} SET TimeZone = 'Asia/Seoul';
    ALTER ROLE ${odd} SET search_path = shop, public;
    CREATE SCHEMA shop;
    GRANT USAGE ON SCHEMA shop TO ${odd};
    CREATE TABLE shop.orders AS SELECT id, 'order ' || id AS note, interval '1 day 2 hours' * id AS took,
      decode(lpad(to_hex(id), 8, '0'), 'hex') AS seal, 0.1::float8 * id AS price,
      timestamptz '2026-03-01 12:00+00' + interval '1 hour' * id AS at, date '2026-01-31' + id AS day,
      (id || '.50')::money AS paid
      FROM generate_series(1, 500) AS id;
    CREATE TABLE public.orders AS SELECT 'another table' AS note;
    GRANT SELECT ON shop.orders, public.orders TO ${odd};
    CREATE TABLE victim AS SELECT 1 AS id`);
});
afterAll(async () => {
  await db.query(`DROP OWNED BY ${odd}; DROP ROLE ${odd}`);
  await db.drop();
});

/** A pool, an engine whose source it is, and a client of the pool that is not ours. */
async function throughPool(options: PgBouncerOptions, user?: string) {
  const users = { [db.user]: db.password, [odd]: 'x' };
  const pool = await PgBouncer.start(program ?? '', postgres(), users, options);
  const engine = await TestEngine.start();
  const own = user === undefined ? {} : { user };
  const connectionId = await engine.useDatabase(db, { port: pool.port, ...own });
  const { host, port, database } = db;
  const who = user === undefined ? { user: db.user, password: db.password } : { user, password: 'x' };
  const other = pool.of({ host, port, database, ...who });
  return {
    pool,
    engine,
    connectionId,
    other,
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]();
      await other.disconnect();
      await pool[Symbol.asyncDispose]();
    },
  };
}

async function csvOf(engine: TestEngine, name: string, spec: object = {}): Promise<string> {
  const folder = path.join(engine.dataFolder, name);
  const job = { selection: { table: { name: 'orders' } }, destination: { folder }, key: 'o.csv', ...spec };
  success(await engine.extract(job));
  return await readFile(path.join(folder, 'o.csv'), 'utf8');
}

/** All that a session of the pool has set, and what it is. */
async function settingsSeenBy(other: Database): Promise<readonly string[]> {
  const { rows } = await other.query<{ line: string }>(
    `SELECT name || ' = ' || setting AS line FROM pg_settings
      WHERE name NOT IN ('application_name') ORDER BY 1`,
  );
  return rows.map(({ line }) => line);
}

describe.skipIf(program === undefined)('in transaction mode', () => {
  test('E3: nothing is left for others: the one connection of the pool is as it was, and can write', async () => {
    await using pooled = await throughPool({ mode: 'transaction', poolSize: 1 });
    const { engine, connectionId, other } = pooled;
    const before = await settingsSeenBy(other);
    await engine.call('relations.list', { connectionId });
    const relation = { schema: 'shop', name: 'orders' };
    const { previewId } = await engine.call('preview.open', { connectionId, relation });
    await engine.call('preview.page', { previewId, from: 0, count: 10 });
    await engine.call('preview.close', { previewId });
    await csvOf(engine, 'e3', { selection: { table: relation } });
    await engine.call('wal.status', { connectionId });
    expect(await settingsSeenBy(other)).toEqual(before);
    await other.query('UPDATE victim SET id = 2');
  });

  test('E4: under traffic of clients that set everything, the rows are those that the role has directly', async () => {
    await using pooled = await throughPool({ mode: 'transaction', poolSize: 3 }, odd);
    await using direct = await TestEngine.start();
    await direct.useProfile('Source', { ...settingsOf(db), user: odd }, 'x');
    const expected = await csvOf(direct, 'direct');
    expect(expected.split('\n')).toHaveLength(501);
    const over = new AbortController();
    const traffic = await Promise.all([1, 2, 3, 4].map(() => pooled.other.connect()));
    const talking = traffic.map((client) => disturb(client, over.signal));
    try {
      for (let n = 0; n < 12; n++) expect(await csvOf(pooled.engine, `pooled-${n}`)).toBe(expected);
    } finally {
      over.abort();
      await Promise.all(talking);
    }
  });

  test('E5: the salt of a mask cannot be read by the next client', async () => {
    await using pooled = await throughPool({ mode: 'transaction', poolSize: 1 });
    const { engine, other } = pooled;
    const masks = [
      { column: 'note', mask: { kind: 'sha256' as const } },
      { column: 'day', mask: { kind: 'constant' as const, text: '1999-09-09' } },
    ];
    const text = await csvOf(engine, 'masked', {
      selection: { table: { schema: 'shop', name: 'orders' }, masks },
    });
    expect(text).toContain('1999-09-09');
    const { rows } = await other.query<{ salt: string | null; constant: string | null }>(
      `SELECT current_setting('sluice.mask_salt', true) AS salt, current_setting('sluice.mask_constant_1', true) AS constant`,
    );
    // A setting that was never anything but local is left as an empty text.
    expect([rows[0]?.salt ?? '', rows[0]?.constant ?? '']).toEqual(['', '']);
  });

  test('an incremental job takes what is new, and nothing twice', async () => {
    await using pooled = await throughPool({ mode: 'transaction', poolSize: 2 });
    await db.query('CREATE TABLE grows AS SELECT id FROM generate_series(1, 10) AS id');
    const job = {
      selection: { table: { name: 'grows' } },
      destination: { folder: path.join(pooled.engine.dataFolder, 'inc') },
      mode: 'incremental' as const,
      name: 'grows',
      watermark: { column: 'id' },
    };
    expect(success(await pooled.engine.extract(job)).rows).toBe(10);
    await db.query('INSERT INTO grows VALUES (11), (12)');
    expect(success(await pooled.engine.extract(job)).rows).toBe(2);
    expect(success(await pooled.engine.extract(job)).rows).toBe(0);
  });

  test('several workers are refused, and the server itself is named', async () => {
    await using pooled = await throughPool({ mode: 'transaction', poolSize: 4 });
    const error = failure(
      await pooled.engine.extract({
        selection: { table: { schema: 'shop', name: 'orders' } },
        destination: { folder: path.join(pooled.engine.dataFolder, 'p') },
        parallel: 2,
      }),
    );
    expect(error.code).toBe('SOURCE_POOLER');
    expect(exitCodeOf(error.code)).toBe(3);
    expect(error.message).toContain(`127.0.0.1:${pooled.pool.port}`);
    expect(error.message).toContain(`port ${postgres().port}`);
  });

  test.each([
    ['capture', ['capture', 'start', '--name', 'c', '--table', 'victim']],
    ['a peek', ['wal', 'peek']],
  ])('%s is refused with exit 3, and the server itself is named', async (_name, args) => {
    await using pooled = await throughPool({ mode: 'transaction', poolSize: 4 });
    const where = args[0] === 'capture' ? ['--dir', path.join(pooled.engine.dataFolder, 'c')] : [];
    const { outcome } = startProgram([...args, ...where, '--pg', pooled.other.url], {
      env: { SLUICE_HOME: pooled.engine.dataFolder, PGPASSWORD: db.password },
    });
    const { exitCode, err } = await outcome;
    expect(err).toContain('SOURCE_POOLER');
    expect(err).toContain(`port ${postgres().port}`);
    expect(exitCode).toBe(3);
  });
});

describe.skipIf(program === undefined)('in the other modes', () => {
  test('in session mode rows are read as they are', async () => {
    await using pooled = await throughPool({ mode: 'session', poolSize: 3 }, odd);
    await using direct = await TestEngine.start();
    await direct.useProfile('Source', { ...settingsOf(db), user: odd }, 'x');
    expect(await csvOf(pooled.engine, 'session')).toBe(await csvOf(direct, 'direct'));
  });

  test('statement mode is refused with exit 3, whatever is asked for', async () => {
    await using pooled = await throughPool({ mode: 'statement', poolSize: 3 });
    const error = failure(
      await pooled.engine.extract({
        selection: { table: { schema: 'shop', name: 'orders' } },
        destination: { folder: path.join(pooled.engine.dataFolder, 's') },
      }),
    );
    expect([error.code, exitCodeOf(error.code)]).toEqual(['SOURCE_POOLER', 3]);
    expect(error.message).toContain('statement mode');
    await expect(
      pooled.engine.call('relations.list', { connectionId: pooled.connectionId }),
    ).rejects.toMatchObject({ code: 'SOURCE_POOLER' });
  });
});

test('a stand-in for poolers whose greeting names no process: found, and one worker reads', async () => {
  await using proxy = await TcpProxy.start({ port: postgres().port, toClient: withoutBackendKey });
  await using engine = await TestEngine.start();
  await engine.useDatabase(db, { port: proxy.port, tls: 'disable' });
  const selection = { table: { schema: 'shop', name: 'orders' } };
  expect((await csvOf(engine, 'one', { selection })).split('\n')).toHaveLength(501);
  const folder = path.join(engine.dataFolder, 'two');
  const error = failure(await engine.extract({ selection, destination: { folder }, parallel: 2 }));
  expect(error.code).toBe('SOURCE_POOLER');
});

/** Takes the message BackendKeyData out of a greeting that comes in one piece. */
function withoutBackendKey(bytes: Buffer): Buffer {
  const at = bytes.indexOf(Buffer.from([0x4b, 0, 0, 0, 12]));
  return at < 0 ? bytes : Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 13)]);
}

/** Uses the pool as applications do that think a connection is theirs. */
async function disturb(client: Client, signal: AbortSignal): Promise<void> {
  const settings = [
    `IntervalStyle = 'sql_standard'`,
    `bytea_output = 'hex'`,
    'extra_float_digits = -10',
    `DateStyle = 'German'`,
    `TimeZone = 'America/New_York'`,
    'search_path = public',
    `lc_monetary = 'C'`,
    `xmlbinary = 'hex'`,
    'statement_timeout = 1',
  ];
  for (let n = 0; !signal.aborted; n++) {
    await client.query(`SET ${settings[n % settings.length] as string}`).catch(() => undefined);
    await client.query('SELECT 1').catch(() => undefined);
  }
}

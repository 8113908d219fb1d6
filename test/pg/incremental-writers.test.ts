/** What the number of the transaction on a row says, and what it does not: the facts that exact mode rests on. */
import { beforeEach, describe, expect, test } from 'vitest';
import { watermarkSpecSchema } from '../../electron/contract/watermark-spec.ts';
import type { Position } from '../../electron/contract/watermark-state.ts';
import { readIncrement, type Taken } from '../harness/incremental/incremental-reader.ts';
import { settingsOf } from '../harness/engine/test-engine.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';

const postgres = sharedPostgres({
  settings: { max_prepared_transactions: '5', wal_writer_delay: '10ms' },
});
let db: TemporaryDatabase;
let position: Position | null = null;

beforeEach(async () => {
  position = null;
  db = await postgres().createDatabase();
  await db.query(`CREATE TABLE t (id int PRIMARY KEY, version int, changed timestamptz DEFAULT now())`);
  await db.query('INSERT INTO t SELECT i, 0 FROM generate_series(1, 3) i');
  return async () => db.drop();
});

/** One run, and the ids that it took, sorted. */
async function take(change: object = {}): Promise<{ ids: number[] } & Taken> {
  const spec = watermarkSpecSchema.parse({ column: 'changed', ...change });
  const access = { settings: settingsOf(db), password: db.password };
  const run = readIncrement({ access, table: 't', spec, position, warp: (at) => at });
  for (;;) {
    const { done, value } = await run.next();
    if (done !== true) continue;
    position = value.position;
    return { ...value, ids: value.rows.map(({ id }) => id).toSorted((a, b) => a - b) };
  }
}

describe('what keeps the number on a row', () => {
  test.each(['VACUUM (FREEZE) t', 'VACUUM FULL t', 'CLUSTER t USING t_pkey'])(
    '%s: nothing is new',
    async (sql) => {
      expect((await take()).ids).toEqual([1, 2, 3]);
      const busy = await db.connect();
      await busy.query('BEGIN; CREATE TABLE holds_the_floor ()');
      await db.query('INSERT INTO t VALUES (4, 0)');
      expect((await take()).ids).toEqual([4]);
      await db.query(sql);
      expect((await take()).ids).toEqual([]);
      await busy.query('COMMIT');
      await db.query(sql);
      expect((await take()).ids).toEqual([]);
    },
  );

  test('locks, also those of several: nothing is new', async () => {
    await take();
    const [a, b] = [await db.connect(), await db.connect()];
    await a.query('BEGIN; SELECT 1 FROM t FOR SHARE');
    await b.query('BEGIN; SELECT 1 FROM t FOR SHARE');
    await a.query('COMMIT');
    await b.query('COMMIT');
    expect((await take()).ids).toEqual([]);
  });
});

describe('what writes rows anew', () => {
  test('a rewrite by ALTER TABLE: all rows are new, because they are', async () => {
    await take();
    await db.query('ALTER TABLE t ALTER COLUMN version TYPE bigint');
    expect((await take()).ids).toEqual([1, 2, 3]);
    expect((await take()).ids).toEqual([]);
  });

  test('TRUNCATE and rows that a COPY FREEZE shows to every snapshot come once', async () => {
    await take();
    await db.query(
      `BEGIN; TRUNCATE t; COPY t (id, version, changed) FROM PROGRAM 'echo "7\t0\t2026-01-01"' (FREEZE); COMMIT`,
    );
    expect((await take({ margin: 'unbounded' })).ids.length).toBeLessThanOrEqual(1);
    await db.query('INSERT INTO t VALUES (8, 0)');
    expect((await take({ margin: 'unbounded' })).ids).toContain(8);
    expect((await take({ margin: 'unbounded' })).ids).toEqual([]);
  });
});

describe('transactions that are late', () => {
  test('a row under a savepoint of a transaction that was running comes when it is committed', async () => {
    const late = await db.connect();
    await late.query('BEGIN; SAVEPOINT a; INSERT INTO t VALUES (10, 0); RELEASE a');
    await db.query('INSERT INTO t VALUES (11, 0)');
    expect((await take()).ids).toEqual([1, 2, 3, 11]);
    await late.query('COMMIT');
    expect((await take()).ids).toEqual([10]);
    expect((await take()).ids).toEqual([]);
  });

  test('a prepared transaction holds the floor, nothing is lost and nothing comes twice', async () => {
    const client = await db.connect();
    await client.query(`BEGIN; INSERT INTO t VALUES (20, 0); PREPARE TRANSACTION 'late'`);
    expect((await take()).ids).toEqual([1, 2, 3]);
    for (const id of [21, 22, 23]) {
      await db.query(`INSERT INTO t VALUES (${id}, 0)`);
      expect((await take()).ids).toEqual([id]);
    }
    await db.query(`COMMIT PREPARED 'late'`);
    expect((await take()).ids).toEqual([20]);
  });

  test('a transaction that began before, and wrote after a run, is within the bound', async () => {
    const early = await db.connect();
    await early.query('BEGIN; SELECT now()');
    expect((await take({ margin: '0 s' })).ids).toEqual([1, 2, 3]);
    await early.query('INSERT INTO t VALUES (30, 0); COMMIT');
    expect((await take({ margin: '0 s' })).ids).toEqual([30]);
  });
});

describe('where the numbers cannot be relied on', () => {
  const change = (by: object) => {
    if (position === null) throw new Error('there is no position yet');
    position = { ...position, ...by };
  };

  test.each([
    ['another cluster', { systemIdentifier: '1' }, /another cluster/],
    ['another timeline', { timeline: 7 }, /timeline/],
  ])('%s: reads again from the bound on, and says so', async (_, cluster, reason) => {
    await take();
    await db.query('INSERT INTO t VALUES (4, 0)');
    change({ cluster: { ...position!.cluster, ...cluster } });
    const { ids, promise, reasons } = await take();
    expect(ids).toEqual([1, 2, 3, 4]);
    expect(promise).toBe('may-repeat');
    expect(reasons.join()).toMatch(reason);
    // The numbers of this cluster are known now.
    expect(await take()).toMatchObject({ ids: [], promise: 'exactly-once' });
  });

  test('a cluster that has gone back', async () => {
    await take();
    change({ ceiling: '99999999999' });
    expect((await take()).reasons.join()).toMatch(/gone back/);
  });

  test('too many transactions to be remembered', async () => {
    await take();
    change({ seen: null });
    expect(await take()).toMatchObject({ promise: 'may-repeat', ids: [1, 2, 3] });
  });

  test('a view', async () => {
    await db.query('ALTER TABLE t RENAME TO base; CREATE VIEW t AS SELECT * FROM base');
    expect((await take()).ids).toEqual([1, 2, 3]);
    await db.query('INSERT INTO base VALUES (4, 0)');
    const { ids, promise, reasons } = await take();
    expect(ids).toContain(4);
    expect(promise).toBe('may-repeat-in-window');
    expect(reasons.join()).toMatch(/view/);
  });
});

test('a user who may not see other sessions: the bound is lifted, and nothing is lost', async () => {
  await db.query(`CREATE ROLE poor LOGIN PASSWORD 'poor'; GRANT SELECT ON t TO poor`);
  const busy = await db.connect();
  try {
    await busy.query(`BEGIN; INSERT INTO t VALUES (9, 0, '1999-01-01')`);
    const spec = watermarkSpecSchema.parse({ column: 'changed' });
    const access = { settings: { ...settingsOf(db), user: 'poor' }, password: 'poor' };
    const run = async (from: Position | null) => {
      const reading = readIncrement({ access, table: 't', spec, position: from, warp: (at) => at });
      for (;;) {
        const { done, value } = await reading.next();
        if (done === true) return value;
      }
    };
    const first = await run(null);
    expect(first.position.scanFrom).toBeNull();
    await busy.query('COMMIT');
    expect((await run(first.position)).rows.map(({ id }) => id)).toEqual([9]);
  } finally {
    await busy.end();
    await db.query('REVOKE ALL ON t FROM poor; DROP ROLE poor');
  }
});

describe('columns that can be a watermark', () => {
  test.each([
    ['timestamp', `'2026-01-01 10:00:00.123456'`],
    ['date', `'2026-01-01'`],
    ['smallint', '5'],
    ['bigint', '9007199254740993'],
    ['numeric', '1.000000000000000000001'],
    ['uuid', `'01980000-0000-7000-8000-000000000000'`],
    ['text', `'b'`],
  ])('%s, exactly', async (type, value) => {
    await db.query(`ALTER TABLE t DROP COLUMN changed; ALTER TABLE t ADD COLUMN changed ${type}`);
    await db.query(`UPDATE t SET changed = ${value}`);
    const { position: reached, ids } = await take();
    expect(ids).toEqual([1, 2, 3]);
    const { rows } = await db.query<{ text: string }>('SELECT max(changed::text) AS text FROM t');
    expect(reached.watermark).toBe(rows[0]!.text);
    const late = await db.connect();
    await late.query(`BEGIN; INSERT INTO t VALUES (50, 0, ${value})`);
    await db.query(`INSERT INTO t VALUES (51, 0, ${value}), (52, 0, NULL)`);
    // Values of a time that has passed are below the bound, which is what the bound is for.
    const unbounded = { margin: 'unbounded' };
    const first = await take(unbounded);
    await late.query('COMMIT');
    const second = await take(unbounded);
    if (['timestamp', 'date', 'uuid'].includes(type)) return;
    expect(first.ids).toEqual([51, 52]);
    expect(second.ids).toEqual([50]);
  });

  test('infinity and NaN are no watermark: nothing would ever be above', async () => {
    await db.query(`INSERT INTO t VALUES (4, 0, 'infinity')`);
    expect((await take()).position.watermark).not.toBe('infinity');
    expect((await take()).ids).toEqual([]);
  });

  test('a type without an order is refused', async () => {
    await db.query(`ALTER TABLE t DROP COLUMN changed; ALTER TABLE t ADD COLUMN changed jsonb`);
    await expect(take()).rejects.toMatchObject({ code: 'CONFIG_INVALID_INPUT' });
  });
});

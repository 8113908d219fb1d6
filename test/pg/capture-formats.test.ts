/**
 * What a capture of a real server writes is read back in every format, by two readers: the replay of Sluice, which is to find
 * every row of every type, and DuckDB, which shares no code with it.
 */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { CaptureStatus } from '../../electron/contract/capture-status.ts';
import type { CaptureFormat } from '../../electron/contract/capture-spec.ts';
import type { Compression } from '../../electron/contract/format.ts';
import { CAPTURED, CHANGE_TABLES, KEYED, MAKE_TABLES } from '../harness/capture/captured-tables.ts';
import { DuckDb } from '../harness/duckdb.ts';
import { SOURCE, TestEngine } from '../harness/engine/test-engine.ts';
import type { Database } from '../harness/postgres/database.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { makeTemporaryFolder } from '../harness/temporary-folder.ts';

const postgres = sharedPostgres({ settings: { wal_level: 'logical', logical_decoding_work_mem: '64kB' } });

const NAME = 'formats';

/** Runs until everything that is committed is durable. @throws Error where the capture fails */
async function captureUpToNow(
  engine: TestEngine,
  folder: string,
  format: CaptureFormat,
  compression: Compression,
  names: readonly string[] = CAPTURED,
): Promise<CaptureStatus> {
  engine.events.length = 0;
  const tables = names.map((name) => ({ schema: 'public', name }));
  const spec = {
    name: NAME,
    source: { profile: SOURCE },
    destination: { folder },
    tables,
    format,
    rollRows: 20,
    compression,
  };
  await engine.call('capture.start', { spec, until: 'current' });
  const event = await engine.heard(
    (one) =>
      one.type === 'capture' &&
      one.status.process === null &&
      (one.status.phase === 'stopped' || one.status.phase === 'failed'),
  );
  if (event.type !== 'capture') throw new Error('not a capture');
  expect(event.status.lastError?.error ?? null).toBeNull();
  // That it has ended is told before it is written down, and until then it cannot be started again.
  await engine.call('capture.stop', { name: NAME });
  return event.status;
}

async function expectVerified(
  engine: TestEngine,
  folder: string,
  names: readonly string[] = CAPTURED,
): Promise<void> {
  const found = await engine.call('capture.verify', {
    destination: { folder },
    name: NAME,
    source: { profile: SOURCE },
  });
  expect(found).toMatchObject({ logProblems: [], objectProblems: [], proved: true });
  expect(found.tables.map(({ table }) => table.name).toSorted()).toEqual(names.toSorted());
  for (const { table, compared, irregular, note } of found.tables) {
    const counts = { missing: 0, extra: 0, different: 0 };
    expect({ table, irregular, note, compared }).toMatchObject({
      irregular: 0,
      note: null,
      compared: counts,
    });
    expect(compared?.rows).toBeGreaterThan(2);
  }
}

/** Of each row what both write alike. A bag has no unknown values; NaN is NULL in DuckDB's decimals, with Parquet. */
async function expectTheSameInDuckDb(engine: TestEngine, folder: string, db: Database): Promise<void> {
  const { scripts } = await engine.call('capture.script', {
    destination: { folder },
    name: NAME,
    target: 'duckdb',
  });
  const wanted = [...KEYED, 'whole', 'keyless'] as const;
  using duck = await DuckDb.open();
  for (const name of wanted) {
    const { text = '' } = scripts.find(({ table }) => table.name === name) ?? {};
    await duck.run(text);
    const remark = name === 'altered' ? 'remark' : 'note';
    const keyed = (KEYED as readonly string[]).includes(name);
    const from = keyed ? `"${name}"` : `(SELECT *, unnest(range(_copies::BIGINT)) FROM "${name}")`;
    // A large value that went with its row to another key is not known to a query, and said to be so.
    const unknown = keyed
      ? (await duck.texts(`SELECT id FROM ${from} WHERE contains(_unknown, 'large')`)).map(([id]) => id)
      : [];
    if (name === 'By Key') expect(unknown).toEqual(['107']);
    const known = `isfinite("at") AND NOT id IN (${[0, ...unknown].join(', ')})`;
    const found = await duck.texts(
      `SELECT id, ${remark}, md5(large), epoch_us("at") FROM ${from} WHERE ${known}`,
    );
    const { rows } = await db.query<{ row: (string | null)[] }>(
      `SELECT array[id::text, ${remark}, md5(large), (extract(epoch FROM at) * 1000000)::bigint::text] AS row
         FROM "${name}" WHERE ${known}`,
    );
    const sorted = (all: readonly (readonly unknown[])[]) => all.map((row) => JSON.stringify(row)).toSorted();
    expect({ name, rows: sorted(found) }).toEqual({ name, rows: sorted(rows.map(({ row }) => row)) });
  }
}

test.each(['jsonl', 'flat', 'parquet'] as const)(
  'every type, identity and kind of change, as %s',
  { timeout: 240_000 },
  async (format) => {
    await using folder = await makeTemporaryFolder('formats');
    await using db = await postgres().createDatabase();
    await using engine = await TestEngine.start();
    await engine.useDatabase(db);
    await db.query(MAKE_TABLES);
    await captureUpToNow(engine, folder.path, format, 'gzip');
    await expectVerified(engine, folder.path);
    for (const sql of CHANGE_TABLES) await db.query(sql);
    await captureUpToNow(engine, folder.path, format, 'zstd');
    await expectVerified(engine, folder.path);
    await expectTheSameInDuckDb(engine, folder.path, db);
    const done = await engine.call('capture.compact', {
      destination: { folder: folder.path },
      name: NAME,
      targetBytes: 16 * 1024 ** 2,
    });
    expect(done.replaced).toBeGreaterThan(5);
    await expectVerified(engine, folder.path);
    await expectTheSameInDuckDb(engine, folder.path, db);
    const { rows } = await db.query<{ slot: string }>('SELECT slot_name AS slot FROM pg_replication_slots');
    for (const { slot } of rows) await engine.call('capture.drop', { name: NAME, confirm: slot });
  },
);

test.each(['jsonl', 'flat', 'parquet'] as const)(
  'E9: a table of 1,600 columns is captured, as %s',
  { timeout: 120_000 },
  async (format) => {
    await using folder = await makeTemporaryFolder('wide');
    await using db = await postgres().createDatabase();
    await using engine = await TestEngine.start();
    await engine.useDatabase(db);
    const types = ['text', 'int', 'timestamptz', 'numeric(9,2)', 'jsonb', 'bool', 'date', 'text[]'];
    const columns = Array.from({ length: 1_599 }, (_, i) => `c${i} ${types[i % types.length]!}`);
    await db.query(`CREATE TABLE wide (id int PRIMARY KEY, ${columns.join(', ')});
      INSERT INTO wide (id, c0, c1592) VALUES (1, 'a', 'ä'), (2, NULL, NULL), (3, 'c', 'c')`);
    await captureUpToNow(engine, folder.path, format, 'zstd', ['wide']);
    await db.query(`UPDATE wide SET c1591 = '{x}', c1597 = true, c2 = now() WHERE id = 2;
      DELETE FROM wide WHERE id = 3; INSERT INTO wide (id, c1593) VALUES (4, 4), (5, NULL)`);
    const status = await captureUpToNow(engine, folder.path, format, 'zstd', ['wide']);
    expect(status.lastError).toBeNull();
    await expectVerified(engine, folder.path, ['wide']);
    const { scripts } = await engine.call('capture.script', {
      destination: { folder: folder.path },
      name: NAME,
      target: 'duckdb',
    });
    using duck = await DuckDb.open();
    await duck.run(scripts[0]?.text ?? '');
    expect(await duck.texts('SELECT id, c0, c1592, c1591, c1593 FROM wide ORDER BY id')).toEqual([
      ['1', 'a', 'ä', null, null],
      ['2', null, null, expect.stringContaining('x'), null],
      ['4', null, null, null, '4'],
      ['5', null, null, null, null],
    ]);
  },
);

test('C13: who reads lines as Debezium writes them, by the key alone, has the rows of the table when keys change', async () => {
  await using folder = await makeTemporaryFolder('moved');
  await using db = await postgres().createDatabase();
  await using engine = await TestEngine.start();
  await engine.useDatabase(db);
  await db.query(`CREATE TABLE moved (a int, b text, v text, large text, PRIMARY KEY (a, b));
    ALTER TABLE moved ALTER large SET STORAGE EXTERNAL;
    INSERT INTO moved SELECT i, 'b' || i, 'v', repeat('x', 3000) || i FROM generate_series(1, 9) i`);
  await captureUpToNow(engine, folder.path, 'jsonl', 'none', ['moved']);
  await db.query(`UPDATE moved SET a = a + 100 WHERE a < 4; UPDATE moved SET b = 'c' WHERE a = 5;
    UPDATE moved SET a = 1, v = 'back' WHERE a = 101; UPDATE moved SET v = 'stays' WHERE a = 6;
    BEGIN; DELETE FROM moved WHERE a = 7; UPDATE moved SET a = 7, b = 'b7' WHERE a = 8; COMMIT;
    UPDATE moved SET large = 'other', b = 'd' WHERE a = 9`);
  await captureUpToNow(engine, folder.path, 'jsonl', 'none', ['moved']);
  const rows = new Map<string, unknown>();
  for (const name of (await readdir(folder.path, { recursive: true }))
    .filter((each) => each.endsWith('.jsonl'))
    .toSorted(byPosition)) {
    const lines = (await readFile(path.join(folder.path, name), 'utf8')).trimEnd().split('\n');
    for (const line of lines) {
      const { op, before, after } = JSON.parse(line) as DebeziumLine;
      expect(op).not.toBe('t');
      if (op === 'd') rows.delete(keyOf(before));
      else rows.set(keyOf(after), after?.['v']);
      if (op === 'u') expect(before === null || keyOf(before) === keyOf(after)).toBe(true);
    }
  }
  const { rows: truth } = await db.query<{ a: number; b: string; v: string }>('SELECT a, b, v FROM moved');
  expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(truth.map((row) => [keyOf(row), row.v])));
  // The replay knows more: what an update did not touch has gone with its row.
  await expectVerified(engine, folder.path, ['moved']);
});

interface DebeziumLine {
  readonly op: 'r' | 'c' | 'u' | 'd' | 't';
  readonly before: Record<string, unknown> | null;
  readonly after: Record<string, unknown> | null;
}

function keyOf(row: { readonly a?: unknown; readonly b?: unknown } | null): string {
  return JSON.stringify([row?.a, row?.b]);
}

/** Snapshots, whose names begin with a letter, come before the changes. */
function byPosition(one: string, other: string): number {
  return path.basename(one) < path.basename(other) ? -1 : 1;
}

/** Rows pulled page by page from a cursor, while somebody looks. */
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { PreviewCell } from '../../electron/contract/preview.ts';
import { PreviewCursor } from '../../electron/engine/postgres/preview-cursor.ts';
import { comesBack } from '../harness/comes-back.ts';
import { TestEngine, settingsOf } from '../harness/engine/test-engine.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { endSessions } from '../harness/postgres/end-sessions.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { TcpProxy } from '../harness/tcp-proxy.ts';

const postgres = sharedPostgres();
let db: TemporaryDatabase;
let engine: TestEngine;
let connectionId: string;
const never = new AbortController().signal;

beforeAll(async () => {
  db = await postgres().createDatabase();
  engine = await TestEngine.start();
  connectionId = await engine.useDatabase(db);
  await db.query(`
    CREATE TABLE numbers AS SELECT i, 'row ' || i AS label FROM generate_series(0, 9999) i;
    CREATE TABLE empty (a int, b text);
    CREATE VIEW slow AS SELECT i, pg_sleep(0.05)::text AS s FROM generate_series(1, 100000) i`);
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await db.drop();
});

const ref = (name: string, schema = 'public') => ({ schema, name });
const access = () => ({ settings: settingsOf(db), password: db.password });
const openCursor = (name: string, idleLimitMs?: number) =>
  PreviewCursor.open(access(), ref(name), never, idleLimitMs);

async function openPreview(name: string, schema?: string) {
  return await engine.call('preview.open', { connectionId, relation: ref(name, schema) });
}

/** What the server says about our sessions on this database. */
async function sessions(): Promise<{ state: string; xact: boolean; query: string }[]> {
  const { rows } = await db.query<{ state: string; xact: boolean; query: string }>(
    `SELECT state, xact_start IS NOT NULL AS xact, query FROM pg_stat_activity
      WHERE application_name = 'sluice' AND datname = current_database()`,
  );
  return rows;
}

const firstColumn = ({ rows }: { rows: readonly (readonly PreviewCell[])[] }) => rows.map(([cell]) => cell);
const numbers = (from: number, count: number) => Array.from({ length: count }, (_, i) => String(from + i));

describe('pages', () => {
  test('go forward and back, and far, and come again', async () => {
    await using cursor = await openCursor('numbers');
    expect(cursor.columns.map(({ name, type }) => [name, type])).toEqual([
      ['i', 'integer'],
      ['label', 'text'],
    ]);
    for (const [from, count] of [
      [0, 100],
      [100, 100],
      [50, 10],
      [9_000, 200],
      [0, 3],
      [4_999, 1],
      [4_999, 1],
      [9_200, 800],
      [1, 1],
    ] as const) {
      const page = await cursor.page(from, count, never);
      expect(page).toMatchObject({ from, end: false, reopened: false });
      expect(firstColumn(page)).toEqual(numbers(from, count));
    }
  });

  test('say where the end is, and stay there', async () => {
    await using cursor = await openCursor('numbers');
    expect(await cursor.page(9_990, 100, never)).toMatchObject({ end: true });
    expect(firstColumn(await cursor.page(9_990, 10, never))).toEqual(numbers(9_990, 10));
    expect(await cursor.page(10_000, 10, never)).toMatchObject({ rows: [], end: true });
    expect(await cursor.page(10_000, 10, never)).toMatchObject({ rows: [], end: true });
    expect(await cursor.page(1_000_000, 10, never)).toMatchObject({ rows: [], end: true });
    expect(firstColumn(await cursor.page(9_999, 10, never))).toEqual(['9999']);
    expect(firstColumn(await cursor.page(0, 2, never))).toEqual(['0', '1']);
  });

  test('asked for at the same time come one after the other, each with its own rows', async () => {
    await using cursor = await openCursor('numbers');
    const froms = [0, 5_000, 100, 9_990, 5_010, 3];
    const pages = await Promise.all(froms.map((from) => cursor.page(from, 5, never)));
    expect(pages.map((page) => firstColumn(page))).toEqual(froms.map((from) => numbers(from, 5)));
  });

  test('of an empty table are at the end at once', async () => {
    const { previewId, columns } = await openPreview('empty');
    expect(columns).toEqual([
      { name: 'a', type: 'integer' },
      { name: 'b', type: 'text' },
    ]);
    expect(await engine.call('preview.page', { previewId, from: 0, count: 10 })).toEqual({
      from: 0,
      rows: [],
      end: true,
      reopened: false,
    });
    await engine.call('preview.close', { previewId });
  });

  test('of a table without columns have rows without cells', async () => {
    await db.query(
      'CREATE TABLE nothing (); INSERT INTO nothing DEFAULT VALUES; INSERT INTO nothing DEFAULT VALUES',
    );
    await using cursor = await openCursor('nothing');
    expect(await cursor.page(0, 10, never)).toMatchObject({ rows: [[], []], end: true });
  });

  test('see one snapshot: rows that are written later do not move them', async () => {
    await db.query('CREATE TABLE moving AS SELECT generate_series(1, 10) AS i');
    await using cursor = await openCursor('moving');
    expect(firstColumn(await cursor.page(0, 3, never))).toEqual(['1', '2', '3']);
    await db.query('DELETE FROM moving WHERE i < 5');
    await db.query('INSERT INTO moving VALUES (99)');
    expect(firstColumn(await cursor.page(0, 100, never))).toEqual(numbers(1, 10));
  });

  test.each(['view', 'materialized view', 'partitioned table', 'foreign table'])('of a %s', async (kind) => {
    const name = kind.replaceAll(' ', '_');
    const make: Record<string, string> = {
      view: `CREATE VIEW ${name} AS SELECT * FROM numbers ORDER BY i DESC`,
      materialized_view: `CREATE MATERIALIZED VIEW ${name} AS SELECT * FROM numbers ORDER BY i DESC`,
      partitioned_table: `CREATE TABLE ${name} (i int, label text) PARTITION BY RANGE (i);
        CREATE TABLE part_1 PARTITION OF ${name} FOR VALUES FROM (5000) TO (20000);
        CREATE TABLE part_2 PARTITION OF ${name} FOR VALUES FROM (0) TO (5000);
        INSERT INTO ${name} SELECT * FROM numbers`,
      foreign_table: `CREATE EXTENSION IF NOT EXISTS file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
        COPY numbers TO '${postgres().dataFolder}/numbers.csv' (FORMAT csv);
        CREATE FOREIGN TABLE ${name} (i int, label text) SERVER files
          OPTIONS (filename '${postgres().dataFolder}/numbers.csv', format 'csv')`,
    };
    await db.query(make[name]!);
    await using cursor = await openCursor(name);
    const all = [];
    for (let from = 0; from < 10_000; from += 1_000)
      all.push(...firstColumn(await cursor.page(from, 1_000, never)));
    expect(all.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 10_000 }, (_, i) => i));
    // And back again: the same rows in the same places.
    expect(firstColumn(await cursor.page(500, 10, never))).toEqual(all.slice(500, 510));
  });
});

describe('values', () => {
  test('NULL is not the empty string, and blanks of char(n) stay', async () => {
    await db.query(`CREATE TABLE blanks (a text, b char(5), c varchar(5), d char(5));
      CREATE DOMAIN code AS char(4); ALTER TABLE blanks ADD e code;
      INSERT INTO blanks VALUES (NULL, 'ab', '', NULL, 'x')`);
    await using cursor = await openCursor('blanks');
    const { rows } = await cursor.page(0, 1, never);
    expect(rows).toEqual([[null, 'ab   ', '', null, 'x   ']]);
  });

  test('that are long are cut, and come whole when they are asked for', async () => {
    await db.query(`CREATE TABLE longs (id int, t text, j jsonb, a int[], v varchar(10), b bytea, n text);
      INSERT INTO longs VALUES
        (1, repeat('ä', 2000), '{}', '{1}', 'short', '\\x00', NULL),
        (2, repeat('ä', 2001), jsonb_build_object('k', repeat('x', 5000)), (SELECT array_agg(i) FROM generate_series(1, 3000) i),
         'short', decode(repeat('ff', 3000), 'hex'), '')`);
    await using cursor = await openCursor('longs');
    const { rows } = await cursor.page(0, 2, never);
    expect(rows[0]).toEqual(['1', 'ä'.repeat(2_000), '{}', '{1}', 'short', '\\x00', null]);
    expect(rows[1]![1]).toEqual({ cut: 'ä'.repeat(2_000), length: 2_001 });
    expect(rows[1]![2]).toMatchObject({ length: 5_009 });
    expect(rows[1]!.slice(4)).toEqual(['short', { cut: `\\x${'f'.repeat(1_998)}`, length: 6_002 }, '']);
    expect(await cursor.value(1, 1, never)).toBe('ä'.repeat(2_001));
    expect(await cursor.value(1, 2, never)).toBe(`{"k": "${'x'.repeat(5_000)}"}`);
    expect(await cursor.value(1, 3, never)).toBe(`{${numbers(1, 3_000).join(',')}}`);
    expect(await cursor.value(1, 5, never)).toBe(`\\x${'ff'.repeat(3_000)}`);
    expect(await cursor.value(0, 1, never)).toBe('ä'.repeat(2_000));
    expect(await cursor.value(0, 0, never)).toBe('1');
    expect(await cursor.value(0, 6, never)).toBeNull();
    expect(await cursor.value(1, 6, never)).toBe('');
    expect(await cursor.value(2, 0, never)).toBeNull();
    // The page cursor has not lost its place.
    expect(firstColumn(await cursor.page(1, 1, never))).toEqual(['2']);
  });

  test('of a page with a value of 20 MB in each row do not travel whole', async () => {
    await db.query(`CREATE TABLE huge AS SELECT i, repeat('x', 20000000) AS t FROM generate_series(1, 2) i`);
    await using proxy = await TcpProxy.start({ port: db.port });
    await using cursor = await PreviewCursor.open(
      { settings: { ...settingsOf(db), port: proxy.port }, password: db.password },
      ref('huge'),
      never,
    );
    const { rows } = await cursor.page(0, 2, never);
    expect(rows[0]![1]).toEqual({ cut: 'x'.repeat(2_000), length: 20_000_000 });
    expect(proxy.received).toBeLessThan(20_000);
    expect(await cursor.value(0, 1, never)).toHaveLength(4 * 1024 * 1024);
  });

  test('belong to the row that the page shows, also where an index alone could give them', async () => {
    // Loaded in another order than that of the index, so that an index scan gives other rows.
    await db.query(`
      CREATE TABLE shuffled AS
        SELECT (i * 7919) % 10007 AS k, repeat('wide ', 40) AS filler FROM generate_series(1, 10006) i;
      CREATE INDEX ON shuffled (k)`);
    await db.query('VACUUM ANALYZE shuffled');
    await using cursor = await openCursor('shuffled');
    const page = await cursor.page(100, 5, never);
    const values = [];
    for (let row = 100; row < 105; row++) values.push(await cursor.value(row, 0, never));
    expect(values).toEqual(firstColumn(page));
  });

  test('of a column that is not there are refused by its name', async () => {
    await using cursor = await openCursor('numbers');
    await expect(cursor.value(0, 2, never)).rejects.toMatchObject({
      code: 'CONFIG_INVALID_INPUT',
      details: { field: 'column' },
    });
    expect(firstColumn(await cursor.page(0, 1, never))).toEqual(['0']);
  });

  test.each(['say "x"', 'drop table', 'ä受😀', 'dotted.name', "O'Brien", ' ', 'select'])(
    'of a column and a table named %j',
    async (name) => {
      const quoted = `"${name.replaceAll('"', '""')}"`;
      await db.query(`CREATE TABLE ${quoted} (${quoted} text); INSERT INTO ${quoted} VALUES ('v')`);
      const { previewId, columns } = await openPreview(name);
      expect(columns).toEqual([{ name, type: 'text' }]);
      const { rows } = await engine.call('preview.page', { previewId, from: 0, count: 5 });
      expect(rows).toEqual([['v']]);
      expect(await engine.call('preview.value', { previewId, row: 0, column: 0 })).toEqual({ value: 'v' });
      await engine.call('preview.close', { previewId });
      await db.query(`DROP TABLE ${quoted}`);
    },
  );
});

describe('the transaction behind a preview', () => {
  test('is READ ONLY, and ended when the preview is closed', async () => {
    const { previewId } = await openPreview('numbers');
    await engine.call('preview.page', { previewId, from: 0, count: 10 });
    expect((await sessions()).map(({ state, xact }) => [state, xact])).toEqual([
      ['idle in transaction', true],
    ]);
    await engine.call('preview.close', { previewId });
    await expect.poll(sessions).toEqual([]);
    await expect(engine.call('preview.page', { previewId, from: 0, count: 10 })).rejects.toMatchObject({
      code: 'SOURCE_PREVIEW_CLOSED',
    });
    // Closing twice, or what was never open, is fine.
    expect(await engine.call('preview.close', { previewId })).toEqual({});
  });

  test('is ended after the idle limit; the next page opens it again and says so', async () => {
    await using cursor = await openCursor('numbers', 150);
    expect(await cursor.page(5_000, 2, never)).toMatchObject({ reopened: false });
    await expect.poll(sessions).toEqual([]);
    const again = await cursor.page(5_002, 2, never);
    expect(again.reopened).toBe(true);
    expect(firstColumn(again)).toEqual(['5002', '5003']);
    expect(await cursor.page(5_004, 2, never)).toMatchObject({ reopened: false });
    await expect.poll(sessions).toEqual([]);
    expect(await cursor.value(7, 0, never)).toBe('7');
  });

  test('lives on while pages are asked for', async () => {
    // The clock of the limit is moved on by hand, longer than the limit in all.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true });
    onTestFinished(() => void vi.useRealTimers());
    await using cursor = await openCursor('numbers', 60_000);
    for (let from = 0; from < 8; from++) {
      const page = await cursor.page(from, 1, never);
      expect(page.reopened).toBe(false);
      await vi.advanceTimersByTimeAsync(20_000);
    }
  });

  test('opens again after the connection was cut', async () => {
    await using cursor = await openCursor('numbers');
    await cursor.page(0, 10, never);
    await endSessions(db);
    await expect.poll(sessions).toEqual([]);
    await expect(cursor.page(10, 1, never)).rejects.toMatchObject({
      code: expect.stringMatching(/^SOURCE_(SHUTDOWN|CONNECTION_LOST)$/) as string,
    });
    const page = await cursor.page(10, 1, never);
    expect(page.reopened).toBe(true);
    expect(firstColumn(page)).toEqual(['10']);
  });

  test('is given up when the caller gives up: the query ends on the server', async () => {
    await using cursor = await openCursor('slow');
    const controller = new AbortController();
    const page = cursor.page(1_000, 10, controller.signal);
    await expect.poll(async () => (await sessions()).some(({ state }) => state === 'active')).toBe(true);
    controller.abort(new Error('enough'));
    // The page itself takes fifty seconds.
    await expect(comesBack(() => page)).rejects.toThrow('enough');
    await expect.poll(sessions).toEqual([]);
  });

  test('is given up when the preview is closed while a page is on its way', async () => {
    const { previewId } = await openPreview('slow');
    const page = engine.call('preview.page', { previewId, from: 1_000, count: 10 });
    page.catch(() => undefined);
    await expect.poll(async () => (await sessions()).some(({ state }) => state === 'active')).toBe(true);
    await comesBack(() => engine.call('preview.close', { previewId }));
    await expect(page).rejects.toMatchObject({ code: 'SOURCE_PREVIEW_CLOSED' });
    await expect.poll(sessions).toEqual([]);
  });
});

describe('what can go wrong', () => {
  test.each([
    ['a table that is not there', 'nowhere', 'public'],
    ['a schema that is not there', 'numbers', 'nowhere'],
    ['a name with other capitals', 'Numbers', 'public'],
  ])('%s', async (_, name, schema) => {
    await expect(openPreview(name, schema)).rejects.toMatchObject({ code: 'SOURCE_NO_RELATION' });
    await expect.poll(sessions).toEqual([]);
  });

  test('a table without the privilege to read it', async () => {
    await db.query(`CREATE ROLE stranger LOGIN PASSWORD 's'`);
    const stranger = { settings: { ...settingsOf(db), user: 'stranger' }, password: 's' };
    await expect(PreviewCursor.open(stranger, ref('numbers'), never)).rejects.toMatchObject({
      code: 'SOURCE_PERMISSION_DENIED',
    });
    await expect.poll(sessions).toEqual([]);
  });

  test('a table that was dropped while nobody looked', async () => {
    await db.query('CREATE TABLE short_lived AS SELECT 1 AS a');
    await using cursor = await openCursor('short_lived', 100);
    await expect.poll(sessions).toEqual([]);
    await db.query('DROP TABLE short_lived');
    await expect(cursor.page(0, 1, never)).rejects.toMatchObject({ code: 'SOURCE_NO_RELATION' });
  });

  test('a column that was added while nobody looked does not shift the others', async () => {
    await db.query('CREATE TABLE growing (a int, b int); INSERT INTO growing VALUES (1, 2)');
    await using cursor = await openCursor('growing', 100);
    await expect.poll(sessions).toEqual([]);
    await db.query('ALTER TABLE growing DROP COLUMN a, ADD c text DEFAULT repeat($$x$$, 3000)');
    // Its columns were given out when it was opened: other ones need a new preview.
    await expect(cursor.page(0, 1, never)).rejects.toMatchObject({ code: 'SOURCE_PREVIEW_CLOSED' });
  });
});

test('of more than eight previews the one that was not used for longest makes room', async () => {
  const opened = [];
  for (let i = 0; i < 8; i++) opened.push((await openPreview('numbers')).previewId);
  await engine.call('preview.page', { previewId: opened[0]!, from: 0, count: 1 });
  const { previewId: ninth } = await openPreview('numbers');
  await expect.poll(async () => (await sessions()).length).toBe(8);
  await expect(
    engine.call('preview.page', { previewId: opened[1]!, from: 0, count: 1 }),
  ).rejects.toMatchObject({
    code: 'SOURCE_PREVIEW_CLOSED',
  });
  for (const previewId of [opened[0]!, ninth]) {
    expect(firstColumn(await engine.call('preview.page', { previewId, from: 3, count: 1 }))).toEqual(['3']);
  }
  for (const previewId of [...opened, ninth]) await engine.call('preview.close', { previewId });
  await expect.poll(sessions).toEqual([]);
});

test('closing the engine closes every preview', async () => {
  const own = await TestEngine.start();
  const id = await own.useDatabase(db);
  await own.call('preview.open', { connectionId: id, relation: ref('numbers') });
  await own.call('preview.open', { connectionId: id, relation: ref('empty') });
  await own[Symbol.asyncDispose]();
  await expect.poll(sessions).toEqual([]);
});

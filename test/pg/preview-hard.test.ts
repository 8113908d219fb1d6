/** Previews of what is wide, long, not to be read, or no text. */
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PreviewCursor } from '../../electron/engine/postgres/preview-cursor.ts';
import { TestEngine, failure, settingsOf, success } from '../harness/engine/test-engine.ts';
import { TemporaryDatabase } from '../harness/postgres/database.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { TcpProxy } from '../harness/tcp-proxy.ts';

const postgres = sharedPostgres();
let db: TemporaryDatabase;
let engine: TestEngine;
const never = new AbortController().signal;

beforeAll(async () => {
  db = await postgres().createDatabase();
  engine = await TestEngine.start();
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await db.drop();
});

function open(name: string, { schema, user, port }: { schema?: string; user?: string; port?: number } = {}) {
  const settings = settingsOf(db);
  const access = {
    settings: { ...settings, user: user ?? settings.user, port: port ?? settings.port },
    password: user === undefined ? db.password : 'secret',
  };
  return PreviewCursor.open(access, { schema, name }, never);
}

test.each([900, 1_600])('E9: a table of %i columns of mixed types has a preview', async (width) => {
  const types = ['text', 'int', 'timestamptz', 'numeric', 'jsonb', 'bytea', 'text[]', 'char(3)'];
  const columns = Array.from({ length: width }, (_, i) => `c${i} ${types[i % types.length]!}`);
  await db.query(`CREATE TABLE wide_${width} (${columns.join(', ')});
    INSERT INTO wide_${width} (c0, c3, c7) VALUES (repeat('ä', 3000), 1.50, 'x')`);
  await using cursor = await open(`wide_${width}`);
  const { rows } = await cursor.page(0, 10, never);
  expect(rows[0]).toHaveLength(width);
  expect(rows[0]!.slice(1, 8)).toEqual([null, null, '1.50', null, null, null, 'x  ']);
  expect(rows[0]![0]).toMatchObject({ length: 3_000 });
  expect(await cursor.value(0, 0, never)).toBe('ä'.repeat(3_000));
});

test('E13: values of every type that can be long are cut by the server, and stay what COPY writes', async () => {
  await db.query(
    `
    CREATE DOMAIN blanks AS char(5); CREATE DOMAIN blanks2 AS blanks; CREATE DOMAIN bytes AS bytea;
    CREATE DOMAIN wide_blanks AS bpchar; CREATE DOMAIN wide_blanks2 AS wide_blanks;
    CREATE TYPE pair AS (a text, b int);
    CREATE TABLE longs (
      a bpchar, b wide_blanks2, c bit varying, d numeric, e text[], f bytea, g json, h jsonb, i tsvector, j pair, k xml,
      l int4multirange, m bytes, n char(30000), o hstore_like, p path)`.replace('o hstore_like, ', ''),
  );
  await db.query(`INSERT INTO longs VALUES (
    repeat('x', 3000000) || '  ', repeat('y', 3000000) || '  ', repeat('1', 3000000)::varbit,
    (repeat('9', 100000) || '.50')::numeric,
    ARRAY[repeat('z', 3000000)], decode(repeat('ff', 3000000), 'hex'), to_json(repeat('j', 3000000)),
    to_jsonb(repeat('k', 3000000)), (SELECT string_agg('w' || i, ' ') FROM generate_series(1, 20000) i)::tsvector,
    ROW(repeat('r', 3000000), NULL), xmlcomment(repeat('c', 3000000)),
    (SELECT range_agg(int4range(i * 3, i * 3 + 1)) FROM generate_series(1, 20000) i), decode(repeat('00', 3000000), 'hex'), 'n',
    NULL)`);
  await db.query(`ALTER TABLE longs ADD z blanks2; UPDATE longs SET z = 'ab'`);
  await db.query(
    `INSERT INTO longs (j, a, m, z, d, n) VALUES (ROW(NULL, NULL), 'q  ', '\\xff00', 'c', 1.10, 'm')`,
  );
  await using proxy = await TcpProxy.start({ port: db.port });
  await using cursor = await open('longs', { port: proxy.port });
  const { rows } = await cursor.page(0, 2, never);
  expect(proxy.received).toBeLessThan(60_000);
  const { rows: written } = await db.query<Record<string, number>>(
    `SELECT length(textin(bpcharout(a))) AS a, length(textin(bpcharout(b))) AS b, length(c::text) AS c, length(d::text) AS d,
            length(e::text) AS e, 6000002 AS f, length(g::text) AS g, length(h::text) AS h, length(i::text) AS i,
            length(j::text) AS j, length(k::text) AS k, length(l::text) AS l, 6000002 AS m, 30000 AS n FROM longs LIMIT 1`,
  );
  for (const [index, name] of 'abcdefghijklmn'.split('').entries())
    expect([name, rows[0]![index]]).toEqual([name, { cut: expect.any(String), length: written[0]![name] }]);
  expect(rows[0]![15]).toBe('ab   ');
  expect(rows[1]![0]).toBe('q  ');
  expect(rows[1]!.slice(1, 3)).toEqual([null, null]);
  expect(rows[1]![3]).toBe('1.10');
  expect(rows[1]![9]).toBe('(,)');
  expect(rows[1]![12]).toBe('\\xff00');
  expect(rows[1]![15]).toBe('c    ');
  expect(await cursor.value(0, 0, never)).toBe(`${'x'.repeat(3_000_000)}  `);
});

test('E12: a role that may read two columns sees these two, and is told of the others', async () => {
  await db.query(`CREATE ROLE two_columns LOGIN PASSWORD 'secret';
    CREATE TABLE partly (a int, b text, c text, d int); INSERT INTO partly VALUES (1, 'b', 'secret', 4);
    CREATE VIEW partly_view AS SELECT * FROM partly;
    CREATE TABLE partly_root (a int, b text, c text, d int) PARTITION BY LIST (a);
    CREATE TABLE partly_leaf PARTITION OF partly_root DEFAULT; INSERT INTO partly_root SELECT * FROM partly;
    GRANT SELECT (b, d) ON partly, partly_view, partly_root TO two_columns`);
  for (const name of ['partly', 'partly_view', 'partly_root']) {
    await using cursor = await open(name, { user: 'two_columns' });
    expect(cursor.columns.map((column) => column.name)).toEqual(['b', 'd']);
    expect(cursor.hidden).toEqual(['a', 'c']);
    expect((await cursor.page(0, 5, never)).rows).toEqual([['b', '4']]);
    expect(await cursor.value(0, 1, never)).toBe('4');
  }
  await expect(open('partly_leaf', { user: 'two_columns' })).rejects.toMatchObject({
    code: 'SOURCE_PERMISSION_DENIED',
  });
});

test('E15: a preview finds what an extract finds, along the search_path and in the catalogue', async () => {
  await db.query(`CREATE SCHEMA other; CREATE TABLE other.only_here (i int); CREATE TABLE "Capital" (i int)`);
  await using settings = await open('pg_settings');
  expect((await settings.page(0, 5, never)).rows).toHaveLength(5);
  await using found = await open('only_here', { schema: 'other' });
  expect(found.columns).toHaveLength(1);
  await expect(open('only_here')).rejects.toMatchObject({
    code: 'SOURCE_NO_RELATION',
    message: expect.stringContaining('other.only_here') as string,
  });
  await expect(open('capital')).rejects.toMatchObject({
    message: expect.stringContaining('public.Capital') as string,
  });
  await expect(open('CAPITAL', { schema: 'PUBLIC' })).rejects.toMatchObject({
    message: expect.stringContaining('public.Capital') as string,
  });
});

test('E15: every catalogue and every view of the system has a preview', async () => {
  const { rows } = await db.query<{ schema: string; name: string }>(
    `SELECT relnamespace::regnamespace::text AS schema, relname AS name FROM pg_class
      WHERE relkind IN ('r', 'v') AND relnamespace::regnamespace::text IN ('pg_catalog', 'information_schema')`,
  );
  expect(rows.length).toBeGreaterThan(180);
  for (const { schema, name } of rows) {
    // Some need what this machine does not have: then nobody can read them.
    const readable = await db.query(`SELECT * FROM "${schema}"."${name}" LIMIT 3`).then(
      () => true,
      () => false,
    );
    if (!readable) continue;
    await using cursor = await open(name, { schema });
    await cursor.page(0, 3, never);
  }
}, 120_000);

async function databaseIn(encoding: string): Promise<TemporaryDatabase> {
  const name = `hard_${encoding.toLowerCase()}_${process.pid}`;
  await postgres().query(
    `CREATE DATABASE ${name} ENCODING '${encoding}' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'`,
  );
  const { host, port, user, password } = postgres();
  return new TemporaryDatabase({ host, port, user, password, database: name }, () =>
    postgres().query(`DROP DATABASE ${name} WITH (FORCE)`),
  );
}

test('E10: a database in SQL_ASCII shows whole characters, and what is no text as such', async () => {
  await using ascii = await databaseIn('SQL_ASCII');
  await ascii.query(
    "CREATE TABLE words (i int, p text, n varchar(20)); INSERT INTO words VALUES (1, repeat('홍길동', 2000), '홍')",
  );
  const raw = await ascii.connect();
  await raw.query(`SET client_encoding = 'SQL_ASCII'`);
  await raw.query(String.raw`INSERT INTO words VALUES (2, E'caf\xe9 홍', NULL), (3, 'plain', '')`);
  await raw.query(
    String.raw`DO $$ BEGIN EXECUTE E'CREATE TABLE "caf\xe9" ("\xe9" int)'; EXECUTE E'CREATE TABLE odd (a int, "\xe9" text, b text)'; END $$`,
  );
  await raw.query(`INSERT INTO odd VALUES (1, '둘', 'c')`);
  const access = { settings: settingsOf(ascii), password: ascii.password };
  await using cursor = await PreviewCursor.open(access, { name: 'words' }, never);
  const { rows } = await cursor.page(0, 3, never);
  expect(rows).toEqual([
    ['1', { cut: `${'홍길동'.repeat(666)}홍길`, length: 6_000 }, '홍'],
    ['2', { cut: 'caf\\xe9 홍', length: 6, escaped: true }, null],
    ['3', 'plain', ''],
  ]);
  expect(await cursor.value(0, 1, never)).toBe('홍길동'.repeat(2_000));
  expect(await cursor.value(1, 1, never)).toBe('caf\\xe9 홍');
  const connectionId = await engine.useProfile('ascii', access.settings, access.password);
  const { relations } = await engine.call('relations.list', { connectionId });
  expect(relations.map(({ name, readable }) => [name, readable])).toEqual([
    ['caf\\xe9', false],
    ['odd', true],
    ['words', true],
  ]);
  const { columns } = await engine.call('relations.describe', {
    connectionId,
    relation: { schema: 'public', name: 'odd' },
  });
  expect(columns.map(({ name }) => name)).toEqual(['a', '\\xe9', 'b']);
  await using odd = await PreviewCursor.open(access, { name: 'odd' }, never);
  expect(odd.columns.map(({ name }) => name)).toEqual(['a', '\\xe9', 'b']);
  expect((await odd.page(0, 2, never)).rows).toEqual([['1', '둘', 'c']]);
});

test('E10: a value that UTF-8 has no character for is shown as its bytes, and the rest of the page as usual', async () => {
  await using win = await databaseIn('WIN1252');
  await win.query(String.raw`CREATE TABLE words (i int, w text); INSERT INTO words VALUES (1, 'Größe €')`);
  const raw = await win.connect();
  await raw.query(`SET client_encoding = 'WIN1252'`);
  await raw.query(String.raw`INSERT INTO words VALUES (2, E'a\x81b')`);
  const access = { settings: settingsOf(win), password: win.password };
  await using cursor = await PreviewCursor.open(access, { name: 'words' }, never);
  const page = await cursor.page(0, 3, never);
  expect(page.rows[0]).toEqual(['1', 'Größe €']);
  expect(page.rows[1]![0]).toBe('2');
  expect(page.rows).toHaveLength(2);
});

test('E12: an extract of all columns is refused with those that may be read, and these can be extracted', async () => {
  const settings = { ...settingsOf(db), user: 'two_columns' };
  await engine.useProfile('two_columns', settings, 'secret');
  const run = (name: string, columns?: string[]) =>
    engine.extract({
      source: { profile: 'two_columns' },
      selection: { table: { name }, columns },
      destination: { folder: path.join(engine.dataFolder, 'two_columns') },
    });
  for (const name of ['partly', 'partly_view', 'partly_root']) {
    const refused = failure(await run(name));
    expect([refused.code, refused.message]).toEqual([
      'SOURCE_COLUMNS_DENIED',
      `You may read these columns of public.${name}: b, d; and not: a, c.`,
    ]);
    expect(failure(await run(name, ['a', 'b'])).code).toBe('SOURCE_COLUMNS_DENIED');
    expect(success(await run(name, ['b', 'd'])).rows).toBe(1);
  }
});

test('E16: what keeps a role out has a code and a hint of its own', async () => {
  const role = 'kept_out';
  await db.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret';
    CREATE TABLE guarded (i int); ALTER TABLE guarded ENABLE ROW LEVEL SECURITY; GRANT SELECT ON guarded TO ${role}`);
  const access = (database: string) => ({
    settings: { ...settingsOf(db), user: role, database },
    password: 'secret',
  });
  const code = async (database: string) => {
    try {
      await using cursor = await PreviewCursor.open(access(database), { name: 'guarded' }, never);
      return cursor.columns.length;
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  try {
    expect(await code(db.database)).toBe(1);
    expect(await code('template0')).toBe('SOURCE_DATABASE_CLOSED');
    await db.query(`ALTER ROLE ${role} SET row_security = off`);
    expect(await code(db.database)).toBe('SOURCE_ROW_SECURITY');
    await db.query(`ALTER ROLE ${role} RESET row_security; ALTER ROLE ${role} CONNECTION LIMIT 0`);
    expect(await code(db.database)).toBe('SOURCE_TOO_MANY_CONNECTIONS');
    await db.query(
      `ALTER ROLE ${role} CONNECTION LIMIT -1; REVOKE CONNECT ON DATABASE "${db.database}" FROM PUBLIC`,
    );
    expect(await code(db.database)).toBe('SOURCE_NO_CONNECT_RIGHT');
    await db.query(`GRANT CONNECT ON DATABASE "${db.database}" TO PUBLIC; ALTER ROLE ${role} NOLOGIN`);
    expect(await code(db.database)).toBe('SOURCE_LOGIN_FORBIDDEN');
    await db.query(`ALTER ROLE ${role} LOGIN VALID UNTIL '2000-01-01'`);
    expect(await code(db.database)).toBe('SOURCE_AUTH_FAILED');
  } finally {
    await db.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
});

test('E9: values of 1,000 columns of timestamps are counted', async () => {
  const columns = Array.from({ length: 1_000 }, (_, i) => `c${i} timestamptz`);
  await db.query(
    `CREATE TABLE moments (${columns.join(', ')}); INSERT INTO moments (c0, c999) VALUES ('infinity', '0044-03-01 BC')`,
  );
  const profile = 'moments';
  await engine.useProfile(profile, settingsOf(db), db.password);
  const report = await engine.call('extract.plan', {
    spec: {
      source: { profile },
      selection: { table: { name: 'moments' } },
      destination: { folder: engine.dataFolder },
      format: { kind: 'parquet' },
    },
    count: true,
  });
  expect(report.counted).toBe(true);
  expect(report.columns).toHaveLength(1_000);
});

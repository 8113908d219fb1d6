/** What Sluice runs on somebody's database: named, read only, with one statement at a time. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exitCodeOf } from '../../electron/contract/error-table.ts';
import type { ExtractSpecInput } from '../../electron/contract/extract-spec.ts';
import { Session } from '../../electron/engine/postgres/session.ts';
import { comesBack } from '../harness/comes-back.ts';
import { TestEngine, failure, settingsOf, success } from '../harness/engine/test-engine.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';

const postgres = sharedPostgres();
let db: TemporaryDatabase;
let engine: TestEngine;
let connectionId: string;

beforeAll(async () => {
  db = await postgres().createDatabase();
  engine = await TestEngine.start();
  connectionId = await engine.useDatabase(db);
  await db.query(`
    CREATE TABLE victim AS SELECT generate_series(1, 3) AS id;
    CREATE SEQUENCE counter;
    CREATE FUNCTION writes() RETURNS int LANGUAGE sql AS 'INSERT INTO victim VALUES (4) RETURNING id';
    CREATE VIEW writing_view AS SELECT writes() AS id`);
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await db.drop();
});

let keys = 0;
function specOf(selection: ExtractSpecInput['selection']) {
  const folder = path.join(engine.dataFolder, 'out');
  return { selection, destination: { folder }, key: `${String(keys++)}.csv` };
}

async function text(query: string): Promise<string> {
  const spec = specOf({ query });
  success(await engine.extract(spec));
  return await readFile(path.join(spec.destination.folder, spec.key), 'utf8');
}

test('an extract reads in one READ ONLY, REPEATABLE READ transaction with a name and a lock timeout', async () => {
  const settings = ['application_name', 'transaction_read_only', 'transaction_isolation', 'lock_timeout'];
  expect(await text(`SELECT ${settings.map((name) => `current_setting('${name}')`).join(', ')}`)).toBe(
    'sluice,on,repeatable read,10s\n',
  );
});

test('what ends idle sessions and long transactions is lifted, whatever the role has', async () => {
  const { rows } = await db.query<{ name: string }>(
    `SELECT name FROM pg_settings WHERE name = ANY ('{idle_in_transaction_session_timeout,idle_session_timeout,transaction_timeout}')`,
  );
  const names = rows.map(({ name }) => name);
  const role = `hasty_${db.database}`;
  await db.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x';
    ${names.map((name) => `ALTER ROLE ${role} SET ${name} = '1h'`).join('; ')}`);
  try {
    const settings = { ...settingsOf(db), user: role };
    await using session = await Session.open({ settings, password: 'x' }, AbortSignal.timeout(30_000));
    const found = await session.query(
      `SELECT DISTINCT current_setting(name) AS value FROM unnest('{${names.join(',')}}'::text[]) AS name`,
    );
    expect(found).toEqual([{ value: '0' }]);
  } finally {
    await db.query(`DROP ROLE ${role}`);
  }
});

test('the catalogue and the connection test are read in sessions that cannot write either', async () => {
  await using session = await Session.open(
    { settings: settingsOf(db), password: db.password },
    new AbortController().signal,
  );
  await expect(session.query('DELETE FROM victim')).rejects.toMatchObject({ code: 'SOURCE_NOT_READ_ONLY' });
  await expect(session.query('SELECT 1; SELECT 2')).rejects.toMatchObject({ code: 'SOURCE_QUERY_FAILED' });
});

describe('a query that writes is refused', () => {
  test.each([
    'SELECT writes()',
    'SELECT * FROM writing_view',
    `SELECT nextval('counter')`,
    `SELECT setval('counter', 5)`,
    'SELECT * FROM victim FOR UPDATE',
    'INSERT INTO victim VALUES (4) RETURNING id',
    'DELETE FROM victim RETURNING id',
    'UPDATE victim SET id = 5',
    'WITH gone AS (DELETE FROM victim RETURNING id) SELECT * FROM gone',
  ])('%s', async (query) => {
    const error = failure(await engine.extract(specOf({ query })));
    expect(error.code).toBe('SOURCE_NOT_READ_ONLY');
    expect(exitCodeOf(error.code)).toBe(3);
    expect(await rowsOfVictim()).toBe(3);
  });

  test('MERGE, which Postgres has since version 15', async ({ skip }) => {
    skip(Number.parseInt(postgres().version, 10) < 15);
    const query = 'MERGE INTO victim USING (SELECT 1 AS id) s ON victim.id = s.id WHEN MATCHED THEN DELETE';
    expect(failure(await engine.extract(specOf({ query }))).code).toBe('SOURCE_NOT_READ_ONLY');
    expect(await rowsOfVictim()).toBe(3);
  });

  test('and so is a table whose view writes', async () => {
    expect(failure(await engine.extract(specOf({ table: { name: 'writing_view' } }))).code).toBe(
      'SOURCE_NOT_READ_ONLY',
    );
  });
});

async function rowsOfVictim(): Promise<number> {
  const { rows } = await db.query<{ n: number }>('SELECT count(*)::int AS n FROM victim');
  return rows[0]!.n;
}

describe('text of the user cannot step out of the SELECT', () => {
  const flag = () => path.join(postgres().dataFolder, 'was-here');
  const queries = [
    'SELECT 1; DROP TABLE victim',
    'SELECT 1;DROP TABLE victim;',
    'COMMIT; DELETE FROM victim',
    'COMMIT',
    'ROLLBACK',
    'SET TRANSACTION READ WRITE',
    `SELECT set_config('transaction_read_only', 'off', false)`,
    'CREATE TABLE other (a int)',
    'CREATE TABLE other AS SELECT 1',
    'DROP TABLE victim',
    'TRUNCATE victim',
    'DO $$ BEGIN DELETE FROM victim; END $$',
    'SELECT 1 INTO other',
    `SELECT query_to_xml('DELETE FROM victim', true, false, '')`,
    `COPY (SELECT 1) TO PROGRAM 'touch FLAG'`,
    `COPY victim FROM PROGRAM 'touch FLAG'`,
    `SELECT 1) TO PROGRAM 'touch FLAG' --`,
    `SELECT 1\n) TO PROGRAM 'touch FLAG' /*`,
    `SELECT 1) TO 'FLAG' --`,
    'SELECT 1) AS sluice; DELETE FROM victim; --',
    'SELECT 1 /*',
    `SELECT 'open`,
    'SELECT $1',
  ];
  test.each(queries)('query: %s', async (query) => {
    const error = failure(await engine.extract(specOf({ query: query.replace('FLAG', flag()) })));
    // Ours, where the text is refused before the server is asked, or the server's.
    expect([2, 3]).toContain(exitCodeOf(error.code));
    expect(await rowsOfVictim()).toBe(3);
    expect(existsSync(flag())).toBe(false);
  });

  const conditions = [
    'true); DROP TABLE victim; --',
    'true; DROP TABLE victim',
    `true)) TO PROGRAM 'touch FLAG' --`,
    `true) TO PROGRAM 'touch FLAG' --`,
    'id = 1 /*',
    'id = writes()',
    `id = nextval('counter')`,
    'true)',
    '(true',
  ];
  test.each(conditions)('where: %s', async (where) => {
    const error = failure(
      await engine.extract(specOf({ table: { name: 'victim' }, where: where.replace('FLAG', flag()) })),
    );
    // Ours, where the text is refused before the server is asked, or the server's.
    expect([2, 3]).toContain(exitCodeOf(error.code));
    expect(await rowsOfVictim()).toBe(3);
    expect(existsSync(flag())).toBe(false);
  });

  test('names with quotes are names and nothing else', async () => {
    const name = 'victim"; DROP TABLE victim; --';
    const error = failure(await engine.extract(specOf({ table: { name } })));
    expect(error.code).toBe('SOURCE_NO_RELATION');
    const column = failure(
      await engine.extract(specOf({ table: { name: 'victim' }, columns: ['id", writes() AS "x'] })),
    );
    expect(column.code).toBe('SOURCE_NO_COLUMN');
    expect(await rowsOfVictim()).toBe(3);
  });
});

describe('what a query may end with', () => {
  test.each([
    'SELECT id FROM victim ORDER BY id;',
    'SELECT id FROM victim ORDER BY id ; \n ; ',
    'SELECT id FROM victim ORDER BY id -- all of them',
    'SELECT id FROM victim ORDER BY id /* all of them */',
    'TABLE victim ORDER BY id',
    'VALUES (1), (2), (3)',
    'WITH v AS (SELECT * FROM victim) SELECT * FROM v ORDER BY id',
    '(SELECT id FROM victim ORDER BY id)',
    'SELECT id FROM victim ORDER BY id LIMIT 3',
  ])('%s', async (query) => {
    expect(await text(query)).toBe('1\n2\n3\n');
  });

  test('a condition may end with a comment', async () => {
    const spec = specOf({ table: { name: 'victim' }, where: 'id < 3 -- not the last' });
    expect(success(await engine.extract(spec)).rows).toBe(2);
  });
});

describe('errors of a selection', () => {
  test.each([
    [{ table: { name: 'nothing' } }, 'SOURCE_NO_RELATION'],
    [{ table: { schema: 'nowhere', name: 'victim' } }, 'SOURCE_NO_RELATION'],
    [{ table: { name: 'victim' }, columns: ['id', 'ID'] }, 'SOURCE_NO_COLUMN'],
    [{ table: { name: 'victim' }, where: 'idd = 1' }, 'SOURCE_NO_COLUMN'],
    [{ table: { name: 'victim' }, where: 'id = ' }, 'SOURCE_QUERY_FAILED'],
    [{ query: 'SELEC 1' }, 'SOURCE_QUERY_FAILED'],
    [{ query: 'SELECT * FROM nothing' }, 'SOURCE_NO_RELATION'],
    [{ query: 'SELECT 1/0' }, 'SOURCE_QUERY_FAILED'],
    [{ query: 'SELECT 1/(3 - id) FROM victim' }, 'SOURCE_QUERY_FAILED'],
  ] as const)('%j: %s', async (selection, code) => {
    const ended = await engine.extract(specOf(structuredClone(selection) as ExtractSpecInput['selection']));
    expect(failure(ended).code).toBe(code);
    expect(ended.manifest).toBeNull();
  });

  test('capitals that differ are told', async () => {
    await db.query('CREATE TABLE "Orders" (a int)');
    const error = failure(await engine.extract(specOf({ table: { name: 'orders' } })));
    expect(error.message).toBe('There is no table or view "orders". Did you mean "public.Orders"?');
  });

  test('a sequence or an index is not a table', async () => {
    expect(failure(await engine.extract(specOf({ table: { name: 'counter' } }))).code).toBe(
      'SOURCE_NO_RELATION',
    );
  });
});

test('no connection is left when calls and runs are over', async () => {
  await engine.call('relations.list', { connectionId });
  await engine.call('relations.describe', { connectionId, relation: { schema: 'public', name: 'victim' } });
  await engine.extract(specOf({ query: 'SELECT 1' }));
  await engine.extract(specOf({ query: 'SELECT 1/0' }));
  await expect.poll(() => sluiceSessions()).toBe(0);
});

async function sluiceSessions(): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'sluice' AND datname = current_database()`,
  );
  return rows[0]!.n;
}

describe.concurrent('a table that somebody has locked', () => {
  test('fails the run after the lock timeout', async ({ expect: check }) => {
    await using locked = await lockedTable('locked_for_extract');
    const error = failure(await engine.extract(specOf({ table: { name: locked.name } })));
    check(error.code).toBe('SOURCE_LOCK_TIMEOUT');
    check(exitCodeOf(error.code)).toBe(3);
  });

  test('lets a run that waits for it be cancelled at once', async ({ expect: check }) => {
    await using locked = await lockedTable('locked_for_cancel');
    const runId = await engine.start(specOf({ table: { name: locked.name } }));
    await check
      .poll(async () => {
        const { rows } = await db.query(
          `SELECT 1 FROM pg_stat_activity
            WHERE application_name = 'sluice' AND wait_event_type = 'Lock' AND query LIKE '%locked_for_cancel%'`,
        );
        return rows.length;
      })
      .toBe(1);
    // Whoever waits for the lock ends by its timeout, and has failed.
    const { state } = await comesBack(() => engine.call('runs.cancel', { runId }));
    check(state.tag).toBe('cancelled');
  });

  test('does not keep the others from being listed', async ({ expect: check }) => {
    await db.query('CREATE TABLE parent (a int) PARTITION BY LIST (a)');
    await db.query('CREATE TABLE child PARTITION OF parent FOR VALUES IN (1)');
    await using locked = await lockedTable('locked_for_list', 'child');
    const { relations } = await comesBack(() => engine.call('relations.list', { connectionId }));
    check(relations.map(({ name }) => name)).toEqual(
      check.arrayContaining([locked.name, 'victim', 'parent']),
    );
  });
});

async function lockedTable(name: string, ...others: string[]) {
  await db.query(`CREATE TABLE ${name} AS SELECT 1 AS a`);
  const client = await db.connect();
  await client.query('BEGIN');
  for (const table of [name, ...others]) await client.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
  return { name, [Symbol.asyncDispose]: () => client.end() };
}

/** Which tables COPY is given by their name, and that their rows are those of the SELECT. */
import { beforeAll, expect, test } from 'vitest';
import { tableToCopy } from '../../electron/engine/postgres/copy-source.ts';
import { Session } from '../../electron/engine/postgres/session.ts';
import { settingsOf } from '../harness/engine/test-engine.ts';
import { copied, db, text } from './extract-world.ts';

beforeAll(async () => {
  await db.query(`
    CREATE SCHEMA "odd ""schema";
    CREATE TABLE "odd ""schema"."odd ""table" (gone int, "b ""b" text, a int);
    ALTER TABLE "odd ""schema"."odd ""table" DROP COLUMN gone;
    INSERT INTO "odd ""schema"."odd ""table" SELECT nullif('x' || i % 3, 'x1'), i FROM generate_series(1, 100) i;
    CREATE TABLE plain (a int, b text);
    CREATE TABLE computed (a int, b int GENERATED ALWAYS AS (a * 2) STORED);
    CREATE TABLE parent (a int);
    CREATE TABLE child () INHERITS (parent);
    INSERT INTO parent VALUES (1);
    INSERT INTO child VALUES (2);
    CREATE TABLE parts (a int) PARTITION BY LIST (a);
    CREATE VIEW looked AS SELECT 1 AS a;
    CREATE MATERIALIZED VIEW kept AS SELECT 1 AS a`);
});

const openSession = () =>
  Session.open({ settings: settingsOf(db), password: db.password }, AbortSignal.timeout(30_000));

const WHOLE = [{ number: 1, blocks: null }];

test.each<[name: string, columns: readonly string[], expected: string | undefined]>([
  ['plain', ['a', 'b'], '"public"."plain" ("a", "b")'],
  ['plain', ['b'], '"public"."plain" ("b")'],
  ['plain', ['a', 'a'], undefined],
  ['plain', [], undefined],
  ['plain', ['ctid', 'a'], undefined],
  ['computed', ['a'], '"public"."computed" ("a")'],
  ['computed', ['a', 'b'], undefined],
  ['parent', ['a'], undefined],
  ['child', ['a'], '"public"."child" ("a")'],
  ['parts', ['a'], undefined],
  ['looked', ['a'], undefined],
  ['kept', ['a'], undefined],
])('%s with %j', async (name, columns, expected) => {
  await using session = await openSession();
  const relation = { schema: 'public', name };
  const described = columns.map((column) => ({ name: column, type: 'int4', baseType: 'int4' }));
  const table = await tableToCopy(session, { table: relation }, relation, described, WHOLE);
  expect(table).toBe(expected);
  if (table !== undefined) await db.query(`COPY ${table} TO '/dev/null'`);
});

test('a condition, a mask and a range of blocks need the SELECT', async () => {
  await using session = await openSession();
  const table = { schema: 'public', name: 'plain' };
  const columns = [{ name: 'a', type: 'int4', baseType: 'int4' }];
  const masks = [{ column: 'a', mask: { kind: 'null' as const } }];
  const blocks = [{ number: 1, blocks: { from: 0, to: null } }];
  expect(await tableToCopy(session, { table, where: 'a > 1' }, table, columns, WHOLE)).toBeUndefined();
  expect(await tableToCopy(session, { table, masks }, table, columns, WHOLE)).toBeUndefined();
  expect(await tableToCopy(session, { table }, table, columns, blocks)).toBeUndefined();
});

test('rows, names and the order of columns are those of the SELECT', async () => {
  const table = { schema: 'odd "schema', name: 'odd "table' };
  const from = 'FROM "odd ""schema"."odd ""table"';
  expect(await text({ selection: { table } })).toBe(await copied(`SELECT * ${from}`));
  const columns = ['a', 'b "b'];
  expect(await text({ selection: { table, columns } })).toBe(await copied(`SELECT a, "b ""b" ${from}`));
  expect(await text({ selection: { table: { name: 'parent' } } })).toBe('1\n2\n');
});

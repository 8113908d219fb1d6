/** Statements of ours call what they mean, whatever stands in front of pg_catalog on somebody's search_path. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { DRIVEN_TABLES, driveEverything, type Driven } from '../harness/sql/drive-everything.ts';
import { shadowCatalog } from '../harness/sql/shadow-catalog.ts';
import { STATEMENT_LOG_SETTINGS, statementsOf } from '../harness/sql/statement-log.ts';
import { catalogNames, unqualifiedNames } from '../harness/sql/unqualified-names.ts';
import { startProgram } from '../harness/cli-program.ts';

const postgres = sharedPostgres({ settings: { ...STATEMENT_LOG_SETTINGS, wal_level: 'logical' } });
let db: TemporaryDatabase;
let driven: Driven;
let statements: readonly string[];

beforeAll(async () => {
  db = await postgres().createDatabase();
  await db.query(DRIVEN_TABLES);
  driven = await driveEverything(db, db);
  statements = await statementsOf(postgres(), 'sluice');
}, 240_000);
afterAll(async () => {
  await db.drop();
});

test('E2: every name in every statement has its schema', async () => {
  const found = new Map<string, string>();
  for (const sql of statements) {
    if (isReplication(sql)) continue;
    for (const name of await unqualifiedNames(sql)) found.set(name, sql);
  }
  expect(statements.length).toBeGreaterThan(100);
  expect(Object.fromEntries(found)).toEqual({});
});

test('E2: with a schema in front of pg_catalog that shadows all that is called, no shadow is entered and no byte changes', async () => {
  const names = (await Promise.all(statements.filter((sql) => !isReplication(sql)).map(catalogNames))).flat();
  await using other = await postgres().createDatabase();
  await other.query(DRIVEN_TABLES);
  const shadows = await shadowCatalog(other, new Set(names));
  expect(shadows.made).toBeGreaterThan(100);
  try {
    await expect(shadows.enter()).rejects.toThrow('a shadow was entered');
    const shadowed = await driveEverything(shadows.address, other);
    expect([...shadowed.keys()]).toEqual([...driven.keys()]);
    for (const [name, bytes] of driven)
      expect([name, shadowed.get(name)?.equals(bytes)]).toEqual([name, true]);
  } finally {
    await shadows.drop();
  }
}, 240_000);

test('E2: a function that suits better than that of the catalogue is not called', async () => {
  await using other = await postgres().createDatabase();
  await other.query(`
    CREATE TABLE t (id int);
    CREATE TABLE entered (by_whom text);
    CREATE FUNCTION public.lower(name) RETURNS text LANGUAGE plpgsql AS $$ BEGIN
      RAISE EXCEPTION 'the function of a stranger ran as %', current_user; END $$`);
  const { outcome } = startProgram(['preview', '--table', 'PUBLIC.T', '--pg', other.url], {
    env: { PGPASSWORD: other.password },
  });
  const { err, exitCode } = await outcome;
  expect(err).not.toContain('stranger');
  expect([exitCode, err.includes('Did you mean "public.t"?')]).toEqual([3, true]);
});

/** Commands of a connection for replication have a grammar of their own, and name nothing that can be shadowed. */
function isReplication(sql: string): boolean {
  return /^(IDENTIFY_SYSTEM|CREATE_REPLICATION_SLOT|DROP_REPLICATION_SLOT|START_REPLICATION|TIMELINE_HISTORY)/.test(
    sql,
  );
}

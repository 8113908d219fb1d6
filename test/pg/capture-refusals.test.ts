/** Tables that cannot be published, and what says so: before anything at the source has changed. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ERRORS } from '../../electron/contract/error-table.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { always, CaptureWorld } from './capture-world.ts';

const postgres = sharedPostgres({});
let world: CaptureWorld;

beforeAll(async () => {
  world = await CaptureWorld.make(
    postgres(),
    `CREATE TABLE good (id int PRIMARY KEY);
     CREATE UNLOGGED TABLE quick (id int PRIMARY KEY);
     CREATE FOREIGN DATA WRAPPER elsewhere; CREATE SERVER far FOREIGN DATA WRAPPER elsewhere;
     CREATE FOREIGN TABLE distant (id int) SERVER far;
     CREATE VIEW seen AS TABLE good;
     CREATE TABLE bare (id int);
     CREATE TABLE late (id int PRIMARY KEY DEFERRABLE);
     CREATE TABLE "None at All" (id int PRIMARY KEY);
     ALTER TABLE "None at All" REPLICA IDENTITY NOTHING;
     CREATE TABLE parts (id int PRIMARY KEY) PARTITION BY RANGE (id);
     CREATE TABLE part PARTITION OF parts FOR VALUES FROM (0) TO (10)`,
  );
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const publish = async (...names: string[]) => {
  const tables = names.map((name) => ({ schema: 'public', name }));
  await world.source.publish(world.access, { publication: world.publication, tables, known: [] }, always);
};

test.each([
  ['quick', 'SLOT_NOT_PUBLISHABLE', /"public\.quick" is unlogged/],
  ['distant', 'SLOT_NOT_PUBLISHABLE', /"public\.distant" is a foreign table/],
  ['seen', 'SLOT_NOT_PUBLISHABLE', /"public\.seen" is no table/],
  ['part', 'SLOT_NOT_PUBLISHABLE', /is a partition of .*parts, which is to be captured/],
  ['bare', 'SLOT_NO_IDENTITY', /"public\.bare" has no replica identity/],
  ['late', 'SLOT_NO_IDENTITY', /"public\.late" has no replica identity/],
  ['absent', 'SOURCE_NO_RELATION', /no table "public\.absent"/],
])(
  'the table %s is refused with %s, and the good one beside it is not published',
  async (name, code, message) => {
    await expect(publish('good', name)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    const { rows } = await world.db.query('SELECT pubname FROM pg_publication');
    expect(rows).toEqual([]);
  },
);

test('the statement that gives an identity is said, and mends it', async () => {
  const refused = await publish('None at All').catch((error: unknown) => error);
  expect(refused).toMatchObject({
    code: 'SLOT_NO_IDENTITY',
    details: { sql: 'ALTER TABLE "public"."None at All" REPLICA IDENTITY FULL' },
  });
  await world.db.query((refused as { details: { sql: string } }).details.sql);
  await publish('None at All');
  await world.source.dropPublication(world.access, world.publication, always);
});

test('whoever has no right to publish hears which statement somebody else has to run', async () => {
  const role = `reader_${world.db.database}`;
  await world.db.query(`CREATE ROLE ${role} LOGIN REPLICATION PASSWORD 'p'; GRANT SELECT ON good TO ${role}`);
  try {
    const access = { settings: { ...world.access.settings, user: role }, password: 'p' };
    const tables = [{ schema: 'public', name: 'good' }];
    const asked = async () =>
      await world.source.publish(access, { publication: world.publication, tables, known: [] }, always);
    const refused = await asked().catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 'SLOT_PUBLISH_RIGHTS',
      details: { sql: expect.stringMatching(/^CREATE PUBLICATION .*"public"\."good"/) },
    });
    await world.db.query((refused as { details: { sql: string } }).details.sql);
    // What is there already needs no right.
    await asked();
  } finally {
    await world.source.dropPublication(world.access, world.publication, always);
    await world.db.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
});

test('a deadlock with the DDL of somebody else is no refusal: it is tried again', async () => {
  await world.db.query('CREATE TABLE first (id int PRIMARY KEY); CREATE TABLE second (id int PRIMARY KEY)');
  const other = await world.db.connect();
  // So it is not the other one who is picked.
  await other.query(`SET deadlock_timeout = '1h'; BEGIN; LOCK TABLE second`);
  const published = publish('first', 'second').catch((error: unknown) => error);
  await expect
    .poll(
      async () =>
        (await world.db.query(`SELECT FROM pg_locks WHERE NOT granted AND relation = 'second'::regclass`))
          .rowCount,
      { timeout: 30_000 },
    )
    .toBe(1);
  const locked = other.query('LOCK TABLE first');
  const refused = await published;
  await locked;
  await other.query('ROLLBACK');
  expect(refused).toMatchObject({ code: 'SOURCE_LOCK_TIMEOUT', details: { sqlstate: '40P01' } });
  expect(ERRORS.SOURCE_LOCK_TIMEOUT.retry).toBe('timed');
});

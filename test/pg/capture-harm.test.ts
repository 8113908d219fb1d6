/**
 * What a capture publishes goes on taking updates and deletes: tables of every shape at random are published, or refused, and then
 * written to by their application. What preflight says of a table is what the server does with it.
 */
import { expect, test } from 'vitest';
import { AppError } from '../../electron/contract/app-error.ts';
import { postgresWal } from '../../electron/engine/postgres/wal-source.ts';
import { preflight } from '../../electron/engine/wal/preflight.ts';
import { campaignSeeds } from '../harness/campaign-options.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { Random } from '../harness/random.ts';
import { always, CaptureWorld } from './capture-world.ts';

const postgres = sharedPostgres({ settings: { wal_level: 'logical' } });
const TABLES = 30;
const SEED = Number(process.env['SLUICE_HARM_SEED'] ?? Date.now() % 1_000_000);

/** What can follow the columns of a table, or change its identity afterwards. */
const KEYS = ['', 'PRIMARY KEY (id)', 'PRIMARY KEY (id) DEFERRABLE', 'UNIQUE (id)', 'UNIQUE (id) DEFERRABLE'];
const IDENTITIES = ['DEFAULT', 'FULL', 'NOTHING', 'USING INDEX'];

interface MadeTable {
  readonly name: string;
  /** Relations that rows are written to. */
  readonly written: readonly string[];
  readonly sql: readonly string[];
}

function identity(random: Random, name: string): string[] {
  const kind = random.pick(IDENTITIES);
  if (kind === 'DEFAULT') return [];
  if (kind !== 'USING INDEX') return [`ALTER TABLE ${name} REPLICA IDENTITY ${kind}`];
  return [
    `ALTER TABLE ${name} ALTER id SET NOT NULL`,
    `CREATE UNIQUE INDEX ${name}_u ON ${name} (id)`,
    `ALTER TABLE ${name} REPLICA IDENTITY USING INDEX ${name}_u`,
    ...(random.chance(0.3) ? [`DROP INDEX ${name}_u`] : []),
  ];
}

function plain(random: Random, name: string): MadeTable {
  const key = random.pick(KEYS);
  const sql = [`CREATE TABLE ${name} (id int, v text${key === '' ? '' : `, ${key}`})`];
  return { name, written: [name], sql: [...sql, ...identity(random, name)] };
}

function inherited(random: Random, name: string): MadeTable {
  const root = plain(random, name);
  const child = `${name}_child`;
  const key = random.pick(['', ', PRIMARY KEY (id)']);
  return {
    name,
    written: [name, child],
    sql: [
      ...root.sql,
      `CREATE TABLE ${child} (extra int${key}) INHERITS (${name})`,
      ...identity(random, child),
    ],
  };
}

function partitioned(random: Random, name: string): MadeTable {
  const key = random.pick(['', ', PRIMARY KEY (id)']);
  const leaves = [`${name}_a`, `${name}_b`];
  const sql = [`CREATE TABLE ${name} (id int, v text${key}) PARTITION BY RANGE (id)`];
  if (random.chance(0.4))
    sql.push(`ALTER TABLE ${name} REPLICA IDENTITY ${random.pick(['FULL', 'NOTHING'])}`);
  const [a = '', b = ''] = leaves;
  sql.push(`CREATE TABLE ${a} PARTITION OF ${name} FOR VALUES FROM (0) TO (10)`);
  // The second hangs one level deeper.
  sql.push(
    `CREATE TABLE ${name}_mid PARTITION OF ${name} FOR VALUES FROM (10) TO (90) PARTITION BY RANGE (id)`,
    `CREATE TABLE ${b} PARTITION OF ${name}_mid FOR VALUES FROM (10) TO (20)`,
  );
  for (const leaf of leaves) sql.push(...identity(random, leaf));
  return { name, written: leaves, sql };
}

/** How the server takes an update and a delete of the relation. */
async function takesWrites(world: CaptureWorld, relation: string, only = ''): Promise<boolean> {
  try {
    await world.db.query(`UPDATE ${only} ${relation} SET v = 'y'`);
    await world.db.query(`DELETE FROM ${only} ${relation}`);
    return true;
  } catch (error) {
    expect(String(error)).toMatch(/replica identity/);
    return false;
  }
}

async function fill(world: CaptureWorld, { written }: MadeTable): Promise<void> {
  for (const relation of written)
    await world.db.query(`INSERT INTO ${relation} (id, v) VALUES (${relation.endsWith('_b') ? 11 : 1}, 'x')`);
}

test(`C2, C3: ${TABLES} tables (seed ${SEED}) that are published take updates and deletes, and no other is published`, async () => {
  const judged = { published: 0, refused: 0 };
  for (const seed of campaignSeeds(SEED, TABLES)) {
    await using world = await CaptureWorld.make(postgres(), '');
    const random = new Random(seed);
    const table = random.pick([plain, inherited, partitioned, partitioned])(random, 't');
    const told = `seed ${seed}: ${table.sql.join('; ')}`;
    for (const sql of table.sql) await world.db.query(sql);
    await fill(world, table);
    const tables = [{ schema: 'public', name: table.name }];
    const publishing = { publication: world.publication, tables, known: [] };
    const refused = await world.source.publish(world.access, publishing, always).then(
      () => undefined,
      (error: unknown) => error,
    );
    const takes = await Promise.all(table.written.map((relation) => takesWrites(world, relation)));
    expect(takes, told).toEqual(table.written.map(() => true));
    if (refused === undefined) judged.published++;
    else {
      judged.refused++;
      expect(refused, told).toBeInstanceOf(AppError);
      // It would have done harm: what was refused does, where it is published by hand.
      await fill(world, table);
      await world.db.query(`CREATE PUBLICATION by_hand FOR TABLE ONLY ${table.name}`);
      const then = await Promise.all(table.written.map((relation) => takesWrites(world, relation)));
      expect(then, told).toContain(false);
    }
    await world.db.query('DROP PUBLICATION IF EXISTS by_hand');
    await world.source.dropPublication(world.access, world.publication, always);
  }
  expect(Math.min(judged.published, judged.refused)).toBeGreaterThan(0);
}, 240_000);

test(`C7: what preflight says of a table (seed ${SEED}) is what the server does with it`, async () => {
  await using world = await CaptureWorld.make(postgres(), '');
  const random = new Random(SEED);
  const tables = Array.from({ length: 40 }, (_, at) =>
    random.pick([plain, inherited, partitioned])(random, `t${at}`),
  );
  for (const { sql } of tables) for (const statement of sql) await world.db.query(statement);
  for (const table of tables) await fill(world, table);
  const facts = await postgresWal.captureFacts(world.access, always);
  const said = preflight(facts).find(({ code }) => code === 'identity')!;
  const named = new Set(facts.catalog.tables.flatMap(({ name, harmed }) => (harmed ? [name] : [])));
  await world.db.query('CREATE PUBLICATION everything FOR ALL TABLES');
  const failing = new Set<string>();
  for (const relation of tables.flatMap(({ written }) => written))
    // What inherits from it is a table of its own.
    if (!(await takesWrites(world, relation, 'ONLY'))) failing.add(relation);
  expect([...named].toSorted()).toEqual([...failing].toSorted());
  expect(said.text).toContain(`${failing.size} table`);
  await world.db.query('DROP PUBLICATION everything');
});

test('C7: no advice of a preflight makes writes fail', async () => {
  await using world = await CaptureWorld.make(
    postgres(),
    `CREATE TABLE keyless (id int, v text); ALTER TABLE keyless REPLICA IDENTITY FULL;
     CREATE TABLE bare (id int, v text); CREATE TABLE late (id int PRIMARY KEY DEFERRABLE, v text);
     INSERT INTO keyless VALUES (1); INSERT INTO bare VALUES (1); INSERT INTO late VALUES (1)`,
  );
  const checks = preflight(await postgresWal.captureFacts(world.access, always));
  const statements = checks
    .flatMap(({ remedy }) => (remedy ?? '').split('\n'))
    .map((line) => line.replace(/--.*/, '').trim())
    .filter(
      (line) => /^(ALTER TABLE|CREATE PUBLICATION|ALTER PUBLICATION)/.test(line) && !line.includes('…'),
    );
  for (const statement of statements) await world.db.query(statement);
  for (const relation of ['keyless', 'bare', 'late'])
    expect(await takesWrites(world, relation), `${relation} after ${statements.join(' ')}`).toBe(true);
});

/** What `capture start --plan` says is what a start does, and it does nothing itself. */
import { describe, expect, test } from 'vitest';
import { SOURCE, TestEngine } from '../harness/engine/test-engine.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { installedServers } from '../harness/postgres/server-programs.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { Random } from '../harness/random.ts';
import { STATEMENT_LOG_SETTINGS, sentBy } from '../harness/sql/statement-log.ts';
import { makeTemporaryFolder } from '../harness/temporary-folder.ts';

const SEED = Number(process.env['SLUICE_PLAN_SEED'] ?? Date.now() % 1_000_000);
const ROUNDS = 6;

describe.each(installedServers().filter(({ major }) => major >= 15))('Postgres $major', ({ programs }) => {
  const postgres = sharedPostgres({
    programs,
    settings: { ...STATEMENT_LOG_SETTINGS, wal_level: 'logical', log_replication_commands: 'on' },
  });

  /** All that a start could change. */
  async function catalogueOf(db: TemporaryDatabase): Promise<unknown> {
    const { rows } = await db.query(`
      SELECT (SELECT json_agg(p ORDER BY oid) FROM pg_publication p) AS publications,
             (SELECT json_agg(r ORDER BY oid) FROM pg_publication_rel r) AS relations,
             (SELECT json_agg(slot_name || ' ' || confirmed_flush_lsn ORDER BY slot_name) FROM pg_replication_slots WHERE NOT temporary) AS slots,
             (SELECT json_agg(relname || relreplident::text ORDER BY oid) FROM pg_class WHERE relnamespace = 'public'::regnamespace) AS identities`);
    return rows[0];
  }

  const isChange = (sql: string) =>
    /^(CREATE|ALTER|DROP) PUBLICATION|^(CREATE|DROP|ALTER)_REPLICATION_SLOT/.test(sql);
  /** The name of a slot for a snapshot is another one each time. */
  const withoutChance = (sql: string) => sql.replace(/sluice_snapshot_[0-9a-f]*/, 'sluice_snapshot_');

  test(`the statements of a plan are those of the start (seed ${SEED})`, { timeout: 170_000 }, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const random = new Random(SEED + round);
      const what = `seed ${SEED}, round ${round} (SLUICE_PLAN_SEED)`;
      await using db = await postgres().createDatabase();
      await using folder = await makeTemporaryFolder('plan');
      await using engine = await TestEngine.start();
      await engine.useDatabase(db);
      const name = `plan_${db.database}`;
      await db.query(`CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY); CREATE TABLE bare (id int);
        CREATE TABLE parted (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE leaf PARTITION OF parted DEFAULT`);
      const own = `sluice_${name}`;
      if (random.chance(0.4))
        await db.query(`CREATE PUBLICATION ${own} FOR TABLE a WITH (publish_via_partition_root = true)`);
      const slot = random.chance(0.3);
      if (slot) await db.query(`SELECT pg_create_logical_replication_slot('${own}', 'pgoutput')`);
      const wanted = ['a', random.pick(['b', 'b', 'parted', 'bare'])];
      const spec = {
        name,
        source: { profile: SOURCE },
        destination: { folder: folder.path },
        tables: wanted.map((table) => ({ schema: 'public', name: table })),
        snapshot: random.chance(0.7),
      };
      for (let start = 0; start < 2; start++) {
        const input = { spec, resnapshot: start === 1 && random.chance(0.5) };
        const before = await catalogueOf(db);
        const plan = await engine.call('capture.plan', input);
        expect(await catalogueOf(db), what).toEqual(before);
        expect(plan.refused === null, what).toBe(!wanted.includes('bare'));
        if (plan.refused !== null) break;
        const seen = (await sentBy(postgres(), 'sluice')).filter(isChange).length;
        await engine.call('capture.start', { ...input, until: 'current' });
        await expect
          .poll(async () => (await engine.call('capture.status', { name })).status.phase, { message: what })
          .toBe('stopped');
        await engine.call('capture.stop', { name });
        const sent = (await sentBy(postgres(), 'sluice')).filter(isChange).slice(seen);
        expect(sent.map(withoutChance), what).toEqual(
          plan.changes.map(({ statement }) => withoutChance(statement)),
        );
      }
      const { rows } = await db.query<{ name: string }>(
        'SELECT slot_name AS name FROM pg_replication_slots WHERE database = current_database()',
      );
      for (const each of rows) await db.query(`SELECT pg_drop_replication_slot('${each.name}')`);
    }
  });
});

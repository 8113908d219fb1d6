/**
 * What the stream does not say: partitions that come and go, leaves that are truncated, rows that DDL rewrites, tables that inherit.
 * All of it at random, beside a capture that goes on or is stopped: its files come to be what the table is.
 */
import { expect, test } from 'vitest';
import { campaignSeeds } from '../harness/campaign-options.ts';
import { InterruptedCapture } from '../harness/capture/interrupted-capture.ts';
import type { Database } from '../harness/postgres/database.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { Random } from '../harness/random.ts';

const ROUNDS = 1;
const SEED = Number(process.env['SLUICE_SILENT_SEED'] ?? Date.now() % 1_000_000);
const TABLES = ['parted', 'plain', 'family'];
const postgres = sharedPostgres({ settings: { wal_level: 'logical', wal_writer_delay: '10ms' } });

/** One leaf of `parted` has the ids of a hundred. */
const HUNDRED = 100;

class Application {
  readonly #db: Database;
  readonly #random: Random;
  /** Leaves that are in the tree, and those that were taken out, by their hundred. */
  readonly #leaves = new Set<number>();
  readonly #detached = new Set<number>();
  #columns = 0;

  constructor(db: Database, random: Random) {
    this.#db = db;
    this.#random = random;
  }

  async begin(): Promise<void> {
    await this.#db.query(`
      CREATE TABLE parted (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
      CREATE TABLE plain (id int PRIMARY KEY, v text, n int);
      CREATE TABLE family (id int PRIMARY KEY, v text);
      CREATE TABLE child (PRIMARY KEY (id)) INHERITS (family);
      INSERT INTO plain SELECT i, 'p' || i, i FROM generate_series(1, 50) i;
      INSERT INTO family SELECT i, 'f' || i FROM generate_series(1, 20) i;
      INSERT INTO child SELECT i, 'c' || i FROM generate_series(101, 120) i`);
    await this.#attach(0);
    await this.#attach(1);
  }

  /** Does one thing, and says what. */
  async act(): Promise<string> {
    const random = this.#random;
    const inside = [...this.#leaves];
    const [leaf] = inside.length === 0 ? [undefined] : [random.pick(inside)];
    switch (random.below(14)) {
      case 0:
        return await this.#attach(this.#free());
      case 1:
        return await this.#create(this.#free());
      case 2:
        return leaf === undefined ? 'nothing' : await this.#detach(leaf);
      case 3:
        return await this.#putBack();
      case 4:
        if (leaf === undefined || inside.length < 2) return 'nothing';
        this.#leaves.delete(leaf);
        return await this.#run(`DROP TABLE leaf${leaf}`);
      case 5:
        return leaf === undefined ? 'nothing' : await this.#run(`TRUNCATE leaf${leaf}`);
      case 6:
        return await this.#run('ALTER TABLE plain ALTER n TYPE int USING n + 1000');
      case 7:
        return await this.#run(
          `ALTER TABLE plain ADD COLUMN c${++this.#columns} int DEFAULT ${this.#columns}`,
        );
      case 8:
        return await this.#run(
          `ALTER TABLE plain ADD COLUMN c${++this.#columns} text DEFAULT clock_timestamp()::text`,
        );
      case 9:
        return await this.#run('TRUNCATE plain; INSERT INTO plain (id, v) VALUES (7, $$seven$$)');
      case 10:
        return await this.#run('VACUUM FULL plain');
      case 11:
        return await this.#run(
          `UPDATE family SET v = v || 'x'; DELETE FROM family WHERE id % 7 = ${random.below(7)}`,
        );
      case 12:
        return await this.#run(`INSERT INTO plain (id, v) SELECT i, 'n' FROM generate_series(1, 99) i
          ON CONFLICT (id) DO UPDATE SET v = plain.v || 'u'`);
      default:
        return leaf === undefined ? 'nothing' : await this.#write(leaf);
    }
  }

  #free(): number {
    return Math.max(-1, ...this.#leaves, ...this.#detached) + 1;
  }

  async #run(sql: string): Promise<string> {
    for (const statement of sql.split(';')) await this.#db.query(statement);
    return sql;
  }

  /** A table that had rows before it became a partition. */
  async #attach(leaf: number): Promise<string> {
    const [from, to] = [leaf * HUNDRED, (leaf + 1) * HUNDRED];
    this.#leaves.add(leaf);
    return await this.#run(`CREATE TABLE leaf${leaf} (id int PRIMARY KEY, v text);
      INSERT INTO leaf${leaf} SELECT i, 'a' || i FROM generate_series(${from}, ${from + 30}) i;
      ALTER TABLE parted ATTACH PARTITION leaf${leaf} FOR VALUES FROM (${from}) TO (${to})`);
  }

  /** A partition that was one from the beginning, and has rows that are in the stream. */
  async #create(leaf: number): Promise<string> {
    const [from, to] = [leaf * HUNDRED, (leaf + 1) * HUNDRED];
    this.#leaves.add(leaf);
    return await this.#run(`CREATE TABLE leaf${leaf} PARTITION OF parted FOR VALUES FROM (${from}) TO (${to});
      INSERT INTO parted VALUES (${from}, 'new')`);
  }

  async #detach(leaf: number): Promise<string> {
    this.#leaves.delete(leaf);
    this.#detached.add(leaf);
    return await this.#run(`ALTER TABLE parted DETACH PARTITION leaf${leaf};
      UPDATE leaf${leaf} SET v = v || 'outside'`);
  }

  async #putBack(): Promise<string> {
    const [leaf] = this.#detached;
    if (leaf === undefined) return 'nothing';
    this.#detached.delete(leaf);
    this.#leaves.add(leaf);
    return await this.#run(
      `ALTER TABLE parted ATTACH PARTITION leaf${leaf} FOR VALUES FROM (${leaf * HUNDRED}) TO (${(leaf + 1) * HUNDRED})`,
    );
  }

  async #write(leaf: number): Promise<string> {
    const from = leaf * HUNDRED;
    return await this.#run(`INSERT INTO parted SELECT i, 'w' FROM generate_series(${from}, ${from + 60}) i
        ON CONFLICT (id) DO UPDATE SET v = parted.v || 'w';
      DELETE FROM parted WHERE id = ${from + this.#random.below(60)}`);
  }
}

/** What differs; nothing where the files are what the tables are. */
async function differences(capture: InterruptedCapture): Promise<string[]> {
  const { tables } = await capture.verify(30);
  return tables.flatMap(({ table, compared }) => {
    const { missing = -1, extra = -1, different = -1 } = compared ?? {};
    return missing + extra + different === 0 ? [] : [`${table.name}: ${JSON.stringify(compared)}`];
  });
}

async function playRound(seed: number): Promise<void> {
  const random = new Random(seed);
  await using db = await postgres().createDatabase();
  const application = new Application(db, random);
  await application.begin();
  await using capture = await InterruptedCapture.make(db, TABLES);
  const done: string[] = [];
  for (let life = 0; life < 2; life++) {
    await using running = capture.start(200);
    await expect.poll(() => running.status().phase).toBe('streaming');
    for (let step = 0; step < 6; step++) {
      for (let acts = 1 + random.below(2); acts > 0; acts--) done.push(await application.act());
      if (!random.chance(0.4)) continue;
      const told = `seed ${seed} (SLUICE_SILENT_SEED), after:\n${done.join('\n')}`;
      await expect.poll(() => differences(capture), { timeout: 60_000, message: told }).toEqual([]);
    }
    done.push('(stopped)');
    // While it does not run as well.
    await running[Symbol.asyncDispose]();
    for (let acts = random.below(4); acts > 0; acts--) done.push(await application.act());
  }
}

test(`C1: ${ROUNDS} captures (seed ${SEED}) come to what their tables are, whatever the stream does not say`, async () => {
  for (const seed of campaignSeeds(SEED, ROUNDS)) await playRound(seed);
}, 400_000);

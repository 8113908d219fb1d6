/** The sessions that change the tables of a round, until it is over. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { Random } from '../harness/random.ts';
import type { RoundStage } from './round-stage.ts';
import { isGone, Workload } from './workload.ts';

/** Rows that are there before anybody captures. */
export async function fill({ database, tables, names, round }: RoundStage, random: Random): Promise<void> {
  const client = await database.connect();
  const writer = new Workload(client, random, { tables, names, label: 'before' });
  for (let i = 0; i < round.rowsBefore / 4; i++) await writer.transaction();
  await writer.settle();
}

/** Writes until the round is over; a server that restarts is waited for. */
export async function write(stage: RoundStage, at: number): Promise<void> {
  const { database, tables, names, over, round } = stage;
  const random = new Random(round.seed + at + 1);
  while (!over.signal.aborted) {
    try {
      const client = await database.connect();
      // Who waits for a prepared transaction, or for DDL, gives up soon: a round is not about locks.
      await client.query(`SET lock_timeout = '300ms'`);
      const own = `${round.seed} ${at} `;
      // What was prepared before the server went away would hold up every snapshot for ever.
      await settle(client, own);
      const label = `${own}${random.below(1e9)}`;
      const workload = new Workload(client, random, { tables, names, label });
      await writeOn(stage, workload, random);
      await workload.settle();
      await client.end();
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      if (!isGone(code) && !/terminated|ended|closed|not queryable/i.test(String(error))) throw error;
      await sleep(50);
    }
  }
}

async function writeOn(stage: RoundStage, workload: Workload, random: Random): Promise<void> {
  while (!stage.over.signal.aborted) {
    if (stage.paused) {
      // What is prepared holds up every snapshot.
      await workload.settle();
      await sleep(20);
      continue;
    }
    await workload.transaction();
    stage.count('transactions');
    await sleep(random.below(40));
  }
}

/** One transaction that is larger than what a capture keeps on disk of transactions that have not ended. */
export async function writeHuge({ database, over }: RoundStage): Promise<void> {
  try {
    await sleep(1_500, undefined, { signal: over.signal });
    await database.query(`INSERT INTO large (id, t1)
      SELECT i, repeat(md5(i::text), 150) FROM generate_series(7000000, 7004500) AS i`);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    // The server restarts, or somebody holds the table: then the round has none.
    if (!over.signal.aborted && !isGone(code) && !['55P03', '40P01'].includes(code)) throw error;
  }
}

/**
 * A transaction that is prepared while one capture lives and ended while another does: its changes count with the commit,
 * and the server forgets none of them.
 */
export class PreparedAcross {
  readonly #stage: RoundStage;
  #made = 0;
  #waiting: string[] = [];

  constructor(stage: RoundStage) {
    this.#stage = stage;
  }

  /** Nothing where the server is away, or the tables are locked. */
  async prepare(): Promise<void> {
    const name = `across ${++this.#made}`;
    const from = 5_000_000 + this.#made * 10_000;
    const rows = this.#made % 2 === 0 ? 5 : 800;
    const sql = `BEGIN; SET LOCAL lock_timeout = '300ms'; INSERT INTO by_key (id) SELECT generate_series(${from}, ${from + rows});
      DELETE FROM by_key WHERE id = ${from}; UPDATE by_key SET id = id + 5000 WHERE id = ${from + 1};
      PREPARE TRANSACTION '${name}'`;
    const client = await this.#stage.database.connect().catch(() => undefined);
    await client?.query(sql).then(
      () => this.#waiting.push(name),
      () => undefined,
    );
    await client?.end().catch(() => undefined);
  }

  /** What cannot be ended now is committed when the round ends. */
  async end(how: 'COMMIT' | 'ROLLBACK'): Promise<void> {
    for (const name of this.#waiting.splice(0)) {
      await this.#stage.database.query(`${how} PREPARED '${name}'`).then(
        () => this.#stage.count(`${how} PREPARED across`),
        () => undefined,
      );
    }
  }
}

/** Transactions that nobody has ended: their changes would be in none of the two. */
export async function settle(client: Client, prefix = ''): Promise<void> {
  const { rows } = await client.query<{ gid: string }>(
    'SELECT gid FROM pg_prepared_xacts WHERE database = current_database() AND starts_with(gid, $1)',
    [prefix],
  );
  for (const { gid } of rows) await client.query(`COMMIT PREPARED '${gid}'`);
}

/** A client that writes as applications do, one statement at a time, so that its transactions interleave with others. */
import type { Client } from 'pg';
import type { Dice } from './dice.ts';

/** Ids are divided among writers, so that none has to wait for another. */
const IDS_PER_WRITER = 40;

/** Rows that are there from the start, and that nobody writes. */
export const SHARED_FROM = 500;
export const SHARED_TO = 509;

/** What all writers of a round share. */
export interface Table {
  readonly name: string;
  /** SQL for the watermark of a row that is written now. */
  readonly stamp: (dice: Dice) => string;
  /** Counts every version of every row, so that one that comes twice is recognised. */
  nextVersion(): number;
}

export class Writer {
  readonly #client: Client;
  readonly #number: number;
  readonly #table: Table;
  readonly #dice: Dice;
  #open = false;
  #savepoints = 0;
  #prepared: string | undefined;
  #gid = 0;

  constructor(client: Client, number: number, table: Table, dice: Dice) {
    this.#client = client;
    this.#number = number;
    this.#table = table;
    this.#dice = dice;
  }

  /** Does one thing. */
  async step(): Promise<void> {
    if (this.#prepared !== undefined) return await this.#maybeFinishPrepared();
    if (!this.#open) return await this.#begin();
    const roll = this.#dice.below(100);
    if (roll < 30) return await this.#upsert(1 + this.#dice.below(3));
    if (roll < 38) return await this.#update();
    if (roll < 44) return await this.#bulk();
    if (roll < 54) return await this.#savepoint();
    if (roll < 64) return await this.#endSavepoint();
    if (roll < 72) return await this.#exceptionBlock();
    if (roll < 76) return await this.#lockRows();
    if (roll < 80) return await this.#prepare();
    if (roll < 92) return await this.#end('COMMIT');
    if (roll < 96) return await this.#end('ROLLBACK');
  }

  /** Brings what is open to an end. */
  async finish(): Promise<void> {
    if (this.#prepared !== undefined) await this.#finishPrepared();
    if (this.#open) await this.#end(this.#dice.percent(80) ? 'COMMIT' : 'ROLLBACK');
  }

  async #begin(): Promise<void> {
    if (this.#dice.percent(25)) return await this.#upsert(1);
    await this.#client.query('BEGIN');
    this.#open = true;
    this.#savepoints = 0;
  }

  async #end(how: 'COMMIT' | 'ROLLBACK'): Promise<void> {
    await this.#client.query(how);
    this.#open = false;
  }

  #id(): number {
    return this.#number * IDS_PER_WRITER + this.#dice.below(IDS_PER_WRITER);
  }

  #upsertSql(id: number): string {
    const { name, stamp } = this.#table;
    const version = this.#table.nextVersion();
    return `INSERT INTO ${name} VALUES (${id}, ${version}, ${stamp(this.#dice)})
      ON CONFLICT (id) DO UPDATE SET version = EXCLUDED.version, changed = EXCLUDED.changed`;
  }

  async #upsert(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await this.#client.query(this.#upsertSql(this.#id()));
  }

  /** Changes a row that may be there, and not its watermark in one of eight cases where nothing bounds the scan. */
  async #update(): Promise<void> {
    const version = this.#table.nextVersion();
    await this.#client.query(
      `UPDATE ${this.#table.name} SET version = ${version}, changed = ${this.#table.stamp(this.#dice)} WHERE id = ${this.#id()}`,
    );
  }

  /** COPY, of rows that were not there before. */
  async #bulk(): Promise<void> {
    const { name, stamp } = this.#table;
    const first = 1_000_000 + this.#table.nextVersion() * 10;
    const version = this.#table.nextVersion();
    await this.#client.query(`CREATE TEMP TABLE IF NOT EXISTS stage (id int, version int)`);
    await this.#client.query(
      `COPY stage FROM PROGRAM 'seq -f "%.0f\t${version}" ${first} ${first + this.#dice.below(5)}'`,
    );
    await this.#client.query(`INSERT INTO ${name} SELECT id, version, ${stamp(this.#dice)} FROM stage`);
    await this.#client.query('DROP TABLE stage');
  }

  async #savepoint(): Promise<void> {
    await this.#client.query(`SAVEPOINT s${++this.#savepoints}`);
    await this.#upsert(1);
  }

  async #endSavepoint(): Promise<void> {
    if (this.#savepoints === 0) return await this.#upsert(1);
    const how = this.#dice.percent(50) ? 'RELEASE' : 'ROLLBACK TO';
    await this.#client.query(`${how} SAVEPOINT s${this.#savepoints}`);
    if (how === 'ROLLBACK TO') await this.#client.query(`RELEASE SAVEPOINT s${this.#savepoints}`);
    this.#savepoints--;
  }

  /** Some of it is undone by the block, and some is kept under the id of a subtransaction. */
  async #exceptionBlock(): Promise<void> {
    const fails = this.#dice.percent(50);
    await this.#client.query(`DO $$ BEGIN
      BEGIN ${this.#upsertSql(this.#id())}; EXCEPTION WHEN division_by_zero THEN NULL; END;
      BEGIN ${this.#upsertSql(this.#id())}; PERFORM 1 / ${fails ? 0 : 1};
      EXCEPTION WHEN division_by_zero THEN NULL; END;
    END $$`);
  }

  /** Locks change who may write, and not who has written. */
  async #lockRows(): Promise<void> {
    const { name } = this.#table;
    const own = `id BETWEEN ${this.#number * IDS_PER_WRITER} AND ${(this.#number + 1) * IDS_PER_WRITER - 1}`;
    // Rows that all writers lock and nobody changes get a multixact; a change would have to wait.
    const sql = this.#dice.percent(50)
      ? `SELECT 1 FROM ${name} WHERE ${own} FOR UPDATE`
      : `SELECT 1 FROM ${name} WHERE id BETWEEN ${SHARED_FROM} AND ${SHARED_TO} FOR SHARE`;
    await this.#client.query(sql);
  }

  async #prepare(): Promise<void> {
    this.#prepared = `${this.#table.name}-${this.#number}-${this.#gid++}`;
    await this.#client.query('DROP TABLE IF EXISTS pg_temp.stage').catch(() => undefined);
    await this.#client.query(`PREPARE TRANSACTION '${this.#prepared}'`).then(
      () => undefined,
      // One that has touched a temporary table cannot be prepared: it is rolled back.
      async () => {
        this.#prepared = undefined;
        await this.#client.query('ROLLBACK');
      },
    );
    this.#open = false;
  }

  async #maybeFinishPrepared(): Promise<void> {
    if (this.#dice.percent(15)) await this.#finishPrepared();
  }

  async #finishPrepared(): Promise<void> {
    const how = this.#dice.percent(75) ? 'COMMIT' : 'ROLLBACK';
    await this.#client.query(`${how} PREPARED '${this.#prepared ?? ''}'`);
    this.#prepared = undefined;
  }
}

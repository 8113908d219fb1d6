/**
 * One session that changes tables at random: savepoints, exceptions, large transactions, two-phase commits, TRUNCATE, changed
 * keys, values that are stored apart and not touched, and DDL in between. Several work at once; what one of them
 * makes impossible for another ends that transaction, as it does for everybody.
 */
import type { Client } from 'pg';
import type { Random } from '../harness/random.ts';
import { TYPES } from './value-pool.ts';
import { quoted, type ColumnNames, type WorkTable } from './workload-tables.ts';

/** Ids that rows have: few, so that writers meet. */
const IDS = 60;

export class Workload {
  readonly #client: Client;
  readonly #random: Random;
  readonly #tables: readonly WorkTable[];
  readonly #names: ColumnNames;
  readonly #label: string;
  #prepared = 0;
  #waiting: string[] = [];
  /** What a transaction has done to the columns, once it is committed. */
  #altered: (() => void)[] = [];

  constructor(
    client: Client,
    random: Random,
    { tables, names, label }: { tables: readonly WorkTable[]; names: ColumnNames; label: string },
  ) {
    this.#client = client;
    this.#random = random;
    this.#tables = tables;
    this.#names = names;
    this.#label = label;
  }

  /** One transaction, however it ends. @throws where the server is gone */
  async transaction(): Promise<void> {
    const random = this.#random;
    this.#altered = [];
    // A new slot, and a snapshot, wait for what is prepared: it must not stay for long.
    if (random.chance(0.5)) await this.settle();
    try {
      await this.#run('BEGIN');
      if (random.chance(0.04)) await this.#large();
      for (let step = random.below(6); step >= 0; step--) await this.#step();
      await this.#end();
      for (const done of this.#altered) done();
    } catch (error) {
      if (!(error instanceof Error && 'code' in error) || isGone(String(error.code))) throw error;
      await this.#run('ROLLBACK');
    }
  }

  /** Ends the transactions that are prepared. */
  async settle(): Promise<void> {
    for (const name of this.#waiting.splice(0)) {
      await this.#run(`${this.#random.chance(0.7) ? 'COMMIT' : 'ROLLBACK'} PREPARED '${name}'`);
    }
  }

  async #end(): Promise<void> {
    const random = this.#random;
    if (random.chance(0.08)) {
      await this.#run('ROLLBACK');
      this.#altered = [];
      return;
    }
    // A transaction that has changed a table holds its lock until it is ended: others would wait for a long time.
    if (random.chance(0.12) && this.#altered.length === 0) {
      const name = `${this.#label} ${++this.#prepared}`;
      await this.#run(`PREPARE TRANSACTION '${name}'`);
      this.#waiting.push(name);
      return;
    }
    await this.#run('COMMIT');
  }

  async #step(): Promise<void> {
    const random = this.#random;
    if (random.chance(0.15)) return await this.#savepoints(1 + random.below(3));
    if (random.chance(0.08)) return await this.#exception();
    await this.#change(random.chance(0.3));
  }

  /** One within the other; each is given up or kept by itself. */
  async #savepoints(depth: number): Promise<void> {
    const name = `s${depth}`;
    await this.#run(`SAVEPOINT ${name}`);
    await this.#change(false);
    if (depth > 1) await this.#savepoints(depth - 1);
    await this.#run(this.#random.chance(0.5) ? `ROLLBACK TO ${name}` : `RELEASE ${name}`);
  }

  async #change(mayAlter: boolean): Promise<void> {
    const random = this.#random;
    const table = random.pick(this.#tables);
    const { columns, name } = table;
    const sql = quoted(name);
    const id = random.below(IDS);
    const kind = random.below(60);
    if (kind === 0) {
      const other = quoted(random.pick(this.#tables).name);
      return await this.#run(`TRUNCATE ${other === sql ? sql : `${sql}, ${other}`}`);
    }
    if (kind <= 3 && mayAlter && table.altered) return await this.#alter(table);
    if (kind <= 10) return await this.#run(`DELETE FROM ${sql} WHERE id = ${id}`);
    if (kind === 11) return await this.#swap(sql, id);
    if (kind <= 16)
      return await this.#run(`UPDATE ${sql} SET id = ${IDS + random.below(1e6)} WHERE id = ${id}`);
    const list = [...columns];
    if (kind <= 36) {
      const [column, type] = random.pick(list);
      return await this.#run(
        `UPDATE ${sql} SET ${column} = ${this.#value(column, type)} WHERE id BETWEEN ${id} AND ${id + 5}`,
      );
    }
    const conflict = table.keyless
      ? ''
      : random.chance(0.5)
        ? 'ON CONFLICT (id) DO NOTHING'
        : `ON CONFLICT (id) DO UPDATE SET ${list[0]?.[0] ?? 'id'} = EXCLUDED.${list[0]?.[0] ?? 'id'}`;
    await this.#insert(table, `${id}`, '', conflict);
  }

  /** Two rows that take each other's keys. */
  async #swap(table: string, id: number): Promise<void> {
    const [other, free] = [(id + 1) % IDS, 9_000_000 + this.#random.below(1e6)];
    for (const [from, to] of [
      [id, free],
      [other, id],
      [free, other],
    ])
      await this.#run(`UPDATE ${table} SET id = ${to} WHERE id = ${from}`);
  }

  async #insert({ name, columns }: WorkTable, id: string, from: string, conflict: string): Promise<void> {
    const names = ['id', ...columns.keys()].join(', ');
    const values = [id, ...[...columns].map(([column, type]) => this.#value(column, type))].join(', ');
    await this.#run(`INSERT INTO ${quoted(name)} (${names}) SELECT ${values} ${from} ${conflict}`);
  }

  /** More than the server keeps in memory for a transaction: it is sent while it runs. */
  async #large(): Promise<void> {
    const table = this.#random.pick(this.#tables);
    const rows = 100 + this.#random.below(table.name === 'large' ? 100 : 1_000);
    const from = 2_000_000 + this.#random.below(1e6);
    const conflict = table.keyless ? '' : 'ON CONFLICT (id) DO NOTHING';
    await this.#insert(table, 'i', `FROM generate_series(${from}, ${from + rows}) AS i`, conflict);
    if (this.#random.chance(0.5)) {
      await this.#run(`DELETE FROM ${quoted(table.name)} WHERE id BETWEEN ${from} AND ${from + rows - 20}`);
    }
  }

  /** A block that fails inside: its changes are in the WAL and do not count. */
  async #exception(): Promise<void> {
    const { name } = this.#random.pick(this.#tables);
    const id = this.#random.below(IDS);
    await this.#run(`DO $$ BEGIN DELETE FROM ${quoted(name)} WHERE id = ${id}; PERFORM 1 / 0;
      EXCEPTION WHEN division_by_zero THEN NULL; END $$`);
  }

  async #alter({ name, columns }: WorkTable): Promise<void> {
    const random = this.#random;
    const sql = quoted(name);
    const kind = random.below(4);
    const list = [...columns];
    if (kind === 0 && columns.size > 5) {
      const [column] = random.pick(list);
      await this.#run(`ALTER TABLE ${sql} DROP COLUMN ${column}`);
      this.#altered.push(() => columns.delete(column));
      return;
    }
    const fixed = list.find(([, type]) => type === 'int2' || type === 'int4');
    if (kind === 1 && fixed !== undefined) {
      const renamed = this.#names.next();
      await this.#run(`ALTER TABLE ${sql} RENAME COLUMN ${fixed[0]} TO ${renamed}`);
      this.#altered.push(() => {
        columns.delete(fixed[0]);
        columns.set(renamed, fixed[1]);
      });
      return await this.#touch(sql);
    }
    if (kind === 2 && fixed !== undefined) {
      await this.#run(`ALTER TABLE ${sql} ALTER COLUMN ${fixed[0]} TYPE int8`);
      this.#altered.push(() => columns.set(fixed[0], 'int8'));
      return await this.#touch(sql);
    }
    const [column, type] = [this.#names.next(), random.pick(Object.keys(TYPES))];
    await this.#run(`ALTER TABLE ${sql} ADD COLUMN ${column} ${type}`);
    this.#altered.push(() => columns.set(column, type));
  }

  /** What DDL does to the rows that are there is not in the WAL: the history has it when they are written again. */
  async #touch(table: string): Promise<void> {
    await this.#run(`UPDATE ${table} SET id = id`);
  }

  #value(column: string, type: string): string {
    const random = this.#random;
    if (random.chance(0.15)) return 'NULL';
    // Stored apart: an update of another column then leaves it out of the WAL.
    if (column.startsWith('t')) {
      const letter = String.fromCharCode(97 + random.below(26));
      return `repeat('${letter}${random.below(1_000)} ', ${1 + random.below(900)})`;
    }
    return `${random.pick(TYPES[type] ?? [])}::${type}`;
  }

  async #run(sql: string): Promise<void> {
    await this.#client.query(sql);
  }
}

/** The server, or the way to it, is gone. */
export function isGone(code: string): boolean {
  return /^(57P0|08|ECONN|EPIPE)/.test(code);
}

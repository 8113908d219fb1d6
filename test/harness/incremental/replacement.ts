/**
 * Others take the place of what a name stands for: tables swapped by renaming, partitions exchanged, children that begin and
 * cease to inherit, TRUNCATE and load, DROP and CREATE, rewrites. What comes new under the name has new versions and dates
 * of long ago, so that neither a bound on the value nor a transaction that was seen lets it through.
 */
import type { Client } from 'pg';
import type { Dice } from './dice.ts';
import { SHARED_FROM, SHARED_TO, type Table } from './writer.ts';

const LONG_AGO = `'2020-01-01'::timestamptz`;

export class Replacement {
  readonly #client: Client;
  readonly #table: Table;
  readonly #dice: Dice;
  readonly #partitioned: boolean;
  /** Tables that were made aside, each with its own name. */
  #made = 0;
  /** Tables that the name stood for before. */
  readonly #aside: string[] = [];
  #child: { readonly name: string; inherits: boolean } | undefined;

  constructor(client: Client, table: Table, dice: Dice, partitioned: boolean) {
    this.#client = client;
    this.#table = table;
    this.#dice = dice;
    this.#partitioned = partitioned;
  }

  /** Does one thing in one transaction. @returns false where it would have waited for somebody's lock */
  async step(): Promise<boolean> {
    const step = this.#dice.pick(this.#partitioned ? this.#onPartitions : this.#onTables);
    const before = [...this.#aside];
    try {
      await this.#client.query(`BEGIN; SET LOCAL lock_timeout = '20ms'`);
      await step();
      await this.#client.query('COMMIT');
      return true;
    } catch (error) {
      await this.#client.query('ROLLBACK');
      this.#aside.splice(0, Infinity, ...before);
      if (error instanceof Error && 'code' in error && error.code === '55P03') return false;
      throw error;
    }
  }

  readonly #onTables = [
    () => this.#swap(),
    () => this.#swapBack(),
    () => this.#truncate(),
    () => this.#recreate(),
    () => this.#rewrite(),
    () => this.#inherit(),
    () => this.#inherit(),
  ];

  readonly #onPartitions = [
    () => this.#exchange(),
    () => this.#detachAndAttach(),
    () => this.#truncateLeaf(),
  ];

  get #name(): string {
    return this.#table.name;
  }

  #aNewName(): string {
    return `${this.#name}_made_${++this.#made}`;
  }

  /** A table of this form with the same rows, in new versions of long ago. */
  async #copyOf(table: string, copy: string): Promise<void> {
    await this.#client.query(`CREATE TABLE ${copy} (LIKE ${table} INCLUDING ALL)`);
    await this.#client.query(
      `INSERT INTO ${copy} SELECT id, ${this.#table.nextVersion()}, ${LONG_AGO} FROM ONLY ${table}`,
    );
  }

  async #swap(): Promise<void> {
    const made = this.#aNewName();
    await this.#copyOf(this.#name, made);
    await this.#exchangeNames(made);
  }

  async #swapBack(): Promise<void> {
    const before = this.#aside.pop();
    if (before !== undefined) await this.#exchangeNames(before);
  }

  async #exchangeNames(other: string): Promise<void> {
    const away = this.#aNewName();
    await this.#client.query(
      `ALTER TABLE ${this.#name} RENAME TO ${away}; ALTER TABLE ${other} RENAME TO ${this.#name}`,
    );
    this.#aside.push(away);
    // Whatever inherits goes with the table.
    this.#child = undefined;
  }

  async #truncate(): Promise<void> {
    await this.#client.query(`TRUNCATE ${this.#name}`);
    await this.#load();
  }

  async #recreate(): Promise<void> {
    const made = this.#aNewName();
    await this.#client.query(
      `CREATE TABLE ${made} (LIKE ${this.#name} INCLUDING ALL); DROP TABLE ${this.#name} CASCADE; ALTER TABLE ${made} RENAME TO ${this.#name}`,
    );
    this.#child = undefined;
    await this.#load();
  }

  /** Into a table that is empty, and was made or truncated in this transaction. */
  async #load(): Promise<void> {
    const version = this.#table.nextVersion();
    if (this.#dice.percent(50)) {
      const rows = `seq -f "%.0f\t${version}\t2020-01-01" ${SHARED_FROM} ${SHARED_TO}`;
      await this.#client.query(`COPY ${this.#name} FROM PROGRAM '${rows}' (FREEZE)`);
    } else
      await this.#client.query(
        `INSERT INTO ${this.#name} SELECT i, ${version}, ${LONG_AGO} FROM generate_series(${SHARED_FROM}, ${SHARED_TO}) i`,
      );
  }

  /** Every row gets a new writer, and is what it was. */
  async #rewrite(): Promise<void> {
    await this.#client.query(`ALTER TABLE ${this.#name} ALTER version TYPE int USING version + 0 * id`);
  }

  async #inherit(): Promise<void> {
    const known = this.#child;
    if (known === undefined) {
      const name = this.#aNewName();
      const first = 3_000_000 + this.#made * 100;
      await this.#client.query(
        `CREATE TABLE ${name} (LIKE ${this.#name} INCLUDING ALL);
         INSERT INTO ${name} SELECT i, ${this.#table.nextVersion()}, ${LONG_AGO} FROM generate_series(${first}, ${first + 3}) i;
         ALTER TABLE ${name} INHERIT ${this.#name}`,
      );
      this.#child = { name, inherits: true };
      return;
    }
    await this.#client.query(
      `ALTER TABLE ${known.name} ${known.inherits ? 'NO INHERIT' : 'INHERIT'} ${this.#name}`,
    );
    // What is written there while nobody reads it under the name is old when it comes back.
    if (known.inherits)
      await this.#client.query(
        `UPDATE ${known.name} SET version = ${this.#table.nextVersion()}, changed = ${this.#table.stamp(this.#dice)} WHERE id % 2 = 0`,
      );
    this.#child = { ...known, inherits: !known.inherits };
  }

  async #leaf(): Promise<{ readonly name: string; readonly bound: string }> {
    const { rows } = await this.#client.query<{ name: string; bound: string }>(
      `SELECT c.relname AS name, pg_get_expr(c.relpartbound, c.oid) AS bound
         FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = '${this.#name}'::regclass ORDER BY bound`,
    );
    return this.#dice.pick(rows);
  }

  async #exchange(): Promise<void> {
    const { name, bound } = await this.#leaf();
    const made = this.#aNewName();
    await this.#client.query(`LOCK TABLE ${this.#name}`);
    await this.#copyOf(name, made);
    await this.#client.query(
      `ALTER TABLE ${this.#name} DETACH PARTITION ${name}; ALTER TABLE ${this.#name} ATTACH PARTITION ${made} ${bound}`,
    );
  }

  async #detachAndAttach(): Promise<void> {
    const { name, bound } = await this.#leaf();
    await this.#client.query(
      `ALTER TABLE ${this.#name} DETACH PARTITION ${name};
       ALTER TABLE ${this.#name} ATTACH PARTITION ${name} ${bound}`,
    );
  }

  async #truncateLeaf(): Promise<void> {
    const { name } = await this.#leaf();
    await this.#client.query(
      `LOCK TABLE ${this.#name}; CREATE TEMP TABLE kept ON COMMIT DROP AS SELECT id FROM ${name}; TRUNCATE ${name};
       INSERT INTO ${name} SELECT id, ${this.#table.nextVersion()}, ${LONG_AGO} FROM kept`,
    );
  }

  /** Takes away what it has made; the name itself is left. */
  async clean(): Promise<void> {
    const { rows } = await this.#client.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relname LIKE '${this.#name}\\_made\\_%'`,
    );
    for (const { name } of rows) await this.#client.query(`DROP TABLE IF EXISTS ${name} CASCADE`);
  }
}

/** Random changes to a few tables, with schema changes in between; the seed makes them the same again. */
import type { Client } from 'pg';

/** Columns by type with values as SQL. Floats and times are such that their text says all of them. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  int2: ["'-32768'", '0', '7'],
  int8: ["'9223372036854775807'", "'-1'"],
  'numeric(30,10)': ['1.5', "'NaN'", "'-99999999999999999999.0000000001'"],
  numeric: ["'Infinity'", '3.14159265358979323846264338327950288'],
  float4: ['1.1', "'-Infinity'", "'NaN'"],
  float8: ['0.1', '1e300', "'-0.0'"],
  bool: ['true', 'false'],
  text: ["''", "'it''s'", "E'a\\nb\\tc'", "'\\x'", "repeat('long ', 2000)", "'ключ 🗝'"],
  'varchar(20)': ["'abc'", "' spaces '"],
  'char(5)': ["'ab'"],
  bytea: ["'\\x00ff27'", "''"],
  date: ["'2026-11-22'", "'infinity'", "'0044-03-15 BC'"],
  time: ["'12:34:56.789'"],
  timestamp: ["'2026-11-22 13:00:00.123456'", "'-infinity'", "'10000-01-01'"],
  timestamptz: ["'2026-11-22 13:00:00.123456+02'", "'infinity'"],
  interval: ["'1 year 2 mons -3 days 04:05:06.7'"],
  uuid: ["'7d9f9a0e-5f7c-4a53-8e0e-0d2f3f0f9a11'"],
  json: [`'{"a": [1, 2]}'`],
  jsonb: [`'{"k": "v", "n": 1.50}'`, "'null'"],
  'int4[]': ["'{1,NULL,3}'", "'{}'", "'[0:1]={5,6}'"],
  'text[]': [`'{"a b","c\\"d",NULL}'`],
  int4range: ["'[1,5)'", "'empty'"],
  inet: ["'10.0.0.1/8'"],
  'bit(3)': ["B'101'"],
  point: ["'(1,2)'"],
  mood: ["'happy'", "'very sad'"],
  positive: ['5'],
  pair: ["ROW(1, 'a,b')"],
};

/** What the types need that are not built in. */
export const WORKLOAD_TYPES = `
  CREATE TYPE mood AS ENUM ('happy', 'very sad');
  CREATE DOMAIN positive AS int CHECK (VALUE > 0);
  CREATE TYPE pair AS (a int, b text)`;

/** The tables, by how much of an old row they write: all can be updated. */
export const WORKLOAD_TABLES = ['by_key', 'by_index', 'Whole Row'] as const;

export class RandomWorkload {
  readonly #client: Client;
  #state: number;
  #columns = 0;
  /** Columns besides the id, by table. */
  readonly #tables = new Map<string, Map<string, string>>();

  constructor(client: Client, seed: number) {
    this.#client = client;
    this.#state = seed | 1;
  }

  async createTables(): Promise<void> {
    await this.#client.query(WORKLOAD_TYPES);
    const names = Object.keys(TYPES);
    for (const [index, table] of WORKLOAD_TABLES.entries()) {
      // Each type is in one of the tables at least.
      const types = names.filter((_, at) => at % WORKLOAD_TABLES.length === index);
      const columns = new Map(types.map((type) => [this.#newColumn(), type]));
      const list = [...columns].map(([name, type]) => `${name} ${type}`).join(', ');
      await this.#client.query(`CREATE TABLE "${table}" (id int NOT NULL, ${list})`);
      this.#tables.set(table, columns);
    }
    await this.#client.query(`
      ALTER TABLE by_key ADD PRIMARY KEY (id);
      CREATE UNIQUE INDEX by_index_id ON by_index (id); ALTER TABLE by_index REPLICA IDENTITY USING INDEX by_index_id;
      ALTER TABLE "Whole Row" REPLICA IDENTITY FULL;
      CREATE UNIQUE INDEX ON "Whole Row" (id)`);
  }

  /** One transaction: a handful of changes, some rolled back to a savepoint, some altogether. */
  async transaction(): Promise<void> {
    await this.#client.query('BEGIN');
    for (let step = this.#random(6); step >= 0; step--) {
      const undone = this.#random(6) === 0;
      if (undone) await this.#client.query('SAVEPOINT s');
      await this.#change(undone);
      if (undone) await this.#client.query('ROLLBACK TO s');
    }
    await this.#client.query('COMMIT');
  }

  async #change(undone: boolean): Promise<void> {
    const table = WORKLOAD_TABLES[this.#random(WORKLOAD_TABLES.length)] as string;
    const columns = this.#tables.get(table) as Map<string, string>;
    const name = `"${table}"`;
    const id = this.#random(40);
    const kind = this.#random(30);
    if (kind === 0) return await this.#run(`TRUNCATE ${name}`);
    if (kind <= 2 && !undone) return await this.#alter(table, columns);
    if (kind <= 6) return await this.#run(`DELETE FROM ${name} WHERE id = ${id}`);
    if (kind <= 8) {
      return await this.#run(
        `UPDATE ${name} SET id = ${id + 100 + this.#random(1_000_000)} WHERE id = ${id}`,
      );
    }
    const list = [...columns];
    if (kind <= 16) {
      const [column, type] = list[this.#random(list.length)] as [string, string];
      return await this.#run(`UPDATE ${name} SET ${column} = ${this.#value(type)} WHERE id <= ${id}`);
    }
    const values = list.map(([, type]) => this.#value(type)).join(', ');
    const names = list.map(([column]) => column).join(', ');
    await this.#run(
      `INSERT INTO ${name} (id, ${names}) SELECT ${id}, ${values} WHERE NOT EXISTS (SELECT FROM ${name} WHERE id = ${id})`,
    );
  }

  async #alter(table: string, columns: Map<string, string>): Promise<void> {
    if (columns.size > 5 && this.#random(2) === 0) {
      const [column] = [...columns.keys()].slice(-1) as [string];
      columns.delete(column);
      return await this.#run(`ALTER TABLE "${table}" DROP COLUMN ${column}`);
    }
    const types = Object.keys(TYPES);
    const [column, type] = [this.#newColumn(), types[this.#random(types.length)] as string];
    columns.set(column, type);
    await this.#run(`ALTER TABLE "${table}" ADD COLUMN ${column} ${type}`);
  }

  #value(type: string): string {
    const values = TYPES[type] as readonly string[];
    return this.#random(5) === 0 ? 'NULL' : `${values[this.#random(values.length)]}::${type}`;
  }

  #newColumn(): string {
    this.#columns += 1;
    return `c${this.#columns}`;
  }

  async #run(sql: string): Promise<void> {
    await this.#client.query(sql);
  }

  #random(below: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % below;
  }
}

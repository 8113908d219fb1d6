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
  pair: ["ROW(1, 'a,b')", 'ROW(NULL, NULL)'],
  timetz: ["'12:34:56.789+02'"],
  money: ["'-1234.56'"],
  name: ["'a name'"],
  '"char"': ["'c'"],
  oid: ['4294967295'],
  xid8: ["'18446744073709551615'"],
  pg_lsn: ["'16/B374D848'"],
  cidr: ["'10.1.0.0/16'", "'2001:db8::/32'"],
  macaddr: ["'08:00:2b:01:02:03'"],
  macaddr8: ["'08:00:2b:01:02:03:04:05'"],
  'varbit(8)': ["B'1011'", "B''"],
  tsvector: ["'a:1 fat:2 cat''s:3'"],
  tsquery: ["'fat & ( rat | cat )'"],
  jsonpath: ["'$.a[*] ? (@ > 2)'"],
  lseg: ["'[(1,2),(3,4)]'"],
  box: ["'(3,4),(1,2)'"],
  path: ["'[(1,2),(3,4)]'", "'((1,2),(3,4))'"],
  polygon: ["'((0,0),(1,1),(2,0))'"],
  circle: ["'<(1,2),3>'"],
  line: ["'{1,2,3}'"],
  numrange: ["'[1.5,)'"],
  daterange: ["'[2026-01-01,2026-02-01)'"],
  tstzrange: [`'["2026-01-01 00:00:00+00",infinity]'`],
  int4multirange: ["'{[1,3),[5,7)}'"],
  'numeric[]': ["'{1.50,NaN,NULL}'"],
  'bytea[]': [`'{"\\\\x00ff",NULL}'`],
  'jsonb[]': [`ARRAY['{"a": "b c"}']`],
  'mood[]': [`'{happy,"very sad"}'`],
  'pair[]': [`ARRAY[ROW(1, 'x "y"')]`],
  'timestamptz[]': ["'{infinity,2026-11-22 13:00:00+00}'"],
};

/** What the types need that are not built in. */
export const WORKLOAD_TYPES = `
  CREATE TYPE mood AS ENUM ('happy', 'very sad');
  CREATE DOMAIN positive AS int CHECK (VALUE > 0);
  CREATE TYPE pair AS (a int, b text)`;

/** The tables, by how much of an old row they write, of which all changes can be published. */
export const WORKLOAD_TABLES = ['by_key', 'by_index', 'Whole Row'] as const;

/** The table that writes nothing of an old row: only what is added to it can be published. */
export const BLIND_TABLE = 'nothing';

const TABLES = [...WORKLOAD_TABLES, BLIND_TABLE] as const;

/** What DDL may make of the replica identity of a table, and back. */
const IDENTITIES: Readonly<Record<string, readonly string[]>> = {
  by_key: ['FULL', 'DEFAULT'],
  by_index: ['FULL', 'USING INDEX by_index_id'],
  'Whole Row': ['USING INDEX whole_row_id', 'FULL'],
};

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
    for (const [index, table] of TABLES.entries()) {
      // Each type is in one of the tables at least.
      const types = names.filter((_, at) => at % TABLES.length === index);
      const columns = new Map(types.map((type) => [this.#newColumn(), type]));
      const list = [...columns].map(([name, type]) => `${name} ${type}`).join(', ');
      await this.#client.query(`CREATE TABLE "${table}" (id int NOT NULL, ${list})`);
      this.#tables.set(table, columns);
    }
    await this.#client.query(`
      ALTER TABLE by_key ADD PRIMARY KEY (id);
      CREATE UNIQUE INDEX by_index_id ON by_index (id); ALTER TABLE by_index REPLICA IDENTITY USING INDEX by_index_id;
      ALTER TABLE "Whole Row" REPLICA IDENTITY FULL;
      CREATE UNIQUE INDEX whole_row_id ON "Whole Row" (id);
      ALTER TABLE nothing REPLICA IDENTITY NOTHING;
      CREATE PUBLICATION keyed FOR TABLE by_key, by_index, "Whole Row";
      CREATE PUBLICATION added FOR TABLE nothing WITH (publish = 'insert, truncate')`);
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
    const table = TABLES[this.#random(TABLES.length)] as string;
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
    const identities = IDENTITIES[table];
    if (identities !== undefined && this.#random(3) === 0) {
      const identity = identities[this.#random(identities.length)] as string;
      return await this.#run(`ALTER TABLE "${table}" REPLICA IDENTITY ${identity}`);
    }
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

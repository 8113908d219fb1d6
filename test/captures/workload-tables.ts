/** The tables of a round: every replica identity, partitions, large values, and columns of all types. */
import type { Client } from 'pg';
import type { Random } from '../harness/random.ts';
import { OWN_TYPES, TYPES } from './value-pool.ts';

export interface WorkTable {
  readonly name: string;
  /** Columns besides the id, with their types; changed by DDL. */
  readonly columns: Map<string, string>;
  /** Several rows can be the same. */
  readonly keyless: boolean;
  /** Columns come and go. */
  readonly altered: boolean;
}

/** Names of columns never come twice, so that a column that was dropped is not taken for a new one. */
export class ColumnNames {
  #last = 0;

  next(): string {
    return `c${++this.#last}`;
  }
}

/** Every kind of them; the types are shared out among three. */
export async function createTables(client: Client, random: Random, names: ColumnNames): Promise<WorkTable[]> {
  await client.query(OWN_TYPES);
  const types = Object.keys(TYPES);
  const some = (count: number) =>
    new Map(Array.from({ length: count }, () => [names.next(), random.pick(types)] as const));
  const columnsOf = (index: number) =>
    new Map(types.filter((_, at) => at % 3 === index).map((type) => [names.next(), type]));
  const list = (columns: ReadonlyMap<string, string>) =>
    [...columns].map(([name, type]) => `, ${name} ${type}`).join('');
  const tables: WorkTable[] = [];
  const add = async (
    name: string,
    columns: Map<string, string>,
    sql: string,
    keyless = false,
    altered = true,
  ) => {
    await client.query(sql);
    tables.push({ name, columns, keyless, altered });
  };
  const byKey = columnsOf(0);
  await add('by_key', byKey, `CREATE TABLE by_key (id int PRIMARY KEY${list(byKey)})`);
  const byIndex = columnsOf(1);
  await add(
    'By "Index"',
    byIndex,
    `CREATE TABLE "By ""Index""" (id int NOT NULL${list(byIndex)});
     CREATE UNIQUE INDEX by_index_id ON "By ""Index""" (id);
     ALTER TABLE "By ""Index""" REPLICA IDENTITY USING INDEX by_index_id`,
  );
  const large = new Map([['t1', 'text'], ['t2', 'text'], ...some(2)]);
  await add(
    'large',
    large,
    `CREATE TABLE large (id int PRIMARY KEY${list(large)});
     ALTER TABLE large ALTER t1 SET STORAGE EXTERNAL, ALTER t2 SET STORAGE EXTERNAL`,
    false,
    false,
  );
  const parts = some(3);
  const ranges = some(2);
  await add(
    'ranges',
    ranges,
    `CREATE TABLE ranges (id int PRIMARY KEY${list(ranges)}) PARTITION BY RANGE (id);
     CREATE TABLE ranges_low PARTITION OF ranges FOR VALUES FROM (MINVALUE) TO (30);
     CREATE TABLE ranges_high PARTITION OF ranges DEFAULT`,
    false,
    false,
  );
  await add(
    'parts',
    parts,
    `CREATE TABLE parts (id int PRIMARY KEY${list(parts)}) PARTITION BY HASH (id);
     CREATE TABLE parts_0 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 0);
     CREATE TABLE parts_1 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 1)`,
    false,
    false,
  );
  const whole = columnsOf(2);
  await add(
    'Whole Row',
    whole,
    `CREATE TABLE "Whole Row" (id int UNIQUE${list(whole)}); ALTER TABLE "Whole Row" REPLICA IDENTITY FULL`,
  );
  const keyless = new Map([['t1', 'text'], ...some(2)]);
  await add(
    'keyless',
    keyless,
    `CREATE TABLE keyless (id int${list(keyless)}); ALTER TABLE keyless REPLICA IDENTITY FULL`,
    true,
    false,
  );
  return tables;
}

/** A name as SQL. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

import type { Database } from '../harness/postgres/database.ts';

/** The tables of the campaign. `weight` is how often one is chosen, `bytesOfRow` about what COPY sends for one. */
export const TABLES = {
  empty: { rows: 0, bytesOfRow: 0, weight: 1 },
  few: { rows: 3, bytesOfRow: 150, weight: 3 },
  some_rows: { rows: 3_000, bytesOfRow: 150, weight: 3 },
  large: { rows: 24, bytesOfRow: 400_000, weight: 2 },
  many: { rows: 60_000, bytesOfRow: 160, weight: 9 },
  most: { rows: 130_000, bytesOfRow: 150, weight: 1 },
} as const;
export type TableName = keyof typeof TABLES;

/** Types whose texts are the same in Postgres and in DuckDB; what differs between them has tests of its own. */
const COLUMNS = `
  g AS id,
  9007199254740993 + g AS big,
  CASE g % 5 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN 'two' || chr(10) || 'lines, "quoted"' ELSE 'größe 受注 ' || g END AS note,
  (g * 1.01)::numeric(12, 2) AS price,
  g % 3 = 0 AS ok,
  timestamp '2020-06-01 12:00:00.123456' + g * interval '1 second' AS at,
  date '1999-12-31' + g AS day`;

/** Makes one of the tables. Values follow from the number of the row. */
export async function createTable(database: Database, name: TableName): Promise<void> {
  const filler =
    name === 'large'
      ? `(SELECT string_agg(md5((g * 100000 + i)::text), '') FROM generate_series(1, 12500) i)`
      : 'md5(g::text) || md5((-g)::text)';
  await database.query(
    `CREATE TABLE ${name} AS SELECT ${COLUMNS}, ${filler} AS filler FROM generate_series(1, ${TABLES[name].rows}) g;
     ANALYZE ${name}`,
  );
}

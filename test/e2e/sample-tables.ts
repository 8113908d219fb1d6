/** The tables that scenarios need besides the `Orders` of the demo. */
import type { Database } from '../harness/postgres/database.ts';

/** NULL, the empty string, and text that looks like both. */
export async function createNotes(database: Database): Promise<void> {
  await database.query(`
    CREATE TABLE notes (id int, note text);
    INSERT INTO notes VALUES (1, NULL), (2, ''), (3, 'NULL'), (4, 'left at the door');
    ANALYZE notes`);
}

/**
 * Rows whose id is their number, in that order: what a preview shows at a place can be told from the place. The payload
 * of the last one is too long for a page of a preview.
 */
export async function createReadings(database: Database, rows: number): Promise<void> {
  await database.query(`
    CREATE UNLOGGED TABLE readings AS
      SELECT
        id,
        'sensor ' || id % 97 AS sensor,
        repeat('x', 80) AS filler,
        CASE
          WHEN id = ${rows} THEN (SELECT jsonb_object_agg('key ' || n, n) FROM generate_series(1, 400) n)
          ELSE jsonb_build_object('id', id)
        END AS payload
      FROM generate_series(1, ${rows}) id;
    ANALYZE readings`);
}

/** As long as Postgres lets a name be. */
export function longName(number: number): string {
  return `a_table_with_quite_a_long_name_as_data_warehouses_have_them_${String(number).padStart(3, '0')}`;
}

export async function createManyTables(database: Database, count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, number) => longName(number));
  const columns = Array.from({ length: 12 }, (_, number) => `a_column_with_a_long_name_${number} text`);
  await database.query(names.map((name) => `CREATE TABLE ${name} (${columns.join(', ')})`).join(';'));
  await database.query(
    `INSERT INTO ${longName(0)} VALUES (${columns.map(() => `repeat('wide ', 60)`).join(', ')})`,
  );
}

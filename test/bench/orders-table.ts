/** The tables that are measured: `Orders` as in the demo, with as many rows as are asked for. */
import type { Client } from 'pg';

export interface OrdersTable {
  readonly schema: string;
  readonly name: string;
  readonly rows: number;
}

const BATCH_ROWS = 1_000_000;

/**
 * Creates and fills one in a single transaction: at `wal_level=minimal` Postgres then writes no WAL for its rows.
 * Frozen and checkpointed at the end, so that the first reader is not the one who sets hint bits, and nothing is
 * written back to disk behind the measurements.
 */
export async function createOrders(
  client: Client,
  { schema, name, rows }: OrdersTable,
  progress: (filled: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const table = `"${schema}"."${name}"`;
  await client.query(`CREATE SCHEMA IF NOT EXISTS "${schema}"`);
  await client.query('BEGIN');
  await client.query(
    `CREATE TABLE ${table} ("OrderId" int, "OrderStatus" varchar(30), "LastUpdated" timestamp)`,
  );
  for (let filled = 0; filled < rows; filled += BATCH_ROWS) {
    signal.throwIfAborted();
    await client.query(
      `INSERT INTO ${table}
       SELECT i,
              (ARRAY['Backordered', 'Shipped', 'Delivered', 'Returned', 'Cancelled'])[1 + i % 5],
              timestamp '2020-06-01 12:00:00' + i * interval '1 second'
         FROM generate_series($1::int, $2::int) AS i`,
      [filled + 1, Math.min(filled + BATCH_ROWS, rows)],
    );
    progress(Math.min(filled + BATCH_ROWS, rows));
  }
  await client.query('COMMIT');
  await client.query(`VACUUM (FREEZE, ANALYZE) ${table}`);
  await client.query('CHECKPOINT');
}

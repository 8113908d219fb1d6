/** The tables of the demo: `Orders` with five rows, and a larger `orders_history`, so that progress can be seen. */
import type { Database } from '../harness/postgres/database.ts';

/** Quoted, because the app shall show the names as they are written here: Postgres folds bare names to lower case. */
const CREATE_ORDERS = `
  CREATE TABLE "Orders" (
    "OrderId" int,
    "OrderStatus" varchar(30),
    "LastUpdated" timestamp
  );
  INSERT INTO "Orders" VALUES
    (1, 'Backordered', '2020-06-01 12:00:00'),
    (1, 'Shipped', '2020-06-09 12:00:25'),
    (2, 'Shipped', '2020-07-11 03:05:00'),
    (1, 'Shipped', '2020-06-09 11:50:00'),
    (3, 'Shipped', '2020-07-12 12:00:00');
  ANALYZE "Orders"`;

const CREATE_HISTORY = `
  CREATE TABLE orders_history (
    order_id int NOT NULL,
    order_status varchar(30) NOT NULL,
    amount numeric(10,2) NOT NULL,
    note text,
    last_updated timestamp NOT NULL
  )`;

/** Notes are text, the empty string and NULL in turn, to see how these differ. */
const FILL_HISTORY = `
  INSERT INTO orders_history
  SELECT
    i,
    (ARRAY['Backordered', 'Shipped', 'Delivered', 'Returned'])[1 + i % 4],
    (i::bigint * 7919 % 1000000) / 100.0,
    CASE i % 3 WHEN 0 THEN 'left at the door' WHEN 1 THEN '' END,
    timestamp '2015-01-01 00:00:00' + i * interval '97 seconds'
  FROM generate_series($1::int, $2::int) AS i`;

const FINISH_HISTORY = `
  ALTER TABLE orders_history ADD PRIMARY KEY (order_id);
  ANALYZE orders_history`;

export const HISTORY_ROWS = 2_000_000;
const BATCH_ROWS = 250_000;

export async function createOrders(database: Database): Promise<void> {
  await database.query(CREATE_ORDERS);
}

/** Fills in batches, and says after each how many rows there are. */
export async function createHistory(
  database: Database,
  progress: (rows: number) => void,
  signal: AbortSignal,
): Promise<void> {
  await database.query(CREATE_HISTORY);
  for (let rows = 0; rows < HISTORY_ROWS; rows += BATCH_ROWS) {
    signal.throwIfAborted();
    await database.query(FILL_HISTORY, [rows + 1, rows + BATCH_ROWS]);
    progress(rows + BATCH_ROWS);
  }
  await database.query(FINISH_HISTORY);
}

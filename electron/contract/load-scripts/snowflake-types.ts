/** What columns are called at Snowflake. https://docs.snowflake.com/en/sql-reference/intro-summary-data-types */
import { decimalCalled, type TypeTable } from './type-table.ts';

/** Characters that VARCHAR can hold by default. */
const VARCHAR_MAX = 16_777_216;

/** Of a file whose values are text: what VARCHAR says is cast in a query, as the notes of the script say. */
export const SNOWFLAKE_TYPES: TypeTable = {
  boolean: 'BOOLEAN',
  smallint: 'SMALLINT',
  integer: 'INTEGER',
  bigint: 'BIGINT',
  oid: 'BIGINT',
  real: 'FLOAT',
  double: 'FLOAT',
  numeric: 'VARCHAR',
  date: 'DATE',
  time: 'TIME',
  timetz: 'VARCHAR',
  timestamp: 'TIMESTAMP_NTZ',
  timestamptz: 'TIMESTAMP_TZ',
  uuid: 'VARCHAR(36)',
  json: 'VARCHAR',
  bytea: 'VARCHAR',
  text: 'VARCHAR',
  array: 'VARCHAR',
  decimal: decimalCalled('NUMBER'),
  limited: (length) => `VARCHAR(${Math.min(length, VARCHAR_MAX)})`,
};

/**
 * Of a Parquet file, which says the types itself: they have to be such as Snowflake takes them for.
 * https://docs.snowflake.com/en/sql-reference/sql/create-file-format (USE_LOGICAL_TYPE)
 */
export const SNOWFLAKE_PARQUET: TypeTable = {
  ...SNOWFLAKE_TYPES,
  timestamptz: 'TIMESTAMP_LTZ',
  uuid: 'BINARY(16)',
  bytea: 'BINARY',
  array: 'VARIANT',
};

/**
 * What the columns of a Parquet file are called at each warehouse. The file says the types itself, and a column of the
 * table has to be of a type that the warehouse takes it for: there is no text in between that could be read otherwise.
 */
import { DECIMAL_MAX_PRECISION, type UnboundedNumeric } from '../format.ts';
import type { LoadableColumn } from './loadable-run.ts';
import type { PostgresType } from './postgres-type.ts';
import { decimalCalled, typeIn, type TypeTable } from './type-table.ts';

/** How a column lies in the file: what has no type of its own in Parquet is text there, as Postgres writes it. */
export function typeInParquet(type: PostgresType, unbounded: UnboundedNumeric = 'text'): PostgresType {
  if (type.kind === 'array') return { kind: 'array', element: typeInParquet(type.element, unbounded) };
  const tooWide = type.kind === 'decimal' && type.precision > DECIMAL_MAX_PRECISION;
  if (tooWide || type.kind === 'numeric') {
    return typeof unbounded === 'string' ? { kind: unbounded } : { kind: 'decimal', ...unbounded };
  }
  return type.kind === 'timetz' ? { kind: 'text' } : type;
}

/** https://docs.aws.amazon.com/redshift/latest/dg/copy-usage_notes-copy-from-columnar.html */
export const REDSHIFT_PARQUET: TypeTable = {
  boolean: 'BOOLEAN',
  // The file has 32 bits, and COPY takes no narrower column for them.
  smallint: 'INTEGER',
  integer: 'INTEGER',
  bigint: 'BIGINT',
  oid: 'BIGINT',
  real: 'REAL',
  double: 'DOUBLE PRECISION',
  numeric: 'VARCHAR(65535)',
  date: 'DATE',
  time: 'TIME',
  timetz: 'VARCHAR(65535)',
  timestamp: 'TIMESTAMP',
  timestamptz: 'TIMESTAMP',
  uuid: 'VARBYTE(16)',
  json: 'VARCHAR(65535)',
  bytea: 'VARBYTE(1024000)',
  text: 'VARCHAR(65535)',
  array: 'SUPER',
  decimal: decimalCalled('DECIMAL'),
  limited: (length) => `VARCHAR(${Math.min(length * 4, 65_535)})`,
};

/** https://docs.aws.amazon.com/athena/latest/ug/data-types.html */
export const ATHENA_PARQUET: TypeTable = {
  boolean: 'boolean',
  smallint: 'int',
  integer: 'int',
  bigint: 'bigint',
  oid: 'bigint',
  real: 'float',
  double: 'double',
  numeric: 'string',
  date: 'date',
  time: 'bigint',
  timetz: 'string',
  timestamp: 'timestamp',
  timestamptz: 'timestamp',
  uuid: 'binary',
  json: 'string',
  bytea: 'binary',
  text: 'string',
  array: 'array<string>',
  decimal: decimalCalled('decimal'),
  limited: () => 'string',
};

/** The type of a column of Athena, where an array has elements of a type. */
export function athenaParquetType({ type }: LoadableColumn): string {
  return type.kind === 'array'
    ? `array<${typeIn(ATHENA_PARQUET, type.element)}>`
    : typeIn(ATHENA_PARQUET, type);
}

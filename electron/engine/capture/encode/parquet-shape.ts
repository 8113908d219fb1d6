/**
 * The columns of a Parquet object of changes: what happened to the row, as flat lines have it, and then those of the table.
 * Values that the type of a column cannot hold (the infinities and NaN of dates, times and decimals) are NULL there and
 * stand in `_unheld` as Postgres writes them, so that nothing is lost and the type stays. Old values (`_key`, `_before`) are JSON by
 * the names that the columns have in the table; numbers are strings in it, because readers make doubles of numbers.
 */
import type { ParquetColumn, ParquetKind } from '../../encode/parquet/parquet-column.ts';
import type { TableShape } from '../change.ts';
import { memberName } from './flat-lines.ts';

/** By the id in pg_type. Whatever is not here is text. */
const KINDS: ReadonlyMap<number, ParquetKind> = new Map([
  [16, 'boolean'],
  [20, 'int8'],
  [21, 'int2'],
  [23, 'int4'],
  [700, 'float4'],
  [701, 'float8'],
  [114, 'json'],
  [3802, 'json'],
  [1082, 'date'],
  [1114, 'timestamp'],
  [1184, 'timestamptz'],
  [2950, 'uuid'],
]);

const NUMERIC = 1700;
const MOST_DIGITS = 38;

/** What stands before the columns of the table, in this order; `_unheld` stands behind them. */
export const CHANGE_COLUMNS: readonly ParquetColumn[] = [
  plain('_op', 'text'),
  plain('_lsn', 'int8'),
  plain('_commit_lsn', 'int8'),
  plain('_xid', 'int8'),
  plain('_commit_at', 'timestamptz'),
  plain('_order', 'int8'),
  plain('_key', 'json'),
  plain('_unchanged', 'json'),
  plain('_before', 'json'),
];

/** All columns of an object. */
export function parquetColumns(shape: Pick<TableShape, 'file'>): readonly ParquetColumn[] {
  return [...CHANGE_COLUMNS, ...tableColumns(shape), plain('_unheld', 'json')];
}

/** Those of the table. */
export function tableColumns({ file }: Pick<TableShape, 'file'>): readonly ParquetColumn[] {
  return file.columns.map(({ name, typeId, typeModifier }) => {
    const decimal = typeId === NUMERIC ? decimalOf(typeModifier) : undefined;
    const column = plain(memberName(name), decimal === undefined ? (KINDS.get(typeId) ?? 'text') : 'decimal');
    return { ...column, ...decimal };
  });
}

/** Digits in the upper half of the modifier, those behind the point in eleven bits of the lower, both after a header of 4. */
function decimalOf(modifier: number): { readonly precision: number; readonly scale: number } | undefined {
  if (modifier < 4) return undefined;
  const precision = ((modifier - 4) >> 16) & 0xffff;
  const scale = (((modifier - 4) & 0x7ff) ^ 1024) - 1024;
  return precision <= MOST_DIGITS && scale >= 0 && scale <= precision ? { precision, scale } : undefined;
}

function plain(name: string, kind: ParquetKind): ParquetColumn {
  return { name, kind, list: false, cast: null, precision: 0, scale: 0 };
}

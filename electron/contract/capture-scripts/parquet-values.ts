/** What the columns of a capture's Parquet are: see electron/engine/capture/encode/parquet-shape.ts, which writes them. */
import type { PostgresType } from '../load-scripts/postgres-type.ts';
import { columnsOf, type CapturedColumn, type CapturedFiles } from './captured-files.ts';

/** Kinds that the files have a type for; all others are text in them. */
export const TYPED_IN_PARQUET: ReadonlySet<PostgresType['kind']> = new Set([
  'boolean',
  'smallint',
  'integer',
  'bigint',
  'real',
  'double',
  'decimal',
  'date',
  'timestamp',
  'timestamptz',
  'uuid',
]);

/** What stands before the columns of the table, with the name that a type has in load-scripts/parquet-types.ts. */
export const CHANGE_COLUMNS = [
  ['_op', 'text'],
  ['_lsn', 'bigint'],
  ['_commit_lsn', 'bigint'],
  ['_xid', 'bigint'],
  ['_commit_at', 'timestamptz'],
  ['_order', 'bigint'],
  ['_key', 'json'],
  ['_unchanged', 'json'],
  ['_before', 'json'],
] as const;

/** What stands behind them. */
export const UNHELD = '_unheld';

/** How a column lies in the files. */
export function typeInFiles({ type }: CapturedColumn): PostgresType {
  return TYPED_IN_PARQUET.has(type.kind) ? type : { kind: type.kind === 'json' ? 'json' : 'text' };
}

/** True where all files have the columns that the table has now, so that they can be read as one table. */
export function isOneVersion(files: CapturedFiles): boolean {
  const wanted = JSON.stringify(columnsOf(files).map(({ name, type }) => [name, type]));
  return files.objects.every(
    ({ schema }) =>
      JSON.stringify(columnsOf({ ...files, schema }).map(({ name, type }) => [name, type])) === wanted,
  );
}

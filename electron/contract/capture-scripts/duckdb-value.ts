import { DUCKDB_TYPES, withEra } from '../load-scripts/duckdb.ts';
import { typeIn } from '../load-scripts/type-table.ts';
import type { CapturedColumn } from './captured-files.ts';

/** A text of Postgres's, or of DuckDB's own, as a value. */
export function duckDbValue(text: string, { type }: CapturedColumn): string {
  if (type.kind === 'bytea') return `unhex(substr(${text}, 3))`;
  const isTime = ['date', 'timestamp', 'timestamptz'].includes(type.kind);
  const name = typeIn(DUCKDB_TYPES, type);
  if (name === 'VARCHAR') return text;
  // Its decimals have no NaN: one would end every query.
  if (type.kind === 'decimal') return `CAST(NULLIF(${text}, 'NaN') AS ${name})`;
  // Its times end in the year 294247, and those of Postgres in 294276: one of the years between would end every query.
  return isTime ? `TRY_CAST(${withEra(text)} AS ${name})` : `CAST(${text} AS ${name})`;
}

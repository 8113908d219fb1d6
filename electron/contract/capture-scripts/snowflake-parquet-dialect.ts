/**
 * How Snowflake reads a row of Parquet that COPY has put into a VARIANT. Values become one text for each, the old ones too, which the
 * files have as JSON: so that they can be told from each other.
 */
import { quotedName, sqlString } from '../load-scripts/quoting.ts';
import { SNOWFLAKE_PARQUET } from '../load-scripts/snowflake-types.ts';
import { typeIn } from '../load-scripts/type-table.ts';
import type { CapturedColumn } from './captured-files.ts';
import type { LatestDialect } from './latest-view.ts';
import { typeInFiles } from './parquet-values.ts';

/** https://docs.snowflake.com/en/sql-reference/sql/create-file-format (TYPE = PARQUET) */
export const PARQUET_FORMAT = 'TYPE = PARQUET BINARY_AS_TEXT = FALSE USE_LOGICAL_TYPE = TRUE NULL_IF = ()';

const TIME = 'YYYY-MM-DD HH24:MI:SS.FF6';
const UUID = String.raw`'^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$', '\\1-\\2-\\3-\\4-\\5'`;

type ParquetDialect = Pick<LatestDialect, 'member' | 'list' | 'value' | 'oldValue'>;

export const SNOWFLAKE_PARQUET_ROW: ParquetDialect = {
  member: ([name = '']) => `line:${quotedName(name)}::VARCHAR`,
  list: ([name = '']) => `line:${quotedName(name)}::VARCHAR`,
  value: (column) => {
    const value = `line:${quotedName(column.member)}`;
    if (column.type.kind === 'uuid') return `REGEXP_REPLACE(LOWER(${value}::VARCHAR), ${UUID})`;
    const type = namedType(column);
    return type === undefined ? `${value}::VARCHAR` : shown(`${value}::${type}`, column);
  },
  oldValue: (field, column) => {
    const old = `PARSE_JSON(line:${quotedName(field)}::VARCHAR):${quotedName(column.name)}::VARCHAR`;
    const type = namedType(column);
    return type === undefined ? old : shown(`TRY_CAST(${old} AS ${type})`, column);
  },
};

/** The type of what can be written in several ways; undefined for the others. */
function namedType(column: CapturedColumn): string | undefined {
  const type = typeInFiles(column);
  const kinds = ['real', 'double', 'decimal', 'date', 'timestamp', 'timestamptz'];
  if (!kinds.includes(type.kind)) return undefined;
  return type.kind === 'timestamptz' ? 'TIMESTAMP_TZ' : typeIn(SNOWFLAKE_PARQUET, type);
}

function shown(value: string, { type: { kind } }: CapturedColumn): string {
  if (kind === 'date') return `TO_VARCHAR(${value}, 'YYYY-MM-DD')`;
  if (kind === 'timestamp') return `TO_VARCHAR(${value}, ${sqlString(TIME)})`;
  if (kind === 'timestamptz')
    return `TO_VARCHAR(CONVERT_TIMEZONE('UTC', ${value}), ${sqlString(`${TIME} TZH:TZM`)})`;
  return `${value}::VARCHAR`;
}

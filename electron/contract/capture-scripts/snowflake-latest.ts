/** A table of lines, or of rows of Parquet, for Snowflake, which COPY INTO adds the new objects to, and views over it. */
import { escapedSqlString, quotedName } from '../load-scripts/quoting.ts';
import { SNOWFLAKE_TYPES } from '../load-scripts/snowflake-types.ts';
import { typeIn } from '../load-scripts/type-table.ts';
import { isOneCompression, type CapturedColumn, type CapturedFiles } from './captured-files.ts';
import { PARQUET_FORMAT, SNOWFLAKE_PARQUET_ROW } from './snowflake-parquet-dialect.ts';
import { castOf, headOf, viewsOver, type LatestDialect } from './latest-view.ts';

/** https://docs.snowflake.com/en/user-guide/querying-semistructured */
const path = (names: readonly string[]) =>
  names.map((name, i) => `${i === 0 ? ':' : '.'}${quotedName(name)}`).join('');

function typed(text: string, { type }: CapturedColumn): string {
  if (type.kind === 'json') return `PARSE_JSON(${text})`;
  return `${castOf(type)}(${text} AS ${typeIn(SNOWFLAKE_TYPES, type)})`;
}

const DIALECT: LatestDialect = {
  name: quotedName,
  columnName: (name) => name,
  member: (names) => `line${path(names)}::VARCHAR`,
  list: (names) => `line${path(names)}::VARCHAR`,
  typed,
  text: 'VARCHAR',
};

export function snowflakeLatest(files: CapturedFiles): string {
  const { name: table } = files.schema.table;
  const lines = quotedName(`${table}_lines`);
  const parquet = files.format === 'parquet';
  const format = parquet
    ? PARQUET_FORMAT
    : `TYPE = JSON COMPRESSION = ${isOneCompression(files) ? files.compression.toUpperCase() : 'AUTO'} NULL_IF = ()`;
  return [
    headOf('Snowflake', files, [
      'Put the name of a storage integration that may read the bucket in the place of <storage_integration>. Run the COPY INTO again, or make a pipe of it, for objects that come later: it knows which it has read.',
    ]),
    '',
    `CREATE TABLE IF NOT EXISTS ${lines} (line VARIANT);`,
    '',
    `CREATE OR REPLACE STAGE ${quotedName(`${table}_stage`)}`,
    `  URL = ${escapedSqlString(`s3://${files.bucket?.name ?? ''}/${files.folder}`)}`,
    '  STORAGE_INTEGRATION = <storage_integration>',
    `  FILE_FORMAT = (${format});`,
    '',
    `COPY INTO ${lines} FROM @${quotedName(`${table}_stage`)} ON_ERROR = ABORT_STATEMENT;`,
    '',
    ...viewsOver(files, lines, parquet ? { ...DIALECT, ...SNOWFLAKE_PARQUET_ROW } : DIALECT),
    '',
  ].join('\n');
}

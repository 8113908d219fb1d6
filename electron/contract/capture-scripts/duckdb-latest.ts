/** Views over the changes for DuckDB: a line is taken as JSON, and its members by JSON pointers. */
import { DOUBLE_DIGITS, duckDbPath, secretOf } from '../load-scripts/duckdb.ts';
import { quotedName, sqlString } from '../load-scripts/quoting.ts';
import type { CapturedColumn, CapturedFiles } from './captured-files.ts';
import { duckDbValue } from './duckdb-value.ts';
import { duckDbParquetLatest } from './duckdb-parquet-latest.ts';
import { changeColumns, headOf, latestRows, type LatestDialect } from './latest-view.ts';

/** https://datatracker.ietf.org/doc/html/rfc6901 */
function pointer(path: readonly string[]): string {
  return path.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** A number with a fraction has been a double by then: what has more digits than that is one. */
function typed(text: string, column: CapturedColumn): string {
  const { type } = column;
  const rounded = type.kind === 'decimal' && type.precision > DOUBLE_DIGITS;
  return rounded ? `CAST(${text} AS DOUBLE)` : duckDbValue(text, column);
}

export function duckDbLatest(files: CapturedFiles): string {
  return files.format === 'parquet' ? duckDbParquetLatest(files) : overLines(files);
}

function overLines(files: CapturedFiles): string {
  const { name: table } = files.schema.table;
  const paths: string[] = [];
  const member = (path: readonly string[]) => `v[${paths.push(pointer(path))}]`;
  const dialect: LatestDialect = {
    name: quotedName,
    columnName: (name) => name,
    member,
    list: member,
    typed,
    text: 'VARCHAR',
  };
  const columns = changeColumns(files, dialect);
  const changes = quotedName(`${table}_changes`);
  return [
    headOf('DuckDB', files, [
      'DuckDB reads a number of JSON that has a fraction as a double, so that about 15 digits stay. It lists the objects that there are now: make it anew to see later ones.',
    ]),
    '',
    ...secretOf(files.bucket),
    `CREATE OR REPLACE VIEW ${changes} AS`,
    'SELECT',
    columns.map((column) => `  ${column}`).join(',\n'),
    'FROM (',
    ...linesOf(files, paths),
    ');',
    '',
    `CREATE OR REPLACE VIEW ${quotedName(table)} AS`,
    ...latestRows(files, changes, dialect),
    '',
  ].join('\n');
}

/** Each line as a list of its members. */
function linesOf({ objects }: CapturedFiles, paths: readonly string[]): string[] {
  const groups = [...Map.groupBy(objects, ({ compression }) => compression)];
  return groups.flatMap(([compression, some], i) => [
    ...(i === 0 ? [] : ['  UNION ALL']),
    // All members at once: each call would read the line again.
    `  SELECT json_extract_string(json, [${paths.map(sqlString).join(', ')}]) AS v`,
    '  FROM read_json_objects(',
    '    [',
    some.map(({ uri }) => `      ${sqlString(duckDbPath(uri))}`).join(',\n'),
    '    ],',
    `    format = 'newline_delimited', compression = ${sqlString(compression === 'none' ? 'uncompressed' : compression)}`,
    '  )',
  ]);
}

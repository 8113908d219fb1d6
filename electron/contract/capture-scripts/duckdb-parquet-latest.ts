/**
 * Views over the changes for DuckDB, of files of Parquet. Values become the text that DuckDB writes for their types, the old
 * ones too, so that they can be told from each other; the view of the current rows makes values of them again.
 */
import { duckDbPath, secretOf } from '../load-scripts/duckdb.ts';
import { quotedName, sqlString } from '../load-scripts/quoting.ts';
import type { PostgresType } from '../load-scripts/postgres-type.ts';
import { columnsOf, type CapturedColumn, type CapturedFiles, type CapturedObject } from './captured-files.ts';
import { TYPED_IN_PARQUET } from './parquet-values.ts';
import { duckDbValue } from './duckdb-value.ts';
import { changeColumns, headOf, latestRows, type LatestDialect } from './latest-view.ts';

/** Kinds whose infinities the files have beside their columns. */
const APART: ReadonlySet<PostgresType['kind']> = new Set(['decimal', 'date', 'timestamp', 'timestamptz']);

export function duckDbParquetLatest(files: CapturedFiles): string {
  const { name: table } = files.schema.table;
  const changes = quotedName(`${table}_changes`);
  const whole = dialectOf(files);
  return [
    headOf('DuckDB', files, ['It lists the objects that there are now: make it anew to see later ones.']),
    '',
    ...secretOf(files.bucket),
    `CREATE OR REPLACE VIEW ${changes} AS`,
    // A column can have had another type: each version is read by itself.
    versionsOf(files.objects)
      .map((objects) => selectOf({ ...files, objects }))
      .join('\nUNION ALL\n')
      .concat(';'),
    '',
    `CREATE OR REPLACE VIEW ${quotedName(table)} AS`,
    ...latestRows(files, changes, whole),
    '',
  ].join('\n');
}

function versionsOf(objects: readonly CapturedObject[]): CapturedObject[][] {
  return [...Map.groupBy(objects, ({ schema }) => schema).values()];
}

function selectOf(files: CapturedFiles): string {
  return [
    'SELECT',
    changeColumns(files, dialectOf(files))
      .map((column) => `  ${column}`)
      .join(',\n'),
    'FROM read_parquet(',
    '  [',
    files.objects.map(({ uri }) => `    ${sqlString(duckDbPath(uri))}`).join(',\n'),
    '  ],',
    // The first object may be older than a column that says what happened.
    '  union_by_name = true, hive_partitioning = false',
    ')',
  ].join('\n');
}

/** For objects of one version, whose columns may be fewer than those of the view. */
function dialectOf(files: CapturedFiles): LatestDialect {
  const schema = files.objects[0]?.schema ?? files.schema;
  const stored = new Map(columnsOf({ ...files, schema }).map((column) => [column.name, column]));
  const text = (sql: string) => `CAST(${sql} AS VARCHAR)`;
  const member = ([name = '']: readonly string[]) => text(quotedName(name));
  /** What Postgres wrote, as DuckDB writes it. */
  const rewritten = (sql: string, column: CapturedColumn) => {
    if (!TYPED_IN_PARQUET.has(column.type.kind)) return sql;
    // TRY: a value that the type does not have is NULL in both.
    return text(duckDbValue(sql, column).replace(/^CAST/, 'TRY_CAST'));
  };
  const inJson = (field: string, name: string) =>
    `json_extract_string(${quotedName(field)}, ${sqlString(`/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`)})`;
  return {
    name: quotedName,
    columnName: (name) => name,
    member,
    list: member,
    value: ({ name }) => {
      const column = stored.get(name);
      if (column === undefined) return 'NULL';
      const value = text(quotedName(column.member));
      return APART.has(column.type.kind)
        ? `COALESCE(${value}, ${rewritten(inJson('_unheld', column.member), column)})`
        : value;
    },
    oldValue: (field, { name }) => {
      const column = stored.get(name);
      return column === undefined ? 'NULL' : rewritten(inJson(field, name), column);
    },
    typed: duckDbValue,
    text: 'VARCHAR',
  };
}

/**
 * A table of the files for Amazon Athena, and views over it. Columns are found by their position, because names in lower case
 * are not those of the files: so all files have to have the same.
 */
import { PARQUET_SERDE } from '../load-scripts/athena.ts';
import { distinctNames, plainName } from '../load-scripts/names.ts';
import { ATHENA_PARQUET } from '../load-scripts/parquet-types.ts';
import { hiveString, quotedName } from '../load-scripts/quoting.ts';
import { typeIn } from '../load-scripts/type-table.ts';
import { athenaCast, athenaPath } from './athena-value.ts';
import { columnsOf, type CapturedColumn, type CapturedFiles } from './captured-files.ts';
import { headOf, viewsOver, type LatestDialect } from './latest-view.ts';
import { CHANGE_COLUMNS, typeInFiles, UNHELD } from './parquet-values.ts';

const UUID = String.raw`'^(.{8})(.{4})(.{4})(.{4})(.{12})$', '$1-$2-$3-$4-$5'`;

export function athenaParquetLatest(files: CapturedFiles): string {
  const table = plainName(files.schema.table.name).toLowerCase();
  const columns = columnsOf(files);
  const names = columns.map(({ name }) => name);
  const taken = [...CHANGE_COLUMNS.map(([name]) => name), UNHELD];
  const distinct = distinctNames([...taken, ...names.map((name) => plainName(name).toLowerCase())]).slice(
    taken.length,
  );
  const dialect = dialectOf((name) => distinct[names.indexOf(name)] ?? name);
  return [
    headOf('Amazon Athena', files, [
      'Athena reads every object in the folder, also those that come later, which have to have the same columns. Run one statement at a time: Athena takes no more. Its times have milliseconds.',
    ]),
    '',
    `CREATE EXTERNAL TABLE \`${table}_files\` (`,
    [
      ...CHANGE_COLUMNS.map(([name, kind]) => `  \`${name}\` ${typeIn(ATHENA_PARQUET, { kind })}`),
      ...columns.map(
        (column, i) => `  \`${distinct[i] ?? ''}\` ${typeIn(ATHENA_PARQUET, typeInFiles(column))}`,
      ),
      `  \`${UNHELD}\` string`,
    ].join(',\n'),
    ')',
    ...PARQUET_SERDE,
    `LOCATION ${hiveString(`s3://${files.bucket?.name ?? ''}/${files.folder}`)};`,
    '',
    ...viewsOver(files, `"${table}_files"`, dialect, table),
    '',
  ].join('\n');
}

function dialectOf(columnName: LatestDialect['columnName']): LatestDialect {
  const text = (sql: string) => `CAST(${sql} AS varchar)`;
  const member = ([name = '']: readonly string[]) => text(quotedName(name));
  return {
    name: quotedName,
    columnName,
    member,
    list: member,
    value: (column) => {
      const value = quotedName(columnName(column.name));
      return column.type.kind === 'uuid' ? `lower(regexp_replace(to_hex(${value}), ${UUID}))` : text(value);
    },
    oldValue: (field, column) => {
      const old = `json_extract_scalar(${quotedName(field)}, ${athenaPath([column.name])})`;
      return sameText(old, column);
    },
    typed: athenaCast,
    text: 'varchar',
  };
}

/** An old value as the text that Athena writes for the new one. */
function sameText(old: string, column: CapturedColumn): string {
  const { kind } = typeInFiles(column);
  if (kind === 'text' || kind === 'json' || kind === 'uuid' || kind === 'boolean') return old;
  // The files have times with a zone in UTC, without it.
  const plain = kind === 'timestamptz' ? `regexp_replace(${old}, '[+]00$')` : old;
  return `CAST(TRY_CAST(${plain} AS ${typeIn(ATHENA_PARQUET, column.type)}) AS varchar)`;
}

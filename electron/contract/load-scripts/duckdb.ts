/**
 * A view over the files for DuckDB. https://duckdb.org/docs/stable/data/csv/overview
 *
 * Nothing is left to detection: the columns, their types and every rule of quoting are those of the run. Where DuckDB
 * reads a text of Postgres wrongly (a date BC, bytea), the view takes it as text and converts it.
 */
import type { CsvFormat } from '../format.ts';
import { PYTHON_NULLS, renameNotes, titleOf, typeNotes } from './load-notes.ts';
import type { Bucket, LoadableColumn, LoadableRun, LoadFile } from './loadable-run.ts';
import { distinctNames } from './names.ts';
import { foldersLeftOut, type PartitionColumn } from './partition-column.ts';
import type { PostgresType } from './postgres-type.ts';
import { comment, listInComment, quotedName, sqlString } from './quoting.ts';
import { quotesOf } from './readable.ts';
import { HIVE_NULL } from '../partition.ts';
import { decimalCalled, typeIn, type TypeTable } from './type-table.ts';

/** Digits of a number that a double keeps. */
export const DOUBLE_DIGITS = 15;

export const DUCKDB_TYPES: TypeTable = {
  boolean: 'BOOLEAN',
  smallint: 'SMALLINT',
  integer: 'INTEGER',
  bigint: 'BIGINT',
  oid: 'UINTEGER',
  real: 'FLOAT',
  double: 'DOUBLE',
  numeric: 'VARCHAR',
  date: 'DATE',
  time: 'TIME',
  timetz: 'TIMETZ',
  timestamp: 'TIMESTAMP',
  timestamptz: 'TIMESTAMPTZ',
  uuid: 'UUID',
  json: 'JSON',
  bytea: 'BLOB',
  text: 'VARCHAR',
  array: 'VARCHAR',
  decimal: decimalCalled('DECIMAL'),
  limited: () => 'VARCHAR',
};
/** A number of JSON that has a fraction is a double before anything can be made of it. */
const JSON_TYPES: TypeTable = {
  ...DUCKDB_TYPES,
  numeric: 'DOUBLE',
  array: 'JSON',
  decimal: (precision, scale) =>
    precision <= DOUBLE_DIGITS ? DUCKDB_TYPES.decimal(precision, scale) : undefined,
};

export function duckDbScript(run: LoadableRun): readonly LoadFile[] {
  const names = distinctNames(run.columns.map(({ name }) => name));
  const head = comment('--', [titleOf('DuckDB', run), ...folderNotes(run), ...notes(run, names)]);
  const script = (lines: readonly string[]): LoadFile => ({
    name: `${run.fileStem}duckdb.sql`,
    text: [head, '', ...lines, ''].join('\n'),
  });
  const lost = run.format.kind === 'jsonl' ? run.columns.filter(({ name }, i) => name !== names[i]) : [];
  if (lost.length > 0) {
    const columns = listInComment(lost.map(({ name }) => name));
    return [
      script([
        comment('--', [
          `DuckDB cannot read this: to it, names that differ in upper and lower case alone are one, and a field of JSON is found by its name. It would lose ${columns}. Extract as delimited text, or with a query that renames the columns.`,
        ]),
      ]),
    ];
  }
  if (run.format.kind === 'parquet') return [script(parquetView(run, names))];
  const partition = viewPartition(run);
  return [
    script([
      ...secretOf(run.bucket),
      `CREATE OR REPLACE VIEW ${quotedName(run.table)} AS`,
      'SELECT',
      [
        ...run.columns.map((column, i) => `  ${valueOf(column, names[i] ?? '', run)}`),
        ...(partition === undefined ? [] : [`  ${folderValue(partition)} AS ${quotedName(partition.name)}`]),
      ].join(',\n'),
      `FROM ${run.format.kind === 'csv' ? 'read_csv' : 'read_json'}(`,
      ...filesOf(run),
      '  columns = {',
      run.columns
        .map((column, i) => `    ${sqlString(names[i] ?? '')}: ${sqlString(readType(column, run))}`)
        .join(',\n'),
      '  },',
      ...[
        ...readOptions(run),
        `compression = ${sqlString(run.compression === 'none' ? 'uncompressed' : run.compression)}`,
      ].map((option) => `  ${option},`),
      folderOption(partition),
      ');',
    ]),
  ];
}

/** The types are in the files; the names are given by position, because some differ in upper and lower case alone. */
function parquetView(run: LoadableRun, names: readonly string[]): string[] {
  const partition = viewPartition(run);
  return [
    ...secretOf(run.bucket),
    `CREATE OR REPLACE VIEW ${quotedName(run.table)} (`,
    [...names, ...(partition === undefined ? [] : [partition.name])]
      .map((name) => `  ${quotedName(name)}`)
      .join(',\n'),
    ') AS',
    // The folder's column comes behind those of the files.
    partition === undefined
      ? 'SELECT * FROM read_parquet('
      : `SELECT * REPLACE (${folderValue(partition)} AS ${quotedName(partition.name)}) FROM read_parquet(`,
    ...filesOf(run),
    folderOption(partition),
    ');',
  ];
}

/** The column that the view has from the names of folders: none where the rows have one of its name. */
function viewPartition({ partition }: LoadableRun): PartitionColumn | undefined {
  return partition?.inRows === false && !partition.ambiguous ? partition : undefined;
}

/**
 * Otherwise a folder such as dt=2020-06-01 would become a column by itself, of whatever type its values look like.
 * https://duckdb.org/docs/stable/data/partitioning/hive_partitioning
 */
function folderOption(partition: PartitionColumn | undefined): string {
  return partition === undefined
    ? '  hive_partitioning = false'
    : `  hive_partitioning = true,\n  hive_types = {${sqlString(partition.name)}: VARCHAR}`;
}

/** As text first: what Hive writes for NULL is one to DuckDB since version 1.5 only, and no date. */
function folderValue({ name, type }: PartitionColumn): string {
  const value = `NULLIF(${quotedName(name)}, ${sqlString(HIVE_NULL)})`;
  return type === 'text' ? value : `CAST(${value} AS ${DUCKDB_TYPES[type]})`;
}

function filesOf({ objects }: LoadableRun): string[] {
  return ['  [', objects.map(({ uri }) => `    ${sqlString(duckDbPath(uri))}`).join(',\n'), '  ],'];
}

function typeOf({ type }: LoadableColumn, { format }: LoadableRun): string {
  return typeIn(format.kind === 'jsonl' ? JSON_TYPES : DUCKDB_TYPES, type);
}

/** Dates as text: DuckDB takes "0044-03-15 BC" for a year of our era, without a word. */
function isConverted({ type }: LoadableColumn, { format }: LoadableRun): boolean {
  if (format.kind === 'csv' && format.dialect === 'python') return false;
  return ['date', 'timestamp', 'timestamptz', 'bytea'].includes(type.kind);
}

function readType(column: LoadableColumn, run: LoadableRun): string {
  return isConverted(column, run) ? 'VARCHAR' : typeOf(column, run);
}

function valueOf(column: LoadableColumn, name: string, run: LoadableRun): string {
  const quoted = quotedName(name);
  if (!isConverted(column, run)) return quoted;
  if (column.type.kind === 'bytea') return `unhex(${quoted}[3:]) AS ${quoted}`;
  return `CAST(${withEra(quoted)} AS ${typeOf(column, run)}) AS ${quoted}`;
}

/** Postgres writes the era at the end, DuckDB reads it after the day. */
export function withEra(value: string): string {
  return String.raw`regexp_replace(${value}, '^([^ T]+)(.*) BC$', '\1 (BC)\2')`;
}

function readOptions({ format }: LoadableRun): string[] {
  if (format.kind !== 'csv') return [`format = 'newline_delimited'`, 'auto_detect = false'];
  const python = format.dialect === 'python';
  const { quote, escape } = quotesOf(format);
  return [
    'auto_detect = false',
    `header = ${String(format.header)}`,
    `delim = ${sqlString(format.delimiter)}`,
    `quote = ${sqlString(quote)}`,
    `escape = ${sqlString(escape)}`,
    python ? String.raw`new_line = '\r\n'` : String.raw`new_line = '\n'`,
    `nullstr = ${sqlString(format.nullToken)}`,
    // Python puts a NULL in quotes where it is all there is in a row; COPY never does.
    `allow_quoted_nulls = ${String(python)}`,
  ];
}

/** The name of a file as DuckDB takes it, which is a pattern. */
export function duckDbPath(uri: string): string {
  const path = uri.startsWith('file:') ? localPath(uri) : uri;
  return path.replaceAll(/[*?[]/g, '[$&]');
}

/** `file:///home/a%20b` is `/home/a b`, `file:///C:/x` is `C:/x`. */
function localPath(uri: string): string {
  const path = decodeURIComponent(uri.replace(/^file:\/\//, ''));
  return /^\/[A-Za-z]:\//.test(path) ? path.slice(1) : path;
}

/** https://duckdb.org/docs/stable/core_extensions/httpfs/s3api */
export function secretOf(bucket: Bucket | undefined): string[] {
  if (bucket === undefined) return [];
  const { credentials, endpoint, pathStyle, region } = bucket;
  const provider = {
    keys: [`KEY_ID '<access key id>'`, `SECRET '<secret access key>'`],
    profile: [
      'PROVIDER credential_chain',
      `CHAIN 'config'`,
      `PROFILE ${sqlString(credentials.kind === 'profile' ? credentials.profile : '')}`,
    ],
    default: ['PROVIDER credential_chain'],
  }[credentials.kind];
  const options = [
    'TYPE s3',
    ...provider,
    ...(region === undefined ? [] : [`REGION ${sqlString(region)}`]),
    ...(endpoint === undefined
      ? []
      : [`ENDPOINT ${sqlString(endpoint.host)}`, `USE_SSL ${String(endpoint.tls)}`]),
    ...(pathStyle ? [`URL_STYLE 'path'`] : []),
    `SCOPE ${sqlString(`s3://${bucket.name}/`)}`,
  ];
  return [
    'INSTALL httpfs;',
    'LOAD httpfs;',
    ...(credentials.kind === 'keys' ? [] : ['INSTALL aws;', 'LOAD aws;']),
    `CREATE OR REPLACE SECRET sluice (\n  ${options.join(',\n  ')}\n);`,
    '',
  ];
}

function folderNotes(run: LoadableRun): string[] {
  if (run.partition === undefined) return [];
  return viewPartition(run) === undefined
    ? [foldersLeftOut(run.partition)]
    : [
        `${listInComment([run.partition.name])}: from the names of the folders; only those that a query asks for are read.`,
      ];
}

function notes(run: LoadableRun, names: readonly string[]): string[] {
  const { format } = run;
  const exact = (type: PostgresType) =>
    type.kind !== 'numeric' && !(type.kind === 'decimal' && type.precision > DOUBLE_DIGITS);
  const rounded = run.columns.filter(({ type }) => !exact(type)).map(({ name }) => name);
  if (format.kind === 'jsonl') {
    return [
      // Said always: a domain over numeric is a number in the file, and its type does not show it.
      'DuckDB reads a number of JSON that has a fraction as a double, so that about 15 digits stay: extract as delimited text where more count.',
      ...(rounded.length > 0 ? [`${listInComment(rounded)}: as DOUBLE.`] : []),
      ...typeNotes(run, { array: 'as JSON.' }),
    ];
  }
  return [
    ...(format.kind === 'csv' ? csvNotes(format, run.columns) : []),
    ...renameNotes(run, names),
    ...typeNotes(run, {
      numeric: 'without limits in Postgres, so kept as text.',
      ...(format.kind === 'csv' && { array: 'as the text that Postgres writes: {1,2}.' }),
    }),
  ];
}

function csvNotes({ dialect, nullToken }: CsvFormat, columns: readonly LoadableColumn[]): string[] {
  const emptyLines = dialect === 'postgres' && columns.length === 1 && nullToken !== '';
  return [
    ...(dialect === 'python' ? [PYTHON_NULLS] : []),
    ...(emptyLines
      ? [
          'DuckDB leaves out empty lines, and here the empty string in the only column is one: such rows are missing. Extract without a token for NULL.',
        ]
      : []),
    // Not set from the start: DuckDB takes 32 times as much memory.
    'DuckDB refuses a row of more than 2 MB: where there are any, add max_line_size, in bytes.',
  ];
}

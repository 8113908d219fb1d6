/**
 * External tables for Amazon Athena, in Glue's catalogue. https://docs.aws.amazon.com/athena/latest/ug/create-table.html
 *
 * Athena reads a folder and not a list of objects, and its SerDe for CSV knows text only: the script makes a table of
 * texts, and a view that casts them.
 */
import { HIVE_NULL } from '../partition.ts';
import { isUniquePerRun } from '../key-template.ts';
import type { CsvFormat } from '../format.ts';
import { lineNotes, PYTHON_NULLS, renameNotes, titleOf, typeNotes } from './load-notes.ts';
import { commonFolder, type LoadableColumn, type LoadableRun, type LoadFile } from './loadable-run.ts';
import { distinctNames, plainName } from './names.ts';
import type { PostgresType } from './postgres-type.ts';
import { athenaParquetType } from './parquet-types.ts';
import { comment, hiveString, namedInComment, quotedName, sqlString } from './quoting.ts';
import { quotesOf } from './readable.ts';
import { decimalCalled, typeIn, type TypeTable } from './type-table.ts';

/** A statement has at most 262,144 bytes, and a place up to 1,024. https://docs.aws.amazon.com/athena/latest/ug/service-limits.html */
const PARTITIONS_AT_ONCE = 100;

/** Types of a table over JSON Lines. */
export const ATHENA_TYPES: TypeTable = {
  boolean: 'boolean',
  smallint: 'smallint',
  integer: 'int',
  bigint: 'bigint',
  oid: 'string',
  real: 'float',
  double: 'double',
  numeric: 'string',
  date: 'date',
  time: 'string',
  timetz: 'string',
  timestamp: 'string',
  timestamptz: 'string',
  uuid: 'string',
  json: 'string',
  bytea: 'string',
  text: 'string',
  array: 'string',
  decimal: decimalCalled('decimal'),
  limited: () => 'string',
};

/** Types that the view over a table of texts casts to; the others stay text. */
export const ATHENA_CASTS: Readonly<Partial<Record<PostgresType['kind'], string>>> = {
  boolean: 'boolean',
  smallint: 'smallint',
  integer: 'integer',
  bigint: 'bigint',
  oid: 'bigint',
  real: 'real',
  double: 'double',
  date: 'date',
  timestamp: 'timestamp',
};

export function athenaScript(run: LoadableRun): readonly LoadFile[] {
  const table = plainName(run.table).toLowerCase();
  // The folders' column is called otherwise where the rows have one of its name.
  const all = [...run.columns, ...(run.partition === undefined ? [] : [run.partition])];
  const distinct = distinctNames(all.map(({ name }) => plainName(name).toLowerCase()));
  const names = distinct.slice(0, run.columns.length);
  const partition = distinct[run.columns.length];
  const folder = commonFolder(run.objects.map(({ key }) => key));
  const csv = run.format.kind === 'csv';
  const header = run.format.kind === 'csv' && run.format.header;
  const storage = csv ? `${table}_text` : table;
  const text = [
    comment('--', [
      ...folderNotes(run, folder),
      titleOf('Amazon Athena', run),
      ...readingNotes(run, folder),
      ...renameNotes(run, names),
      ...(partition === undefined ? [] : [folderColumnNote(partition)]),
      ...notesOf(run, storage),
    ]),
    '',
    `CREATE EXTERNAL TABLE \`${storage}\` (`,
    run.columns.map((column, i) => `  \`${names[i] ?? ''}\` ${typeOf(column, run)}`).join(',\n'),
    ')',
    ...(partition === undefined ? [] : [`PARTITIONED BY (\`${partition}\` string)`]),
    ...storedAs(run, names),
    `LOCATION ${hiveString(`s3://${run.bucket?.name ?? ''}/${folder}`)}${header ? "\nTBLPROPERTIES ('skip.header.line.count' = '1')" : ''};`,
    ...(partition === undefined ? [] : addPartitions(run, storage, partition)),
    ...(run.format.kind === 'csv' ? view(run, run.format, { table, storage, names, partition }) : []),
    '',
  ].join('\n');
  return [{ name: `${run.fileStem}athena.sql`, text }];
}

function folderColumnNote(name: string): string {
  return `${namedInComment(name)} holds what the names of the folders say, as text: only the folders that a query asks for with it are read.`;
}

/**
 * As text, because NULL is a word in the name of a folder, and each with its place, so that the column can be called otherwise.
 * https://docs.aws.amazon.com/athena/latest/ug/alter-table-add-partition.html
 */
function addPartitions({ bucket, partition }: LoadableRun, storage: string, name: string): string[] {
  const parts = (partition?.folders ?? []).map(({ value, place }) => {
    const location = hiveString(`s3://${bucket?.name ?? ''}/${place}`);
    return `  PARTITION (\`${name}\` = ${hiveString(value ?? HIVE_NULL)}) LOCATION ${location}`;
  });
  return Array.from({ length: Math.ceil(parts.length / PARTITIONS_AT_ONCE) }, (_, i) => [
    '',
    `ALTER TABLE \`${storage}\` ADD`,
    `${parts.slice(i * PARTITIONS_AT_ONCE, (i + 1) * PARTITIONS_AT_ONCE).join('\n')};`,
  ]).flat();
}

function notesOf(run: LoadableRun, storage: string): string[] {
  if (run.format.kind === 'parquet') return parquetNotes(run);
  return run.format.kind === 'csv' ? csvNotes(run, storage) : jsonNotes(run);
}

function typeOf(column: LoadableColumn, { format }: LoadableRun): string {
  if (format.kind === 'parquet') return athenaParquetType(column);
  return format.kind === 'csv' ? 'string' : typeIn(ATHENA_TYPES, column.type);
}

function storedAs(run: LoadableRun, names: readonly string[]): string[] {
  if (run.format.kind === 'parquet') return PARQUET_SERDE;
  const serde = run.format.kind === 'csv' ? csvSerde(run.format) : jsonSerde(run, names);
  return [...serde, 'STORED AS TEXTFILE'];
}

/**
 * By position, because names in lower case are not those of the files.
 * https://docs.aws.amazon.com/athena/latest/ug/handling-schema-updates-chapter.html
 */
export const PARQUET_SERDE = [
  `ROW FORMAT SERDE 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe'`,
  `WITH SERDEPROPERTIES ('parquet.column.index.access' = 'true')`,
  'STORED AS PARQUET',
];

/** A folder is the run's own where the run's id is part of its name; otherwise other files may be, or come, there. */
function folderNotes({ runId, objects }: LoadableRun, folder: string): string[] {
  if (isUniquePerRun(folder.replaceAll(runId, '{run_id}'))) return [];
  const place = folder === '' ? 'the root of the bucket' : 'the folder below';
  const count = objects.length === 1 ? 'this one object' : `these ${objects.length} objects`;
  return [
    `Careful: Athena reads every object in ${place}, and the key template gives the run no folder of its own. Copy ${count} to an empty folder and name that as LOCATION, or extract with {run_id}/ in the key template.`,
  ];
}

function readingNotes({ bucket, compression, format, objects }: LoadableRun, folder: string): string[] {
  // A file of Parquet says itself how its pages are packed.
  const extension = format.kind === 'parquet' ? '' : { none: '', gzip: '.gz', zstd: '.zst' }[compression];
  const names = objects.map(({ key }) => key);
  return [
    ...(bucket?.endpoint === undefined
      ? []
      : [
          `Athena reads from Amazon S3 only, and these objects are at ${bucket.endpoint.host}: copy them to a bucket at AWS first.`,
        ]),
    ...(names.every((key) => key.endsWith(extension))
      ? []
      : [
          `Athena unpacks objects by the ending of their key, and these do not end in ${extension}: extract with {ext} in the key template.`,
        ]),
    ...(names.some((key) => /(^|\/)[._]/.test(key.slice(folder.length)))
      ? ['Athena leaves out objects and folders whose names begin with a dot or an underscore.']
      : []),
    'Run one statement at a time: Athena takes no more.',
  ];
}

function parquetNotes(run: LoadableRun): string[] {
  return typeNotes(run, {
    timestamp: 'Athena keeps milliseconds.',
    timestamptz: 'in UTC; Athena keeps milliseconds.',
    json: 'as text: json_parse(…) makes JSON of it.',
    time: 'Athena has no time of day in a table: where it does not take the microseconds as a number, extract with a query that casts it to text.',
    uuid: 'Athena has no UUID in a table: where it does not take the 16 bytes, extract with a query that casts it to text.',
  });
}

/** https://docs.aws.amazon.com/athena/latest/ug/csv-serde.html */
function csvSerde(format: CsvFormat): string[] {
  return [
    `ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'`,
    'WITH SERDEPROPERTIES (',
    `  'separatorChar' = ${hiveString(format.delimiter)},`,
    `  'quoteChar' = ${hiveString(quotesOf(format).quote)},`,
    // A backslash is the default, and would be taken out of the values. Quotes are doubled, not escaped.
    String.raw`  'escapeChar' = '\u0001'`,
    ')',
  ];
}

function csvNotes(run: LoadableRun, storage: string): string[] {
  const { dialect, nullToken } =
    run.format.kind === 'csv' ? run.format : { dialect: undefined, nullToken: '' };
  const told =
    nullToken === ''
      ? 'OpenCSVSerDe cannot tell NULL from the empty string: in columns of text both are empty strings, in all others NULL.'
      : 'OpenCSVSerDe does not say what was in quotes: a text that equals the token for NULL is NULL as well.';
  return [
    dialect === 'python' ? `${PYTHON_NULLS.split(':')[0] ?? ''}. ${told}` : told,
    'OpenCSVSerDe takes every line end for the end of a row: values with line ends break. Extract as JSON Lines where there are any.',
    `${storage} has every value as text. The view casts what Athena has a type for; a timestamp keeps milliseconds there.`,
    ...lineNotes(run),
    ...typeNotes(run, {
      timestamptz: 'as text.',
      numeric: 'without limits in Postgres, so kept as text.',
    }),
  ];
}

function view(
  { columns }: LoadableRun,
  { nullToken }: CsvFormat,
  {
    table,
    storage,
    names,
    partition,
  }: { table: string; storage: string; names: readonly string[]; partition: string | undefined },
): string[] {
  const fields = columns.map((column, i) => {
    const name = quotedName(names[i] ?? '');
    const type = castOf(column);
    const value = nullToken === '' && type === undefined ? name : `NULLIF(${name}, ${sqlString(nullToken)})`;
    if (value === name) return `  ${name}`;
    return type === undefined ? `  ${value} AS ${name}` : `  CAST(${value} AS ${type}) AS ${name}`;
  });
  return [
    '',
    `CREATE OR REPLACE VIEW ${quotedName(table)} AS`,
    'SELECT',
    [...fields, ...(partition === undefined ? [] : [`  ${quotedName(partition)}`])].join(',\n'),
    `FROM ${quotedName(storage)};`,
  ];
}

function castOf({ type }: LoadableColumn): string | undefined {
  return type.kind === 'decimal' ? ATHENA_TYPES.decimal(type.precision, type.scale) : ATHENA_CASTS[type.kind];
}

/** https://docs.aws.amazon.com/athena/latest/ug/openx-json-serde.html */
function jsonSerde({ columns }: LoadableRun, names: readonly string[]): string[] {
  const mappings = columns.flatMap(({ name }, i) =>
    name === names[i] ? [] : [`  ${hiveString(`mapping.${names[i] ?? ''}`)} = ${hiveString(name)}`],
  );
  return [
    `ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'`,
    'WITH SERDEPROPERTIES (',
    [`  'case.insensitive' = 'FALSE'`, ...mappings].join(',\n'),
    ')',
  ];
}

function jsonNotes(run: LoadableRun): string[] {
  return typeNotes(run, {
    timestamp: "as text: CAST(REPLACE(…, 'T', ' ') AS timestamp) makes a timestamp of it.",
    timestamptz: 'as text: from_iso8601_timestamp(…) makes a timestamp with a zone of it.',
    numeric:
      'without limits in Postgres, so kept as text; compare a number of more than 15 digits before you rely on it.',
    json: 'as text: json_parse(…) makes JSON of it.',
    array: 'as the text of a JSON array: json_parse(…) makes JSON of it.',
  });
}

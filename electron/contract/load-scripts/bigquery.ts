/** `bq load` for BigQuery. https://cloud.google.com/bigquery/docs/reference/bq-cli-reference#bq_load */
import { HIVE_NULL } from '../partition.ts';
import type { WrittenObject } from '../run.ts';
import type { CsvFormat } from '../format.ts';
import { lineNotes, PYTHON_NULLS, renameNotes, titleOf, typeNotes } from './load-notes.ts';
import type { LoadableRun, LoadFile } from './loadable-run.ts';
import { distinctNames, plainName } from './names.ts';
import { escapedFolders, foldersLeftOut, type PartitionColumn } from './partition-column.ts';
import type { PostgresType, ScalarKind } from './postgres-type.ts';
import { comment, listInComment, shellWord } from './quoting.ts';
import { encodingName, quotesOf } from './readable.ts';

/** Bytes of a gzip object that BigQuery loads. https://cloud.google.com/bigquery/quotas#load_jobs */
const GZIP_MAX = 4 * 1024 ** 3;

const TYPES: Readonly<Record<ScalarKind, string>> = {
  boolean: 'BOOL',
  smallint: 'INT64',
  integer: 'INT64',
  bigint: 'INT64',
  oid: 'INT64',
  real: 'FLOAT64',
  double: 'FLOAT64',
  numeric: 'STRING',
  date: 'DATE',
  time: 'TIME',
  timetz: 'STRING',
  timestamp: 'DATETIME',
  timestamptz: 'TIMESTAMP',
  uuid: 'STRING',
  json: 'JSON',
  bytea: 'STRING',
  text: 'STRING',
  array: 'STRING',
};

/** https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-parquet#parquet_conversions */
const PARQUET_TYPES: typeof TYPES = { ...TYPES, uuid: 'BYTES', json: 'STRING', bytea: 'BYTES' };

export function bigQueryScript(run: LoadableRun): readonly LoadFile[] {
  const names = distinctNames(run.columns.map(({ name }) => plainName(name)));
  const schemaName = `${run.fileStem}bigquery-schema.json`;
  const lost = run.format.kind !== 'csv' ? run.columns.filter(({ name }, i) => name !== names[i]) : [];
  const head = ['#!/usr/bin/env bash', comment('#', [titleOf('BigQuery', run), ...notes(run, names)])];
  const script = (lines: readonly string[]): LoadFile => ({
    name: `${run.fileStem}bigquery.sh`,
    text: [...head, ...lines, ''].join('\n'),
  });
  if (lost.length > 0) {
    const problem = `BigQuery cannot load this: it finds ${run.format.kind === 'parquet' ? 'the columns of Parquet' : 'the fields of JSON'} by their names, and takes none such as ${listInComment(lost.map(({ name }) => name))}. Extract as delimited text, or with a query that renames the columns.`;
    return [script([comment('#', [problem]), 'exit 1'])];
  }
  const schema = run.columns.map((column, i) => ({
    name: names[i],
    mode: run.format.kind === 'parquet' && column.type.kind === 'array' ? 'REPEATED' : 'NULLABLE',
    ...fieldType(column.type, run),
  }));
  const folders = loadedFolders(run);
  const partitionField =
    folders === undefined ? [] : [{ name: folders.name, mode: 'NULLABLE', type: folderType(folders) }];
  const table = `"$DATASET.${plainName(run.table)}"`;
  return [
    script([
      'set -euo pipefail',
      `DATASET='<dataset>'`,
      `FOLDER=${shellWord(`gs://<bucket>/sluice/${run.runId}`)}`,
      '',
      ...run.objects.map((object, i) => copyCommand(run, object, i + 1)),
      '',
      comment('#', ['Ends here when there is such a table already: bq load would add to it.']),
      `bq mk --table ${table} ${shellWord(`./${schemaName}`)}`,
      'bq load \\',
      ...[...loadOptions(run), ...folderOptions(folders)].map((option) => `  ${option} \\`),
      `  ${table} "$FOLDER/*"`,
    ]),
    {
      name: schemaName,
      text: `[\n${[...schema, ...partitionField].map((field) => `  ${JSON.stringify(field)}`).join(',\n')}\n]\n`,
    },
  ];
}

/** https://cloud.google.com/bigquery/docs/schemas#creating_a_json_schema_file */
function fieldType(type: PostgresType, run: LoadableRun): object {
  const { format } = run;
  if (type.kind === 'decimal') return decimalType(type);
  if (type.kind === 'varchar' || type.kind === 'char') return { type: 'STRING' };
  if (type.kind === 'array' && format.kind === 'parquet') return fieldType(type.element, run);
  // Not REPEATED: that holds no NULL and no array of arrays.
  if (type.kind === 'array' && format.kind === 'jsonl') return { type: 'JSON' };
  return { type: (format.kind === 'parquet' ? PARQUET_TYPES : TYPES)[type.kind] };
}

/** https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#parameterized_decimal_type */
function decimalType({ precision, scale }: Extract<PostgresType, { kind: 'decimal' }>): object {
  if (scale <= 9 && precision - scale <= 29) return { type: 'NUMERIC', ...limits(precision, scale) };
  if (scale <= 38 && precision - scale <= 38) return { type: 'BIGNUMERIC', ...limits(precision, scale) };
  return { type: 'STRING' };
}

function limits(precision: number, scale: number): object {
  return { precision: String(precision), scale: String(scale) };
}

/** The column that is loaded from the names of folders: BigQuery takes none twice, and plain names only. */
function loadedFolders({ partition }: LoadableRun): PartitionColumn | undefined {
  return partition?.inRows === false && plainName(partition.name) === partition.name ? partition : undefined;
}

/** As text where a folder stands for NULL: Google does not say that it knows Hive's word for it. */
function folderType({ type, folders }: PartitionColumn): string {
  return type === 'text' || folders.some(({ value }) => value === null) ? 'STRING' : TYPES[type];
}

/** https://cloud.google.com/bigquery/docs/hive-partitioned-loads-gcs */
function folderOptions(folders: PartitionColumn | undefined): string[] {
  if (folders === undefined) return [];
  return [
    '--hive_partitioning_mode=CUSTOM',
    `--hive_partitioning_source_uri_prefix="$FOLDER/{${folders.name}:${folderType(folders)}}"`,
  ];
}

function folderNotes(run: LoadableRun): string[] {
  if (run.partition === undefined) return [];
  const folders = loadedFolders(run);
  if (folders === undefined) return [foldersLeftOut(run.partition)];
  const hasNull = folders.folders.some(({ value }) => value === null);
  return [
    `${listInComment([folders.name])}: from the names of the folders${hasNull ? `, with ${HIVE_NULL} for NULL` : ''}.`,
    ...escapedFolders(folders),
  ];
}

/** One object through a pipe: the names at Google are our own, so that no key has to be escaped for a pattern. */
function copyCommand(run: LoadableRun, { key, uri }: WrittenObject, part: number): string {
  const { bucket, compression, format } = run;
  const options = [
    ...(bucket?.endpoint === undefined ? [] : [`--endpoint-url ${shellWord(bucket.endpoint.url)}`]),
    ...(bucket?.region === undefined ? [] : [`--region ${shellWord(bucket.region)}`]),
  ];
  const read = ['aws s3 cp', ...options, shellWord(uri), '-'].join(' ');
  const packed = format.kind === 'parquet' ? 'none' : compression;
  const unpacked = packed === 'zstd' ? `${read} | zstd -dc` : read;
  const extension = `${format.kind}${packed === 'gzip' ? '.gz' : ''}`;
  const file = `${String(part).padStart(5, '0')}.${extension}`;
  const folder = loadedFolders(run)?.folders.find(({ place }) => key.startsWith(place))?.folder;
  const place = folder === undefined ? `"$FOLDER/${file}"` : `"$FOLDER"/${shellWord(`${folder}/${file}`)}`;
  return `${unpacked} | gcloud storage cp - ${place}`;
}

function loadOptions({ format }: LoadableRun): string[] {
  if (format.kind === 'parquet') return ['--source_format=PARQUET', '--parquet_enable_list_inference=true'];
  if (format.kind === 'jsonl') return ['--source_format=NEWLINE_DELIMITED_JSON', '--noautodetect'];
  return [
    '--source_format=CSV',
    '--noautodetect',
    `--encoding=${encodingName('bigquery', 'UTF-8', format) ?? ''}`,
    `--field_delimiter=${shellWord(format.delimiter === '\t' ? 'tab' : format.delimiter)}`,
    `--quote=${shellWord(quotesOf(format).quote)}`,
    '--allow_quoted_newlines',
    `--skip_leading_rows=${format.header ? 1 : 0}`,
    ...(format.nullToken === '' ? [] : [`--null_marker=${shellWord(format.nullToken)}`]),
  ];
}

function notes(run: LoadableRun, names: readonly string[]): string[] {
  const { format } = run;
  return [
    'BigQuery loads from Google Cloud Storage, so the objects are copied there first, through this machine. For more than some gigabytes, let Storage Transfer Service do it; where the bucket is on AWS, BigQuery Omni can read it in place.',
    ...folderNotes(run),
    ...(format.kind === 'parquet' ? parquetNotes(run) : textNotes(run, names)),
  ];
}

function parquetNotes(run: LoadableRun): string[] {
  return typeNotes(run, {
    uuid: 'as 16 bytes: TO_HEX(…) makes its 32 digits of it.',
    json: 'as text: PARSE_JSON(…) makes JSON of it.',
    array:
      'as REPEATED, which holds no NULL: an array that has one is refused, and a NULL arrives as an empty array.',
  });
}

function textNotes(run: LoadableRun, names: readonly string[]): string[] {
  const { compression, format, objects } = run;
  return [
    ...(compression === 'zstd'
      ? ['BigQuery loads no text that is packed with zstd: it is unpacked on the way.']
      : []),
    ...(compression === 'gzip' && objects.some(({ bytes }) => bytes > GZIP_MAX)
      ? [
          'BigQuery loads gzip objects of up to 4 GB, and some of these are larger: extract with a smaller object size.',
        ]
      : []),
    ...(format.kind === 'csv' ? csvNotes(format) : []),
    ...lineNotes(run),
    ...renameNotes(run, names),
    ...typeNotes(run, {
      numeric: 'without limits in Postgres, so kept as text.',
      timetz: 'as text, because BigQuery has no time with a zone.',
      bytea: `as text, \\x and hexadecimal digits: FROM_HEX(SUBSTR(…, 3)) makes bytes of it.`,
      array: format.kind === 'jsonl' ? 'as JSON.' : 'as the text that Postgres writes: {1,2}.',
    }),
  ];
}

function csvNotes({ dialect, nullToken }: CsvFormat): string[] {
  if (dialect === 'python') return [PYTHON_NULLS];
  return nullToken === ''
    ? ['Nothing between delimiters is NULL; "" is the empty string in a STRING.']
    : [
        'Google does not say whether a text that equals the token for NULL, which is in quotes in the files, stays a text.',
      ];
}

/** COPY INTO for Snowflake. https://docs.snowflake.com/en/sql-reference/sql/copy-into-table */
import { HIVE_NULL } from '../partition.ts';
import type { CsvFormat, Format } from '../format.ts';
import { lineNotes, PYTHON_NULLS, renameNotes, titleOf, typeNotes } from './load-notes.ts';
import { commonFolder, type LoadableColumn, type LoadableRun, type LoadFile } from './loadable-run.ts';
import { distinctNames } from './names.ts';
import { escapedFolders, foldersLeftOut, type PartitionColumn } from './partition-column.ts';
import { comment, escapedSqlString, namedInComment, quotedName } from './quoting.ts';
import { encodingName, quotesOf } from './readable.ts';
import { SNOWFLAKE_PARQUET, SNOWFLAKE_TYPES } from './snowflake-types.ts';
import { typeIn, type TypeTable } from './type-table.ts';

/** Names that FILES can list in one COPY. */
const FILES_MAX = 1_000;
const TYPES_OF: Readonly<Record<Format['kind'], TypeTable>> = {
  csv: SNOWFLAKE_TYPES,
  jsonl: { ...SNOWFLAKE_TYPES, json: 'VARIANT', array: 'VARIANT' },
  parquet: SNOWFLAKE_PARQUET,
};

export function snowflakeScript(run: LoadableRun): readonly LoadFile[] {
  const names = distinctNames(
    run.columns.map(({ name }) => name),
    { caseMatters: true },
  );
  const folder = commonFolder(run.objects.map(({ key }) => key));
  const folders = loadedFolders(run);
  const files = run.objects.map(({ key }) => escapedSqlString(key.slice(folder.length)));
  const text = [
    comment('--', [titleOf('Snowflake', run), ...notes(run, names)]),
    '',
    'CREATE OR REPLACE TEMPORARY FILE FORMAT sluice_format',
    `${formatOptions(run).join('\n')};`,
    '',
    'CREATE OR REPLACE TEMPORARY STAGE sluice_stage',
    ...stageOptions(run, folder),
    `  FILE_FORMAT = (FORMAT_NAME = 'sluice_format');`,
    '',
    `CREATE TABLE ${quotedName(run.table)} (`,
    [
      ...run.columns.map((column, i) => `  ${quotedName(names[i] ?? '')} ${typeOf(column, run)}`),
      ...(folders === undefined ? [] : [`  ${quotedName(folders.name)} ${SNOWFLAKE_TYPES[folders.type]}`]),
    ].join(',\n'),
    ');',
    ...chunks(files, FILES_MAX).map((some) => copyInto(run, names, some)),
    '',
  ].join('\n');
  return [{ name: `${run.fileStem}snowflake.sql`, text }];
}

function typeOf({ type }: LoadableColumn, { format }: LoadableRun): string {
  return typeIn(TYPES_OF[format.kind], type);
}

/** The column that is loaded from the names of folders: not from Parquet, where COPY finds the columns by name. */
function loadedFolders({ format, partition }: LoadableRun): PartitionColumn | undefined {
  return format.kind !== 'parquet' && partition?.inRows === false ? partition : undefined;
}

/** https://docs.snowflake.com/en/user-guide/querying-metadata */
function folderValue({ name, type, folders }: PartitionColumn): string {
  const [{ folder, place } = { folder: '', place: '' }] = folders;
  // Nothing comes before a folder in the root of the bucket.
  const mark = `${place.startsWith(folder) ? '' : '/'}${folder.slice(0, folder.indexOf('=') + 1)}`;
  const value = `SPLIT_PART(SPLIT_PART(METADATA$FILENAME, ${escapedSqlString(mark)}, -1), '/', 1)`;
  return `    NULLIF(${value}, ${escapedSqlString(HIVE_NULL)})::${SNOWFLAKE_TYPES[type]} AS ${quotedName(name)}`;
}

function copyInto(run: LoadableRun, names: readonly string[], files: readonly string[]): string {
  // What is taken from an object is cast, so that a JSON null becomes a NULL of the column's type.
  const fields = run.columns.map(
    (column) => `    $1[${escapedSqlString(column.name)}]::${typeOf(column, run)}`,
  );
  const folders = loadedFolders(run);
  const into = [...names, ...(folders === undefined ? [] : [folders.name])];
  const taken = run.format.kind === 'jsonl' ? fields : names.map((_, i) => `    $${i + 1}`);
  return [
    '',
    // By name, the columns are found by COPY itself, and must not be listed.
    `COPY INTO ${quotedName(run.table)}${run.format.kind === 'parquet' ? '' : ` (${into.map(quotedName).join(', ')})`}`,
    ...(run.format.kind === 'jsonl' || folders !== undefined
      ? [
          'FROM (',
          '  SELECT',
          [...taken, ...(folders === undefined ? [] : [folderValue(folders)])].join(',\n'),
          '  FROM @sluice_stage',
          ')',
        ]
      : ['FROM @sluice_stage']),
    'FILES = (',
    files.map((file) => `  ${file}`).join(',\n'),
    ')',
    ...(run.format.kind === 'parquet' ? ['MATCH_BY_COLUMN_NAME = CASE_SENSITIVE'] : []),
    'ON_ERROR = ABORT_STATEMENT;',
  ].join('\n');
}

/** https://docs.snowflake.com/en/sql-reference/sql/create-file-format */
function formatOptions({ format, compression }: LoadableRun): string[] {
  if (format.kind === 'parquet') {
    // What has no type of its own in the file is bytes and not text, and times are not plain numbers.
    return ['  TYPE = PARQUET', '  BINARY_AS_TEXT = FALSE', '  USE_LOGICAL_TYPE = TRUE', '  NULL_IF = ()'];
  }
  const compressed = `  COMPRESSION = ${compression.toUpperCase()}`;
  if (format.kind === 'jsonl') {
    // NULL_IF has a default for JSON as well, which would take the text \N for NULL.
    return ['  TYPE = JSON', compressed, '  STRIP_OUTER_ARRAY = FALSE', '  NULL_IF = ()'];
  }
  return [
    '  TYPE = CSV',
    compressed,
    `  RECORD_DELIMITER = ${format.dialect === 'python' ? "'\\r\\n'" : "'\\n'"}`,
    `  FIELD_DELIMITER = ${escapedSqlString(format.delimiter)}`,
    `  SKIP_HEADER = ${format.header ? 1 : 0}`,
    `  FIELD_OPTIONALLY_ENCLOSED_BY = ${escapedSqlString(quotesOf(format).quote)}`,
    // A backslash is the default, and would change every value that has one.
    '  ESCAPE = NONE',
    '  ESCAPE_UNENCLOSED_FIELD = NONE',
    ...nullOptions(format),
    '  TRIM_SPACE = FALSE',
    `  ENCODING = ${escapedSqlString(encodingName('snowflake', 'UTF8', format) ?? '')}`,
  ];
}

/** With a token for NULL, COPY writes the empty string as nothing: then an empty field is a value. */
function nullOptions({ nullToken }: CsvFormat): string[] {
  return nullToken === ''
    ? ['  NULL_IF = ()', '  EMPTY_FIELD_AS_NULL = TRUE']
    : [`  NULL_IF = (${escapedSqlString(nullToken)})`, '  EMPTY_FIELD_AS_NULL = FALSE'];
}

function stageOptions({ bucket }: LoadableRun, folder: string): string[] {
  const path = `${bucket?.name ?? ''}/${folder}`;
  if (bucket?.endpoint === undefined)
    return [`  URL = ${escapedSqlString(`s3://${path}`)}`, '  STORAGE_INTEGRATION = <storage_integration>'];
  return [
    `  URL = ${escapedSqlString(`s3compat://${path}`)}`,
    `  ENDPOINT = ${escapedSqlString(bucket.endpoint.host)}`,
    `  CREDENTIALS = (AWS_KEY_ID = '<access key id>' AWS_SECRET_KEY = '<secret access key>')`,
  ];
}

function notes(run: LoadableRun, names: readonly string[]): string[] {
  const { bucket, format } = run;
  return [
    ...(bucket?.endpoint === undefined
      ? [
          'Put the name of a storage integration that may read the bucket in the place of <storage_integration>.',
        ]
      : [
          `Snowflake reaches an S3-compatible server such as ${bucket.endpoint.host} over https only, by bucket names in front of the host, and only where it is open to the internet.`,
        ]),
    ...(format.kind === 'csv' ? csvNotes(format) : []),
    ...lineNotes(run),
    ...renameNotes(run, names),
    ...folderNotes(run),
    ...(format.kind === 'parquet' ? parquetNotes(run) : textNotes(run)),
  ];
}

function folderNotes(run: LoadableRun): string[] {
  if (run.partition === undefined) return [];
  return loadedFolders(run) === undefined
    ? [foldersLeftOut(run.partition)]
    : [
        `${namedInComment(run.partition.name)}: from the names of the folders.`,
        ...escapedFolders(run.partition),
      ];
}

function parquetNotes(run: LoadableRun): string[] {
  return typeNotes(run, {
    json: 'as text: PARSE_JSON(…) makes a VARIANT of it.',
    uuid: 'as 16 bytes: HEX_ENCODE(…) makes its 32 digits of it; where they count, extract with a query that casts it to text.',
    timestamptz: 'the instant; the zone that is shown is that of the session.',
    array: 'as VARIANT.',
  });
}

function textNotes(run: LoadableRun): string[] {
  const { format } = run;
  return [
    ...typeNotes(run, {
      numeric: 'without limits in Postgres, so kept as text.',
      timetz: 'as text, because Snowflake has no time with a zone.',
      bytea: `as text, \\x and hexadecimal digits: TO_BINARY(SUBSTR(…, 3), 'HEX') makes bytes of it.`,
      json:
        format.kind === 'jsonl'
          ? 'NULL arrives as a JSON null: ask with IS_NULL_VALUE(…).'
          : 'as text: PARSE_JSON(…) makes a VARIANT of it.',
      array:
        format.kind === 'jsonl'
          ? 'NULL arrives as a JSON null: ask with IS_NULL_VALUE(…).'
          : 'as the text that Postgres writes: {1,2}.',
    }),
    ...(format.kind === 'jsonl'
      ? ['A number of more than 38 digits becomes a double in a VARIANT, before it is cast.']
      : []),
  ];
}

function csvNotes({ dialect, nullToken }: CsvFormat): string[] {
  if (dialect === 'python') return [PYTHON_NULLS];
  return nullToken === ''
    ? ['EMPTY_FIELD_AS_NULL makes NULL of nothing between delimiters; "" stays the empty string.']
    : ['NULL_IF does not look at quotes: a text that equals the token arrives as NULL too.'];
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}

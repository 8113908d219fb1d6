/** COPY into Amazon Redshift. https://docs.aws.amazon.com/redshift/latest/dg/r_COPY.html */
import type { CsvFormat, Format } from '../format.ts';
import { lineNotes, PYTHON_NULLS, renameNotes, titleOf, typeNotes } from './load-notes.ts';
import type { LoadableRun, LoadFile } from './loadable-run.ts';
import { distinctNames } from './names.ts';
import { REDSHIFT_PARQUET } from './parquet-types.ts';
import { foldersLeftOut } from './partition-column.ts';
import { comment, escapedSqlString, quotedName } from './quoting.ts';
import { quotesOf } from './readable.ts';
import { decimalCalled, typeIn, type TypeTable } from './type-table.ts';

/** Bytes that VARCHAR can hold. */
const VARCHAR_MAX = 65_535;
const TEXT = `VARCHAR(${VARCHAR_MAX})`;

export const REDSHIFT_TYPES: TypeTable = {
  boolean: 'BOOLEAN',
  smallint: 'SMALLINT',
  integer: 'INTEGER',
  bigint: 'BIGINT',
  oid: 'BIGINT',
  real: 'REAL',
  double: 'DOUBLE PRECISION',
  numeric: TEXT,
  date: 'DATE',
  time: 'TIME',
  timetz: 'TIMETZ',
  timestamp: 'TIMESTAMP',
  timestamptz: 'TIMESTAMPTZ',
  uuid: 'VARCHAR(36)',
  json: 'SUPER',
  bytea: TEXT,
  text: TEXT,
  array: TEXT,
  decimal: decimalCalled('DECIMAL'),
  // Redshift counts bytes, Postgres characters. CHAR would hold ASCII only.
  limited: (length) => `VARCHAR(${Math.min(length * 4, VARCHAR_MAX)})`,
};
const TYPES_OF: Readonly<Record<Format['kind'], TypeTable>> = {
  csv: REDSHIFT_TYPES,
  jsonl: { ...REDSHIFT_TYPES, array: 'SUPER' },
  parquet: REDSHIFT_PARQUET,
};

export function redshiftScript(run: LoadableRun): readonly LoadFile[] {
  const columns = distinctNames(run.columns.map(({ name }) => name));
  const types = TYPES_OF[run.format.kind];
  const manifest = manifestFile(run);
  const paths = run.format.kind === 'jsonl' ? jsonPathsFile(run, columns) : undefined;
  const companions = paths === undefined ? [manifest] : [manifest, paths];
  const script = [
    comment('--', [titleOf('Amazon Redshift', run), ...notes(run, columns)]),
    '',
    `CREATE TABLE ${quotedName(run.table)} (`,
    run.columns.map(({ type }, i) => `  ${quotedName(columns[i] ?? '')} ${typeIn(types, type)}`).join(',\n'),
    ');',
    '',
    ...(run.stored ? [] : whereTheyLie(companions)),
    // From Parquet, the columns are taken in the order of the file.
    `COPY ${quotedName(run.table)}${run.format.kind === 'parquet' ? '' : ` (${columns.map(quotedName).join(', ')})`}`,
    `FROM ${escapedSqlString(manifest.uri)}`,
    `IAM_ROLE 'arn:aws:iam::<account>:role/<role>'`,
    ...formatOptions(run, paths),
    'MANIFEST;',
    '',
  ].join('\n');
  return [{ name: `${run.fileStem}redshift.sql`, text: script }, ...companions];
}

function whereTheyLie(companions: readonly LoadFile[]): string[] {
  const have = companions.length === 1 ? 'this has' : 'these have';
  return [
    comment('--', [`Before COPY can run, ${have} to be there:`]),
    ...companions.map(({ name, uri }) => comment('--', [`${name} as ${uri ?? ''}`])),
  ];
}

/** https://docs.aws.amazon.com/redshift/latest/dg/loading-data-files-using-manifest.html */
function manifestFile(run: LoadableRun): LoadFile & { readonly uri: string } {
  const { objects, fileStem, format, manifestUri } = run;
  const entries = objects.map(({ uri, bytes }) => ({
    url: uri,
    mandatory: true,
    // COPY asks for it where it reads columns.
    ...(format.kind === 'parquet' && { meta: { content_length: bytes } }),
  }));
  return {
    name: `${fileStem}redshift-manifest.json`,
    uri: besideManifest(manifestUri, 'redshift-manifest.json'),
    text: `${JSON.stringify({ entries }, null, 2)}\n`,
  };
}

/**
 * `auto` finds keys that are a column's name in lower case, as Redshift keeps it; for all others there is a list of paths.
 * https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-data-format.html#copy-json-jsonpaths
 */
function jsonPathsFile(
  { columns, fileStem, manifestUri }: LoadableRun,
  names: readonly string[],
): (LoadFile & { readonly uri: string }) | undefined {
  if (columns.every(({ name }, i) => name === names[i] && name === name.toLowerCase())) return undefined;
  const jsonpaths = columns.map(({ name }) => `$['${name.replaceAll(/['\\]/g, '\\$&')}']`);
  return {
    name: `${fileStem}redshift-jsonpaths.json`,
    uri: besideManifest(manifestUri, 'redshift-jsonpaths.json'),
    text: `${JSON.stringify({ jsonpaths }, null, 2)}\n`,
  };
}

function besideManifest(manifestUri: string, name: string): string {
  return `${manifestUri.slice(0, manifestUri.lastIndexOf('/') + 1)}load/${name}`;
}

/** Of the options that all text has, COPY takes none with Parquet. */
function formatOptions(run: LoadableRun, paths: LoadFile | undefined): string[] {
  const { format, columns } = run;
  if (format.kind === 'parquet') {
    const arrays = columns.some(({ type }) => type.kind === 'array');
    return [`FORMAT AS PARQUET${arrays ? ' SERIALIZETOJSON' : ''}`];
  }
  return [
    `REGION ${escapedSqlString(run.bucket?.region ?? '<region of the bucket>')}`,
    ...(format.kind === 'csv'
      ? csvOptions(format)
      : [`FORMAT AS JSON ${escapedSqlString(paths?.uri ?? 'auto')}`]),
    `TIMEFORMAT 'auto'`,
    `DATEFORMAT 'auto'`,
    ...(run.compression === 'none' ? [] : [run.compression.toUpperCase()]),
  ];
}

function csvOptions(format: CsvFormat): string[] {
  return [
    `FORMAT AS CSV QUOTE AS ${escapedSqlString(quotesOf(format).quote)}`,
    `DELIMITER AS ${escapedSqlString(format.delimiter)}`,
    `NULL AS ${escapedSqlString(format.nullToken)}`,
    ...(format.header ? ['IGNOREHEADER 1'] : []),
  ];
}

function notes(run: LoadableRun, names: readonly string[]): string[] {
  const { bucket, format } = run;
  return [
    ...(bucket?.endpoint === undefined
      ? []
      : [
          `Redshift reads from Amazon S3 only, and these objects are at ${bucket.endpoint.host}: copy them to a bucket at AWS, and change the addresses in the manifest.`,
        ]),
    ...(run.partition === undefined
      ? []
      : [
          foldersLeftOut(run.partition),
          'With its folders, Redshift Spectrum reads the table that the script for Athena makes, through an external schema over its catalogue.',
        ]),
    ...(format.kind === 'csv' ? csvNotes(format) : []),
    ...lineNotes(run),
    ...(format.kind === 'jsonl' && run.columns.some(({ name }) => /['\\]/.test(name))
      ? [
          'AWS does not say how a quote or a backslash in a name is written in a list of paths: look at those columns.',
        ]
      : []),
    ...renameNotes(run, names),
    'Redshift keeps names in lower case, unless enable_case_sensitive_identifier is on.',
    ...typeNotes(run, {
      varchar: 'VARCHAR counts bytes, so its length is four times that of Postgres.',
      char: 'as VARCHAR, because CHAR holds ASCII only; blanks at the end stay.',
      text: `up to ${VARCHAR_MAX} bytes; COPY fails at a longer one.`,
    }),
    ...(format.kind === 'parquet' ? parquetNotes(run) : textNotes(run)),
  ];
}

function parquetNotes(run: LoadableRun): string[] {
  return [
    'The bucket has to be in the Region of the cluster.',
    ...typeNotes(run, {
      timestamptz: 'as TIMESTAMP, in UTC.',
      json: `as text, up to ${VARCHAR_MAX} bytes: JSON_PARSE(…) makes a SUPER of it.`,
      array: 'as SUPER.',
      time: 'AWS does not list a time of day among the types that COPY takes from Parquet: where it is refused, extract with a query that casts it to text.',
      uuid: 'as 16 bytes; AWS does not list a UUID among the types that COPY takes from Parquet: where it is refused, extract with a query that casts it to text.',
    }),
  ];
}

function textNotes(run: LoadableRun): string[] {
  const { format } = run;
  return [
    ...typeNotes(run, {
      numeric: 'without limits in Postgres, so kept as text.',
      bytea: `as text, \\x and hexadecimal digits: FROM_HEX(SUBSTRING(…, 3)) makes bytes of it.`,
      array: format.kind === 'jsonl' ? 'as SUPER.' : 'as the text that Postgres writes: {1,2}.',
    }),
  ];
}

function csvNotes({ dialect, nullToken }: CsvFormat): string[] {
  if (dialect === 'python') {
    return [
      PYTHON_NULLS,
      'Lines end in CR LF. After the first load, look whether the last column is without the CR.',
    ];
  }
  const told =
    nullToken === ''
      ? String.raw`NULL AS '' makes NULL of an empty field. AWS does not say what becomes of "", the empty string: where it matters, extract with another token for NULL, such as \N.`
      : 'NULL is the token, the empty string is an empty field. AWS does not say whether a text that equals the token, which is in quotes in the files, stays a text.';
  return [told];
}

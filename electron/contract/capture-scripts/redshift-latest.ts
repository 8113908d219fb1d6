/** A table of lines for Amazon Redshift, and views over it. https://docs.aws.amazon.com/redshift/latest/dg/super-overview.html */
import { escapedSqlString, quotedName } from '../load-scripts/quoting.ts';
import { REDSHIFT_TYPES } from '../load-scripts/redshift.ts';
import { typeIn } from '../load-scripts/type-table.ts';
import type { CapturedColumn, CapturedFiles } from './captured-files.ts';
import { castOf, headOf, viewsOver, type LatestDialect } from './latest-view.ts';

const TEXT = 'VARCHAR(65535)';
const COMPRESSIONS = { none: '', gzip: 'GZIP ', zstd: 'ZSTD ' } as const;

const path = (names: readonly string[]) => names.map((name) => `.${quotedName(name)}`).join('');

function typed(text: string, { type }: CapturedColumn): string {
  if (type.kind === 'json') return `JSON_PARSE(${text})`;
  return `${castOf(type)}(${text} AS ${typeIn(REDSHIFT_TYPES, type)})`;
}

const DIALECT: LatestDialect = {
  name: quotedName,
  columnName: (name) => name,
  member: (names) => `CAST(line${path(names)} AS ${TEXT})`,
  list: (names) => `JSON_SERIALIZE(line${path(names)})`,
  typed,
  text: TEXT,
};

export function redshiftLatest(files: CapturedFiles): string {
  const { name: table } = files.schema.table;
  const lines = quotedName(`${table}_lines`);
  return [
    headOf('Amazon Redshift', files, [
      'COPY adds all objects of the folder: load each once, by a manifest or an auto-copy job, or empty the table first. A line holds up to 16 MB, a text of it up to 65,535 bytes.',
    ]),
    '',
    'SET enable_case_sensitive_identifier TO true;',
    '',
    `CREATE TABLE IF NOT EXISTS ${lines} (line SUPER);`,
    '',
    `COPY ${lines}`,
    `FROM ${escapedSqlString(`s3://${files.bucket?.name ?? ''}/${files.folder}`)}`,
    `IAM_ROLE 'arn:aws:iam::<account>:role/<role>'`,
    `FORMAT JSON 'noshred' ${COMPRESSIONS[files.compression]}ACCEPTINVCHARS;`,
    '',
    ...viewsOver(files, lines, DIALECT),
    '',
  ].join('\n');
}

/** The files of one table of a capture, as the scripts see them. */
import type { CaptureSchemaFile } from '../capture-log.ts';
import type { CaptureFormat } from '../capture-spec.ts';
import type { Compression } from '../format.ts';
import type { Bucket } from '../load-scripts/loadable-run.ts';
import { parsePostgresType, type PostgresType } from '../load-scripts/postgres-type.ts';

export interface CapturedFiles {
  readonly job: string;
  /** The latest version of its columns. */
  readonly schema: CaptureSchemaFile;
  readonly format: CaptureFormat;
  /** Of the last object. */
  readonly compression: Compression;
  /** The folder of all objects of the table, those that come later too; with a slash at its end. */
  readonly folder: string;
  /** All objects that count, in the order of the history. */
  readonly objects: readonly CapturedObject[];
  /** Position of the last snapshot in decimal digits: what was committed before it does not count. `0` without one. */
  readonly fromLsn: string;
  /** Undefined for a local folder. */
  readonly bucket: Bucket | undefined;
}

export interface CapturedObject {
  readonly key: string;
  readonly uri: string;
  /** The version of the columns that its rows have. */
  readonly schema: CaptureSchemaFile;
  /** A job can get another one. */
  readonly compression: Compression;
}

export interface CapturedColumn {
  /** As Postgres has it. */
  readonly name: string;
  /** As it is called in a flat line, or in a file of Parquet. */
  readonly member: string;
  readonly type: PostgresType;
  readonly key: boolean;
  /** Whether an update may leave it out: only values that Postgres can store apart from their row. */
  readonly sparse: boolean;
}

/** Kinds of types whose values always lie in the row. */
const IN_ROW: ReadonlySet<PostgresType['kind']> = new Set([
  'boolean',
  'smallint',
  'integer',
  'bigint',
  'oid',
  'real',
  'double',
  'date',
  'time',
  'timetz',
  'timestamp',
  'timestamptz',
  'uuid',
]);

export function columnsOf({ schema, format }: Pick<CapturedFiles, 'schema' | 'format'>): CapturedColumn[] {
  return schema.columns.map(({ name, type: text, key }) => {
    const type = parsePostgresType(text);
    // Both have members of their own that begin with an underscore; a column that does gets one more.
    const member = format !== 'jsonl' && name.startsWith('_') ? `_${name}` : name;
    return { name, member, type, key, sparse: !key && !IN_ROW.has(type.kind) };
  });
}

/** True where one setting reads all objects. */
export function isOneCompression({ compression, objects }: CapturedFiles): boolean {
  return objects.every((object) => object.compression === compression);
}

/** Without a key, rows are told apart by all that they have. */
export function hasKey({ replicaIdentity, columns }: CaptureSchemaFile): boolean {
  return (replicaIdentity === 'default' || replicaIdentity === 'index') && columns.some(({ key }) => key);
}

import type { Credentials, S3Settings } from '../destination-profile.ts';
import type { Compression, Format } from '../format.ts';
import type { Manifest } from '../manifest.ts';
import type { WrittenObject } from '../run.ts';
import { plainName } from './names.ts';
import { typeInParquet } from './parquet-types.ts';
import { partitionColumn, type PartitionColumn } from './partition-column.ts';
import { parsePostgresType, type PostgresType } from './postgres-type.ts';

export interface LoadInput {
  readonly manifest: Manifest;
  /** Where the manifest lies: `s3://lake/shop/_sluice/runs/…/manifest.json`. */
  readonly manifestUri: string;
  /** Settings of the saved destination that the run names; left out where it is not there any more. */
  readonly settings?: S3Settings | undefined;
  /**
   * True where the files are written next to the manifest, below `load/`: their names do not say the table then, and
   * what a script needs is there.
   */
  readonly stored?: boolean | undefined;
}

/** A file of a load script. */
export interface LoadFile {
  readonly name: string;
  readonly text: string;
  /** Where it has to lie before the script runs; left out where the script is run from beside it. */
  readonly uri?: string;
}

export interface LoadableColumn {
  /** As Postgres has it, and as it stands in the files. */
  readonly name: string;
  /** That of Postgres; in Parquet, where the files have types, as which type it lies in them. */
  readonly type: PostgresType;
}

/** How the bucket is reached; what nobody knows any more is left out. */
export interface Bucket {
  readonly name: string;
  readonly region?: string | undefined;
  /** Of an S3-compatible server; left out for AWS. */
  readonly endpoint?: { readonly url: string; readonly host: string; readonly tls: boolean } | undefined;
  readonly pathStyle: boolean;
  readonly credentials: Credentials;
}

/** A run as the scripts see it. */
export interface LoadableRun {
  readonly runId: string;
  /** Name for the new table. */
  readonly table: string;
  /** What the names of the script's files begin with: the table, where they go among other files. */
  readonly fileStem: string;
  readonly stored: boolean;
  readonly columns: readonly LoadableColumn[];
  readonly rows: number;
  readonly objects: readonly WrittenObject[];
  readonly format: Format;
  readonly compression: Compression;
  readonly manifestUri: string;
  /** Undefined for a local folder. */
  readonly bucket: Bucket | undefined;
  /** Undefined where the job has no folders by a column. */
  readonly partition: PartitionColumn | undefined;
}

export function loadableRun({ manifest, manifestUri, settings, stored = false }: LoadInput): LoadableRun {
  const { spec } = manifest;
  const table = 'table' in spec.selection ? spec.selection.table.name : 'query';
  return {
    runId: manifest.runId,
    table,
    fileStem: stored ? '' : `${plainName(table)}-`,
    stored,
    columns: manifest.columns.map(({ name, type }) => ({
      name,
      type: inFiles(parsePostgresType(type), spec),
    })),
    rows: manifest.rows,
    objects: manifest.objects,
    format: spec.format,
    compression: spec.compression,
    manifestUri,
    bucket: bucketOf(manifest, 's3' in spec.destination ? spec.destination.s3 : settings),
    partition: partitionColumn(manifest),
  };
}

function inFiles(type: PostgresType, { format }: Manifest['spec']): PostgresType {
  return format.kind === 'parquet' ? typeInParquet(type, format.unboundedNumeric) : type;
}

/** The settings count only while they still speak of the bucket that the objects are in. */
function bucketOf({ objects }: Manifest, settings: S3Settings | undefined): Bucket | undefined {
  const name = /^s3:\/\/([^/]+)\//.exec(objects[0]?.uri ?? '')?.[1];
  if (name === undefined) return undefined;
  if (settings?.bucket !== name) return { name, pathStyle: false, credentials: { kind: 'default' } };
  const { region, endpoint, pathStyle, credentials } = settings;
  return { name, region, endpoint: endpointOf(endpoint), pathStyle, credentials };
}

export function endpointOf(url: string | undefined): Bucket['endpoint'] {
  const [, scheme, host] = /^(https?):\/\/([^/]+)/.exec(url ?? '') ?? [];
  if (url === undefined || host === undefined) return undefined;
  return { url, host, tls: scheme === 'https' };
}

/** The folder that all objects are in, with its slash at the end; empty for the root of the bucket. */
export function commonFolder(keys: readonly string[]): string {
  const [first = '', ...others] = keys;
  let folder = first.slice(0, first.lastIndexOf('/') + 1);
  while (!others.every((key) => key.startsWith(folder))) {
    folder = folder.slice(0, folder.lastIndexOf('/', folder.length - 2) + 1);
  }
  return folder;
}

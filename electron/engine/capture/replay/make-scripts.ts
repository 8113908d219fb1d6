/** The scripts for the tables of a capture, from its log and the latest version of their columns. */
import { AppError } from '../../../contract/app-error.ts';
import { captureTableFolder, DEFAULT_CAPTURE_KEY } from '../../../contract/capture-key.ts';
import type { CaptureCheckpoint, CaptureSchemaFile } from '../../../contract/capture-log.ts';
import type { CapturedTable } from '../../../contract/capture-spec.ts';
import { captureScript, type CaptureScriptTarget } from '../../../contract/capture-scripts/capture-script.ts';
import { isOneVersion } from '../../../contract/capture-scripts/parquet-values.ts';
import {
  isOneCompression,
  type CapturedFiles,
  type CapturedObject,
} from '../../../contract/capture-scripts/captured-files.ts';
import type { S3Settings } from '../../../contract/destination-profile.ts';
import { parseLsn } from '../../decode/lsn.ts';
import { endpointOf, type Bucket } from '../../../contract/load-scripts/loadable-run.ts';
import { tableId, type TableHistory } from './history.ts';
import { readHistory, SchemaFiles, type LogShelf } from './read-log.ts';
import { snapshotFor } from './replay-table.ts';

export interface ScriptRequest {
  readonly job: string;
  readonly target: CaptureScriptTarget;
  /** Left out, all that have objects. */
  readonly table?: CapturedTable | undefined;
  /** Undefined for a local folder. */
  readonly settings: S3Settings | undefined;
}

/** @throws AppError `CONFIG_NOT_SUPPORTED`, `DEST_NO_OBJECT`, or of the DATA_ and DEST_ families */
export async function makeCaptureScripts(
  shelf: LogShelf,
  { job, target, table, settings }: ScriptRequest,
  signal: AbortSignal,
): Promise<{ table: CapturedTable; text: string }[]> {
  if (settings === undefined && target !== 'duckdb')
    throw new AppError(
      'CONFIG_NOT_SUPPORTED',
      'Files of a local folder are read by DuckDB alone: --target duckdb.',
    );
  const { checkpoint, history } = await readHistory(shelf, job, signal);
  const schemas = new SchemaFiles(shelf);
  const wanted = [...history.tables].filter(([id]) => table === undefined || id === tableId(table));
  const scripts = [];
  for (const [, one] of wanted) {
    const script = await scriptOf(one, { shelf, job, target, schemas, settings, checkpoint }, signal);
    if (script !== undefined) scripts.push({ table: one.table, text: script });
  }
  if (scripts.length === 0) {
    const what = table === undefined ? 'no changes' : `no changes of "${table.schema}.${table.name}"`;
    throw new AppError('DEST_NO_OBJECT', `The capture "${job}" has ${what} yet.`);
  }
  return scripts;
}

interface ScriptWorld extends Omit<ScriptRequest, 'table'> {
  readonly shelf: LogShelf;
  readonly schemas: SchemaFiles;
  readonly checkpoint: CaptureCheckpoint;
}

async function scriptOf(
  history: TableHistory,
  world: ScriptWorld,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { shelf, job, target, schemas, settings } = world;
  const base = snapshotFor(history, undefined);
  const counting = history.changes.filter(({ object }) => parseLsn(object.lastLsn) >= (base?.from ?? 0n));
  const items = [...(base?.objects ?? []), ...counting];
  const last = items.at(-1);
  if (last === undefined) return undefined;
  const { format, compression } = last;
  if (items.some((item) => item.format !== format))
    throw new AppError(
      'CONFIG_NOT_SUPPORTED',
      `The files of "${history.table.schema}.${history.table.name}" have several formats, and a view reads one: read the table again with --resnapshot.`,
    );
  const objects: CapturedObject[] = [];
  for (const { object, compression: packed } of items) {
    const schema = await schemas.get(object.schema, signal);
    objects.push({ key: object.key, uri: shelf.uriOf(object.key), schema, compression: packed });
  }
  const schema: CaptureSchemaFile = await schemas.get(last.object.schema, signal);
  assertOneIdentity(objects, job);
  const files = {
    job,
    schema,
    format,
    compression,
    objects,
    folder: folderOf(history.table, objects, world),
    fromLsn: String(base?.from ?? 0n),
    bucket: bucketOf(settings),
  };
  assertReadable(target, files);
  return captureScript(target, files);
}

/**
 * Not what the keys of today have in common: of a capture that is one day old that is the folder of this day, and those that come
 * later would never be read. @throws AppError `CONFIG_NOT_SUPPORTED` where no folder has all objects of the table alone
 */
function folderOf(
  table: CapturedTable,
  objects: readonly CapturedObject[],
  { shelf, job, target, checkpoint }: ScriptWorld,
): string {
  const { database, keyTemplate = DEFAULT_CAPTURE_KEY } = checkpoint;
  const folder = captureTableFolder(keyTemplate, shelf.prefix, {
    job,
    database,
    schema: table.schema,
    table: table.name,
  });
  const outside = objects.find(({ key }) => folder === undefined || !key.startsWith(folder));
  // DuckDB is given the names of the files.
  if (outside === undefined || target === 'duckdb') return folder ?? '';
  throw new AppError(
    'CONFIG_NOT_SUPPORTED',
    folder === undefined
      ? `The keys of this capture (${keyTemplate}) name the table behind what changes with each object, and ${target} reads whole folders: use --target duckdb, or capture with a key that begins with {schema}/{table}.`
      : `${outside.uri} does not lie in ${folder}, where the objects of "${table.schema}.${table.name}" lie by now, and ${target} reads one folder: use --target duckdb, or start the capture once with the key that it had.`,
  );
}

/**
 * A view tells the rows of all objects apart in one way. The capture reads a table anew when its identity is another one; until that is
 * done, rows would come twice. @throws AppError `CONFIG_NOT_SUPPORTED`
 */
function assertOneIdentity(objects: readonly CapturedObject[], job: string): void {
  const identities = new Set(objects.map(({ schema }) => identityOf(schema)));
  const [first] = objects;
  if (identities.size < 2 || first === undefined) return;
  const { schema, name } = first.schema.table;
  throw new AppError(
    'CONFIG_NOT_SUPPORTED',
    `"${schema}.${name}" was given another replica identity, and a view tells rows apart in one way: a capture that runs reads the table anew within seconds (sluice capture status --name "${job}" says when it has); then make the script.`,
  );
}

/** The columns of the key by their names; of FULL, whatever columns there are. */
function identityOf({ replicaIdentity, columns }: CaptureSchemaFile): string {
  if (replicaIdentity === 'full' || replicaIdentity === 'nothing') return replicaIdentity;
  return JSON.stringify(columns.filter(({ key }) => key).map(({ name }) => name));
}

/** What a warehouse cannot make of these files. */
function assertReadable(target: CaptureScriptTarget, files: CapturedFiles): void {
  const { schema, name } = files.schema.table;
  if (target === 'redshift' && !isOneCompression(files))
    throw new AppError(
      'CONFIG_NOT_SUPPORTED',
      `The files of "${schema}.${name}" have several compressions, and a COPY of Redshift reads one: read the table again with --resnapshot, below another prefix.`,
    );
  if (files.format !== 'parquet') return;
  if (target === 'redshift')
    throw new AppError(
      'CONFIG_NOT_SUPPORTED',
      'Redshift takes Parquet by the position of its columns, and reads no JSON beside them: make the tables with --target athena and read them through an external schema, or capture as jsonl or flat.',
    );
  if (target === 'athena' && !isOneVersion(files))
    throw new AppError(
      'CONFIG_NOT_SUPPORTED',
      `The columns of "${schema}.${name}" have changed since its snapshot, and a table of Athena has one set of columns for all files: use --target duckdb or snowflake, or capture as jsonl or flat.`,
    );
}

function bucketOf(settings: S3Settings | undefined): Bucket | undefined {
  if (settings === undefined) return undefined;
  const { bucket: name, region, endpoint, pathStyle, credentials } = settings;
  return { name, region, endpoint: endpointOf(endpoint), pathStyle, credentials };
}

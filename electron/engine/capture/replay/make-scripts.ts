/** The scripts for the tables of a capture, from its log and the latest version of their columns. */
import { AppError } from '../../../contract/app-error.ts';
import type { CaptureSchemaFile } from '../../../contract/capture-log.ts';
import type { CapturedTable } from '../../../contract/capture-spec.ts';
import { captureScript, type CaptureScriptTarget } from '../../../contract/capture-scripts/capture-script.ts';
import type { CapturedObject } from '../../../contract/capture-scripts/captured-files.ts';
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
  const { history } = await readHistory(shelf, job, signal);
  const schemas = new SchemaFiles(shelf);
  const wanted = [...history.tables].filter(([id]) => table === undefined || id === tableId(table));
  const scripts = [];
  for (const [, one] of wanted) {
    const script = await scriptOf(one, { shelf, job, target, schemas, settings }, signal);
    if (script !== undefined) scripts.push({ table: one.table, text: script });
  }
  if (scripts.length === 0) {
    const what = table === undefined ? 'no changes' : `no changes of "${table.schema}.${table.name}"`;
    throw new AppError('DEST_NO_OBJECT', `The capture "${job}" has ${what} yet.`);
  }
  return scripts;
}

async function scriptOf(
  history: TableHistory,
  world: Omit<ScriptRequest, 'table'> & { readonly shelf: LogShelf; readonly schemas: SchemaFiles },
  signal: AbortSignal,
): Promise<string | undefined> {
  const { shelf, job, target, schemas, settings } = world;
  const base = snapshotFor(history, undefined);
  const counting = history.changes.filter(({ object }) => parseLsn(object.lastLsn) >= (base?.lsn ?? 0n));
  const items = [...(base?.objects ?? []), ...counting];
  const last = items.at(-1);
  if (last === undefined) return undefined;
  const { format, compression } = last;
  if (format === 'parquet' && target !== 'duckdb')
    throw new AppError(
      'CONFIG_NOT_SUPPORTED',
      'Of captures as Parquet there are scripts for DuckDB alone: its versions of columns are read one by one. Capture as jsonl or flat for the others.',
    );
  if (items.some((item) => item.format !== format || item.compression !== compression))
    throw new AppError(
      'CONFIG_NOT_SUPPORTED',
      `The files of "${history.table.schema}.${history.table.name}" have not all one format and compression, and a view reads one: read the table again with --resnapshot.`,
    );
  const objects: CapturedObject[] = [];
  for (const { object } of items) {
    const schema = await schemas.get(object.schema, signal);
    objects.push({ key: object.key, uri: shelf.uriOf(object.key), schema });
  }
  const schema: CaptureSchemaFile = await schemas.get(last.object.schema, signal);
  return captureScript(target, {
    job,
    schema,
    format,
    compression,
    objects,
    fromLsn: String(base?.lsn ?? 0n),
    bucket: bucketOf(settings),
  });
}

function bucketOf(settings: S3Settings | undefined): Bucket | undefined {
  if (settings === undefined) return undefined;
  const { bucket: name, region, endpoint, pathStyle, credentials } = settings;
  return { name, region, endpoint: endpointOf(endpoint), pathStyle, credentials };
}

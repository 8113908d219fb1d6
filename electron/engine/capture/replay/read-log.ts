/** Reads what a capture keeps below `_sluice/<job>/`. */
import {
  captureCheckpointSchema,
  captureLogEntrySchema,
  captureSchemaFileSchema,
  checkpointKey,
  logFolder,
  logKeysAfter,
  logPlace,
  schemaFolder,
  type CaptureCheckpoint,
  type CaptureLogEntry,
  type CaptureSchemaFile,
} from '../../../contract/capture-log.ts';
import { AppError } from '../../../contract/app-error.ts';
import { parseWrittenText } from '../../../contract/parse-written.ts';
import type { z } from 'zod';
import type { ObjectSink } from '../../ports.ts';
import { hasPositions } from '../own-keys.ts';
import { LoggedHistory } from './history.ts';

/** Where a capture writes: what is asked of a sink to read it back. */
export type LogShelf = Pick<ObjectSink, 'readState' | 'read' | 'list' | 'uriOf' | 'prefix'>;

/** Entries that are asked for side by side: each is a request of its own, and most of the time is the way there and back. */
const ENTRIES_AT_ONCE = 16;

export interface JobLog {
  readonly checkpoint: CaptureCheckpoint;
  readonly history: LoggedHistory;
}

/** @throws AppError `DEST_NO_OBJECT` where there is no capture of that name, `DATA_LOG_INVALID`, or of the DEST_ family */
export async function readCheckpoint(
  shelf: LogShelf,
  job: string,
  signal: AbortSignal,
): Promise<CaptureCheckpoint> {
  const key = checkpointKey(shelf.prefix, job);
  const checkpoint = await readJson(shelf, key, captureCheckpointSchema, signal);
  if (checkpoint !== undefined) return checkpoint;
  throw new AppError('DEST_NO_OBJECT', `There is no capture "${job}": ${shelf.uriOf(key)} is not there.`);
}

/**
 * Reads the whole log and adds it up. It is the log that decides and not the checkpoint, which may be one entry behind.
 * @throws AppError as {@link readCheckpoint}
 */
export async function readHistory(shelf: LogShelf, job: string, signal: AbortSignal): Promise<JobLog> {
  const checkpoint = await readCheckpoint(shelf, job, signal);
  const history = new LoggedHistory();
  for await (const entry of readEntries(shelf, job, FIRST, signal)) history.add(entry);
  return { checkpoint, history };
}

/** Where the reading of a log begins: with this number, behind entries of this epoch. */
export interface LogPoint {
  readonly sequence: number;
  readonly epoch: number;
}

const FIRST: LogPoint = { sequence: 1, epoch: 0 };

/** Entries from a number on, to the last there is. One that is missing is left out: the next tells. */
export async function* readEntries(
  shelf: LogShelf,
  job: string,
  from: LogPoint,
  signal: AbortSignal,
): AsyncGenerator<CaptureLogEntry> {
  let some: LogPlace[] = [];
  for await (const place of placesFrom(shelf, job, from, signal)) {
    some.push(place);
    if (some.length < ENTRIES_AT_ONCE) continue;
    yield* await readPlaces(shelf, job, some, signal);
    some = [];
  }
  yield* await readPlaces(shelf, job, some, signal);
}

/**
 * The same, for one who goes on with the log.
 * @throws AppError `DATA_LOG_INVALID` where one is missing: what goes on over a gap is wrong without a trace
 */
export async function* entriesFrom(
  { sink, job }: { readonly sink: LogShelf; readonly job: string },
  from: LogPoint,
  signal: AbortSignal,
): AsyncGenerator<CaptureLogEntry> {
  let next = from.sequence;
  for await (const entry of readEntries(sink, job, from, signal)) {
    if (entry.sequence !== next)
      throw new AppError('DATA_LOG_INVALID', `The log of the capture "${job}" lacks its entry ${next}.`);
    next += 1;
    yield entry;
  }
}

/** Where an entry of the log lies. */
export interface LogPlace {
  readonly key: string;
  readonly sequence: number;
  /** 0: of a program that left it out. */
  readonly epoch: number;
}

/**
 * Where the entries from a number on lie, in their order: of those with one number, the one of the highest epoch. One of a lower
 * epoch than those before it is of a writer that was followed, and late.
 */
export async function* placesFrom(
  shelf: Pick<LogShelf, 'list' | 'prefix'>,
  job: string,
  { sequence, epoch }: LogPoint,
  signal: AbortSignal,
): AsyncGenerator<LogPlace> {
  const { prefix } = shelf;
  let best: LogPlace | undefined;
  let last = epoch;
  const after = logKeysAfter(prefix, job, sequence - 1);
  for await (const key of shelf.list(logFolder(prefix, job), after, signal)) {
    const place = logPlace(prefix, job, key);
    if (place === undefined) continue;
    if (best !== undefined && place.sequence !== best.sequence) {
      yield best;
      last = best.epoch;
      best = undefined;
    }
    if (place.epoch >= (best?.epoch ?? last)) best = { key, ...place };
  }
  if (best !== undefined) yield best;
}

/**
 * The entries that lie there.
 * @throws AppError `DATA_LOG_INVALID` where one is not what its key says, or names what does not lie where captures write
 */
export async function readPlaces(
  shelf: LogShelf,
  job: string,
  places: readonly LogPlace[],
  signal: AbortSignal,
): Promise<CaptureLogEntry[]> {
  const read = places.map(async ({ key, sequence }) => {
    const entry = await readJson(shelf, key, captureLogEntrySchema, signal);
    if (entry?.sequence === sequence) return ownEntry(shelf, job, key, entry);
    const what =
      entry === undefined ? 'is not there any more' : `says that it is the entry ${entry.sequence}`;
    throw new AppError('DATA_LOG_INVALID', `${shelf.uriOf(key)} ${what}.`);
  });
  return await Promise.all(read);
}

/**
 * A log lies where others can write: what it names outside of the place of its capture is not read, merged, or written into the
 * script of a warehouse.
 */
function ownEntry(shelf: LogShelf, job: string, at: string, entry: CaptureLogEntry): CaptureLogEntry {
  const { prefix } = shelf;
  const schemas = schemaFolder(prefix, job);
  const strange = [
    ...entry.objects.filter(({ key }) => !hasPositions(key, { prefix })).map(({ key }) => key),
    ...entry.objects.filter(({ schema }) => !liesIn(schema, schemas)).map(({ schema }) => schema),
    ...(entry.replaces ?? []).filter((key) => !hasPositions(key, { prefix })),
  ];
  if (entry.job === job && strange.length === 0) return entry;
  const what = entry.job === job ? `names ${strange[0]}, which no capture writes` : 'is of another job';
  throw new AppError('DATA_LOG_INVALID', `${shelf.uriOf(at)} ${what}.`);
}

/** Right in this folder. */
function liesIn(key: string, folder: string): boolean {
  return key.startsWith(`${folder}/`) && !key.slice(folder.length + 1).includes('/');
}

/** Schema files of a job, each read once. */
export class SchemaFiles {
  readonly #shelf: LogShelf;
  readonly #files = new Map<string, CaptureSchemaFile>();

  constructor(shelf: LogShelf) {
    this.#shelf = shelf;
  }

  /** @throws AppError `DATA_LOG_INVALID` where it is missing or damaged */
  async get(key: string, signal: AbortSignal): Promise<CaptureSchemaFile> {
    const known = this.#files.get(key);
    if (known !== undefined) return known;
    const file = await readJson(this.#shelf, key, captureSchemaFileSchema, signal);
    if (file === undefined)
      throw new AppError('DATA_LOG_INVALID', `The schema ${this.#shelf.uriOf(key)} is not there.`);
    this.#files.set(key, file);
    return file;
  }
}

async function readJson<T extends z.ZodType>(
  shelf: LogShelf,
  key: string,
  schema: T,
  signal: AbortSignal,
): Promise<z.output<T> | undefined> {
  const stored = await shelf.readState(key, signal);
  if (stored === undefined) return undefined;
  const uri = shelf.uriOf(key);
  return parseWrittenText(
    schema,
    stored.text,
    uri,
    (cause) => new AppError('DATA_LOG_INVALID', `${uri} is not what a capture writes.`, { cause }),
  );
}

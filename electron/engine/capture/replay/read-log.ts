/** Reads what a capture keeps below `_sluice/<job>/`. */
import {
  captureCheckpointSchema,
  captureLogEntrySchema,
  captureSchemaFileSchema,
  checkpointKey,
  logKey,
  type CaptureCheckpoint,
  type CaptureLogEntry,
  type CaptureSchemaFile,
} from '../../../contract/capture-log.ts';
import { AppError } from '../../../contract/app-error.ts';
import { parseWrittenText } from '../../../contract/parse-written.ts';
import type { z } from 'zod';
import type { ObjectSink } from '../../ports.ts';
import { LoggedHistory } from './history.ts';

/** Where a capture writes: what is asked of a sink to read it back. */
export type LogShelf = Pick<ObjectSink, 'readState' | 'read' | 'uriOf' | 'prefix'>;

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
  for await (const entry of readEntries(shelf, job, { from: 1, known: checkpoint.sequence }, signal))
    history.add(entry);
  return { checkpoint, history };
}

/** Entries from a number on, to the last there is. One that is missing before `known` is left out: the next tells. */
export async function* readEntries(
  shelf: LogShelf,
  job: string,
  { from, known }: { readonly from: number; readonly known: number },
  signal: AbortSignal,
): AsyncGenerator<CaptureLogEntry> {
  const read = (sequence: number) =>
    readJson(shelf, logKey(shelf.prefix, job, sequence), captureLogEntrySchema, signal);
  let next = from;
  while (next <= known) {
    const count = Math.min(ENTRIES_AT_ONCE, known - next + 1);
    const first = next;
    const found = await Promise.all(Array.from({ length: count }, (_, i) => read(first + i)));
    yield* found.filter((entry) => entry !== undefined);
    next += count;
  }
  for (let entry = await read(next); entry !== undefined; entry = await read(++next)) yield entry;
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

/**
 * The checkpoint and the log of a capture at its destination. All writes have conditions: an entry is written where
 * nothing is, the checkpoint replaces the version that was read. A writer that another one has followed finds out with
 * its next write, and ends. See docs/decisions/15-capture.md.
 */
import { randomUUID } from 'node:crypto';
import { AppError } from '../../contract/app-error.ts';
import {
  captureCheckpointSchema,
  captureLogEntrySchema,
  checkpointKey,
  logKey,
  schemaKey,
  type CaptureCheckpoint,
  type CaptureLogEntry,
} from '../../contract/capture-log.ts';
import { parseWrittenText } from '../../contract/parse-written.ts';
import type { z } from 'zod';
import type { Clock, ObjectSink } from '../ports.ts';
import type { TableShape } from './change.ts';
import type { DestinationPatience } from './destination-patience.ts';

/** What a ledger works with. */
export interface LedgerWorld {
  readonly job: string;
  readonly sink: ObjectSink;
  readonly clock: Clock;
  readonly patience: DestinationPatience;
}

/** An entry but for what the ledger gives it. */
export type NewEntry = Omit<CaptureLogEntry, 'version' | 'job' | 'sequence' | 'epoch' | 'writtenAt'>;

export class CaptureLedger {
  readonly #world: LedgerWorld;
  /** Schemas that are there, or on their way. */
  readonly #schemas = new Map<string, Promise<void>>();
  /** As it is to be. */
  #wanted: CaptureCheckpoint;
  /** As it was written last. */
  #written: CaptureCheckpoint;
  #tag: string;
  #saving: Promise<void> | undefined;

  constructor(world: LedgerWorld, checkpoint: CaptureCheckpoint, tag: string) {
    this.#world = world;
    this.#wanted = this.#written = checkpoint;
    this.#tag = tag;
  }

  /** As it was written last. */
  get checkpoint(): CaptureCheckpoint {
    return this.#written;
  }

  /**
   * Changes the checkpoint. Comes back when a version with the change is written; changes that are made while one is being
   * written go together into the next. @throws AppError `DEST_CAPTURE_FENCED`, or of the DEST_ family
   */
  async change(
    move: (checkpoint: CaptureCheckpoint) => CaptureCheckpoint,
    signal: AbortSignal,
  ): Promise<void> {
    this.#wanted = move(this.#wanted);
    // The write that goes on now began before this change.
    if (this.#saving !== undefined) await this.#saving;
    this.#saving ??= this.#save(signal).finally(() => (this.#saving = undefined));
    await this.#saving;
  }

  /** Notes keys that are about to be written to: what has them and no entry is removed by the next start. */
  async note(keys: readonly string[], signal: AbortSignal): Promise<void> {
    await this.change((state) => ({ ...state, pending: [...state.pending, ...keys] }), signal);
  }

  /**
   * Writes the next entry of the log. From here on its changes exist. Entries of a compaction that took the number are
   * stepped over. @throws AppError `DEST_CAPTURE_FENCED` where another writer took it
   */
  async append(entry: NewEntry, signal: AbortSignal): Promise<CaptureLogEntry> {
    for (;;) {
      const result = await this.tryAppend(entry, signal);
      if (result.tag === 'written') return result.entry;
      if (result.entry.kind !== 'compaction') throw await this.#fenced(signal);
      this.#wanted = { ...this.#wanted, sequence: result.entry.sequence };
    }
  }

  /** Like {@link append}, for whoever wants to count in what stands in the way. */
  async tryAppend(
    entry: NewEntry,
    signal: AbortSignal,
  ): Promise<{ readonly tag: 'written' | 'taken'; readonly entry: CaptureLogEntry }> {
    const { job, clock, sink } = this.#world;
    const sequence = this.#wanted.sequence + 1;
    const { epoch } = this.#wanted;
    const writtenAt = clock.now().toISOString();
    const whole: CaptureLogEntry = { version: 1, job, sequence, epoch, ...entry, writtenAt };
    const inTheWay = await this.#create(logKey(sink.prefix, job, sequence), textOf(whole), signal);
    if (inTheWay !== undefined) return { tag: 'taken', entry: parseEntry(this.#world, sequence, inTheWay) };
    return { tag: 'written', entry: whole };
  }

  /** Writes the schema of a table where it is not there yet. @returns its key */
  async keepSchema({ file, digest }: TableShape, signal: AbortSignal): Promise<string> {
    const { sink, job } = this.#world;
    const key = schemaKey(sink.prefix, job, file.table, digest);
    // Many objects of a table can end at once: one of them writes, and the others wait for it.
    const keeping = this.#schemas.get(key) ?? this.#keep(key, textOf(file), signal);
    this.#schemas.set(key, keeping);
    try {
      await keeping;
    } catch (error) {
      this.#schemas.delete(key);
      throw error;
    }
    return key;
  }

  async #keep(key: string, text: string, signal: AbortSignal): Promise<void> {
    const found = await this.#create(key, text, signal);
    if (found === undefined || found === text) return;
    const uri = this.#world.sink.uriOf(key);
    throw new AppError('DATA_STATE_INVALID', `${uri} is another schema than its name says.`);
  }

  /** Writes where nothing is. @returns what is there instead; undefined where it was written */
  async #create(key: string, text: string, signal: AbortSignal): Promise<string | undefined> {
    const { sink, patience } = this.#world;
    return await patience.persist(async () => {
      if ((await sink.replaceState(key, text, undefined, signal)) !== undefined) return undefined;
      const found = await sink.readState(key, signal);
      // An earlier attempt whose answer was lost may have arrived only now.
      return found?.text === text ? undefined : (found?.text ?? '');
    }, signal);
  }

  async #save(signal: AbortSignal): Promise<void> {
    const { sink, clock, patience, job } = this.#world;
    const next = { ...this.#wanted, writeId: randomUUID(), updatedAt: clock.now().toISOString() };
    const key = checkpointKey(sink.prefix, job);
    // The same text until it is there: then an answer that was lost is found out by it.
    const text = textOf(next);
    const tag = await patience.persist(() => sink.replaceState(key, text, this.#tag, signal), signal);
    if (tag === undefined) throw await this.#fenced(signal);
    this.#tag = tag;
    this.#written = next;
  }

  async #fenced(signal: AbortSignal): Promise<AppError> {
    const { sink, job, patience } = this.#world;
    const found = await patience.persist(() => readCheckpoint(sink, job, signal), signal);
    return fencedBy(job, found?.checkpoint);
  }
}

/** A checkpoint and what stands for this version of it. */
export interface FoundCheckpoint {
  readonly checkpoint: CaptureCheckpoint;
  readonly tag: string;
}

/** Undefined where the job has never run. @throws AppError `DATA_STATE_INVALID`, or of the DEST_ family */
export async function readCheckpoint(
  sink: ObjectSink,
  job: string,
  signal: AbortSignal,
): Promise<FoundCheckpoint | undefined> {
  const key = checkpointKey(sink.prefix, job);
  const found = await sink.readState(key, signal);
  if (found === undefined) return undefined;
  return { checkpoint: parseState(captureCheckpointSchema, found.text, sink.uriOf(key)), tag: found.tag };
}

/** An entry of the log; undefined where there is none. @throws AppError `DATA_STATE_INVALID` */
export async function readLogEntry(
  { sink, job }: Pick<LedgerWorld, 'sink' | 'job'>,
  sequence: number,
  signal: AbortSignal,
): Promise<CaptureLogEntry | undefined> {
  const found = await sink.readState(logKey(sink.prefix, job, sequence), signal);
  return found === undefined ? undefined : parseEntry({ sink, job }, sequence, found.text);
}

/** Somebody else writes this capture. */
export function fencedBy(job: string, by: CaptureCheckpoint | undefined): AppError {
  const writer = by?.writer ?? null;
  const who = writer === null ? 'another process' : `process ${writer.pid} on ${writer.host}`;
  return new AppError('DEST_CAPTURE_FENCED', `The capture "${job}" was taken over by ${who}.`, {
    details: by === undefined ? {} : { epoch: by.epoch },
  });
}

/** As it lies at the destination. */
export function textOf(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function parseEntry(
  { sink, job }: Pick<LedgerWorld, 'sink' | 'job'>,
  sequence: number,
  text: string,
): CaptureLogEntry {
  return parseState(captureLogEntrySchema, text, sink.uriOf(logKey(sink.prefix, job, sequence)));
}

function parseState<S extends z.ZodType>(schema: S, text: string, uri: string): z.output<S> {
  return parseWrittenText(
    schema,
    text,
    uri,
    (cause) => new AppError('DATA_STATE_INVALID', `${uri} is not what Sluice keeps there.`, { cause }),
  );
}

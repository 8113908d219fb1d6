/**
 * The checkpoint and the log of a capture at its destination. All writes have conditions: an entry is written where
 * nothing is, the checkpoint replaces the version that was read. A writer that another one has followed finds out with
 * its next write, and ends. See docs/decisions/15-capture.md.
 */
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
import {
  ConditionalDocument,
  documentText,
  stamped,
  type DocumentVersion,
} from '../documents/conditional-document.ts';
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

/** A checkpoint without its write id, which every write gives anew. */
export type CheckpointFacts = Omit<CaptureCheckpoint, 'writeId'>;

/** An entry but for what the ledger gives it. */
export type NewEntry = Omit<CaptureLogEntry, 'version' | 'job' | 'sequence' | 'epoch' | 'writtenAt'>;

export class CaptureLedger {
  readonly #world: LedgerWorld;
  readonly #document: ConditionalDocument<CheckpointFacts>;
  /** Schemas that are there, or on their way. */
  readonly #schemas = new Map<string, Promise<void>>();
  /** As it is to be. */
  #wanted: CaptureCheckpoint;
  /** As it was written last. */
  #written: CaptureCheckpoint;
  #tag: string;
  #saving: Promise<void> | undefined;

  constructor(world: LedgerWorld, { value, tag }: DocumentVersion<CheckpointFacts>) {
    this.#world = world;
    this.#document = checkpointDocument(world.sink, world.job);
    this.#wanted = this.#written = value;
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

  /**
   * Like {@link append}, for whoever wants to count in what stands in the way.
   * @param as the epoch in whose key it is written; left out, that of this writer
   */
  async tryAppend(
    entry: NewEntry,
    signal: AbortSignal,
    as: number = this.#wanted.epoch,
  ): Promise<{ readonly tag: 'written' | 'taken'; readonly entry: CaptureLogEntry }> {
    const { job, clock, sink } = this.#world;
    const sequence = this.#wanted.sequence + 1;
    const { epoch } = this.#wanted;
    const writtenAt = clock.now().toISOString();
    const whole: CaptureLogEntry = { version: 1, job, sequence, epoch, ...entry, writtenAt };
    const key = logKey(sink.prefix, job, sequence, as);
    const inTheWay = await this.#create(key, documentText(whole), signal);
    if (inTheWay !== undefined) {
      const uri = sink.uriOf(key);
      return { tag: 'taken', entry: parseDocument(captureLogEntrySchema, inTheWay, uri) };
    }
    return { tag: 'written', entry: whole };
  }

  /** Writes the schema of a table where it is not there yet. @returns its key */
  async keepSchema({ file, digest }: TableShape, signal: AbortSignal): Promise<string> {
    const { sink, job } = this.#world;
    const key = schemaKey(sink.prefix, job, file.table, digest);
    // Many objects of a table can end at once: one of them writes, and the others wait for it.
    const keeping = this.#schemas.get(key) ?? this.#keep(key, documentText(file), signal);
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
    const { clock, patience } = this.#world;
    // The same value until it is there: then an answer that was lost is found out by its write id.
    const next = stamped({ ...this.#wanted, updatedAt: clock.now().toISOString() });
    const tag = await patience.persist(() => this.#document.write(next, this.#tag, signal), signal);
    if (tag === undefined) throw await this.#fenced(signal);
    this.#tag = tag;
    this.#written = next;
  }

  async #fenced(signal: AbortSignal): Promise<AppError> {
    const { job, patience } = this.#world;
    const found = await patience.persist(() => this.#document.read(signal), signal);
    return fencedBy(job, found?.value);
  }
}

/** Where a capture goes on from: `DATA_STATE_INVALID` where it is none. */
export function checkpointDocument(sink: ObjectSink, job: string): ConditionalDocument<CheckpointFacts> {
  return new ConditionalDocument<CheckpointFacts>(sink, {
    key: checkpointKey(sink.prefix, job),
    schema: captureCheckpointSchema,
    invalid,
  });
}

/** Somebody else writes this capture. */
export function fencedBy(job: string, by: CaptureCheckpoint | undefined): AppError {
  const writer = by?.writer ?? null;
  const who = writer === null ? 'another process' : `process ${writer.pid} on ${writer.host}`;
  return new AppError('DEST_CAPTURE_FENCED', `The capture "${job}" was taken over by ${who}.`, {
    details: by === undefined ? {} : { epoch: by.epoch },
  });
}

/** @throws AppError `DATA_STATE_INVALID`, `STORE_VERSION_NEWER` */
export function parseDocument<S extends z.ZodType>(schema: S, text: string, uri: string): z.output<S> {
  return parseWrittenText(schema, text, uri, (cause) => invalid(uri, cause));
}

function invalid(uri: string, cause: unknown): AppError {
  return new AppError('DATA_STATE_INVALID', `${uri} is not what Sluice keeps there.`, { cause });
}

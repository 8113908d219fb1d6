/** Brings objects that have ended to the destination, a few at a time. */
import { AppError } from '../../contract/app-error.ts';
import type { LoggedObject } from '../../contract/capture-log.ts';
import type { CaptureFormat } from '../../contract/capture-spec.ts';
import type { WrittenObject } from '../../contract/run.ts';
import { formatLsn } from '../decode/lsn.ts';
import type { ObjectSink, OpenUpload, SinkObserver } from '../ports.ts';
import { AtOnce } from '../lib/at-once.ts';
import type { CaptureLedger } from './capture-ledger.ts';
import type { DestinationPatience } from './destination-patience.ts';
import { isoOfTimestamp } from './encode/unix-micros.ts';
import type { EndedObject, OpenObject } from './open-object.ts';

/** Objects on their way at once. */
const AT_ONCE = 4;

/** Objects that are brought to their end at once: each needs a compressor for that. */
const ENDING_AT_ONCE = 2;

const SILENT: SinkObserver = {
  onPartStarted: () => undefined,
  onPartUploaded: () => undefined,
  onWriting: () => Promise.resolve(),
  onRefused: () => undefined,
  onUploadOpened: () => Promise.resolve(),
};

export interface UploadWorld {
  readonly sink: ObjectSink;
  readonly ledger: CaptureLedger;
  readonly patience: DestinationPatience;
  readonly runId: string;
  readonly format: CaptureFormat;
  /** Bytes of memory from which on objects that have ended wait on disk. */
  readonly memoryBytes: number;
  /** Told when memory was given back. */
  readonly onRelieved: () => void;
}

/** An object that has its key: nothing more is added to it. */
export interface KeyedObject {
  readonly key: string;
  readonly part: number;
  readonly object: OpenObject;
}

/** Its key, and what it has. */
interface EndedKeyed {
  readonly key: string;
  readonly part: number;
  readonly object: EndedObject;
}

export class ObjectUpload {
  readonly #world: UploadWorld;
  readonly #ending = new AtOnce(ENDING_AT_ONCE);
  readonly #sending = new AtOnce(AT_ONCE);
  readonly #going = new Set<Promise<void>>();
  #staged = 0;

  constructor(world: UploadWorld) {
    this.#world = world;
  }

  /** Bytes of memory of objects that have ended and are not at the destination. */
  get staged(): number {
    return this.#staged;
  }

  /**
   * Writes the object until it is there, whole and verified. @param noted when its key stands in the checkpoint
   * @throws AppError of the DEST_ family, and the signal's reason
   */
  put(keyed: KeyedObject, noted: Promise<void>, signal: AbortSignal): Promise<LoggedObject> {
    const putting = this.#put(keyed, noted, signal);
    const settled = putting.then(
      () => undefined,
      () => undefined,
    );
    this.#going.add(settled);
    void settled.then(() => this.#going.delete(settled));
    return putting;
  }

  /** Comes back when nothing is on its way. */
  async settled(): Promise<void> {
    await Promise.all(this.#going);
  }

  async #put(
    { key, part, object: open }: KeyedObject,
    noted: Promise<void>,
    signal: AbortSignal,
  ): Promise<LoggedObject> {
    const { ledger, memoryBytes, onRelieved } = this.#world;
    let weight = open.weight;
    this.#staged += weight;
    const weigh = (now: number) => {
      this.#staged += now - weight;
      weight = now;
      onRelieved();
    };
    // It is waited for below: until then its failure must not be unhandled.
    noted.catch(() => undefined);
    try {
      // At once, whether the destination is there or not: an object that has ended needs little memory, or none.
      const object = await this.#ending.run(() => open.end(), signal);
      weigh(open.weight);
      if (this.#staged > memoryBytes) await open.spill();
      weigh(open.weight);
      await noted;
      const schema = await ledger.keepSchema(open.shape, signal);
      const keyed = { key, part, object };
      const written = await this.#sending.run(() => this.#persist(keyed, signal), signal);
      return loggedObject(keyed, schema, written);
    } finally {
      await open.destroy();
      weigh(0);
    }
  }

  async #persist(keyed: EndedKeyed, signal: AbortSignal): Promise<WrittenObject> {
    const { patience } = this.#world;
    const begun: OpenUpload[] = [];
    let attempts = 0;
    const written = await patience.persist(async () => {
      if (++attempts > 1) await this.#abort(begun, signal);
      try {
        return await this.#write(keyed, begun, signal);
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'DEST_OBJECT_EXISTS') throw error;
        attempts++;
        await this.#abort(begun, signal);
        return await this.#replace(keyed, begun, signal);
      }
    }, signal);
    // Before an entry names the object: then nobody would look for what is left at its key.
    if (attempts > 1) await patience.persist(() => this.#abort(begun, signal), signal);
    return written;
  }

  /** Aborts uploads of attempts that failed: S3 keeps their parts, and charges for them. One that was completed is gone. */
  async #abort(begun: OpenUpload[], signal: AbortSignal): Promise<void> {
    const { sink, runId } = this.#world;
    if (begun.length === 0) return;
    await sink.remove({ runId, keys: [], uploads: [...begun] }, signal);
    begun.length = 0;
  }

  async #write(
    { key, object }: EndedKeyed,
    begun: OpenUpload[],
    signal: AbortSignal,
  ): Promise<WrittenObject> {
    const { sink, runId, format } = this.#world;
    const writer = await sink.create(
      {
        key,
        runId,
        overwrite: false,
        contentType: format === 'parquet' ? 'application/vnd.apache.parquet' : 'application/x-ndjson',
        expectedBytes: object.bytes.size,
        // What is there is found out by the write itself.
        unseen: true,
      },
      { ...SILENT, onUploadOpened: async (upload) => void begun.push(upload) },
      signal,
    );
    try {
      for await (const piece of object.bytes.pieces()) await writer.write(piece);
      return await writer.complete(object.rows);
    } catch (error) {
      await writer.abandon();
      throw error;
    }
  }

  /**
   * Something lies at the key. It can be our own, of an attempt whose answer was lost, or of a writer before this one that
   * was slow: no entry names it, because the key is noted by this writer and not yet in the log.
   */
  async #replace(keyed: EndedKeyed, begun: OpenUpload[], signal: AbortSignal): Promise<WrittenObject> {
    const { sink, runId, ledger } = this.#world;
    // Only the one who holds the job may remove anything.
    await ledger.change((state) => state, signal);
    await sink.remove({ runId, keys: [keyed.key], uploads: [] }, signal);
    return await this.#write(keyed, begun, signal);
  }
}

function loggedObject({ part, object }: EndedKeyed, schema: string, written: WrittenObject): LoggedObject {
  const { first, last } = object;
  const snapshot = first.xid === undefined;
  return {
    key: written.key,
    table: object.shape.file.table,
    schema,
    rows: object.rows,
    bytes: written.bytes,
    etag: written.etag,
    crc32: written.crc32,
    operations: object.operations,
    firstLsn: formatLsn(first.commitLsn),
    lastLsn: formatLsn(last.commitLsn),
    firstCommitAt: snapshot ? null : isoOfTimestamp(first.time),
    lastCommitAt: snapshot ? null : isoOfTimestamp(last.time),
    part,
  };
}

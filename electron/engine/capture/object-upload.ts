/** Brings objects that have ended to the destination, a few at a time. */
import { AppError } from '../../contract/app-error.ts';
import type { LoggedObject } from '../../contract/capture-log.ts';
import type { CaptureFormat } from '../../contract/capture-spec.ts';
import type { WrittenObject } from '../../contract/run.ts';
import { formatLsn } from '../decode/lsn.ts';
import type { ObjectSink, SinkObserver } from '../ports.ts';
import type { CaptureLedger } from './capture-ledger.ts';
import type { DestinationPatience } from './destination-patience.ts';
import { isoOfTimestamp } from './encode/unix-micros.ts';
import type { EndedObject, OpenObject } from './open-object.ts';

/** Objects on their way at once. */
const AT_ONCE = 4;

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
  /** Told when memory was given back. */
  readonly onUploaded: () => void;
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
  readonly #waiting: (() => void)[] = [];
  readonly #going = new Set<Promise<void>>();
  #busy = 0;
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
    const { ledger, onUploaded } = this.#world;
    const weight = open.weight;
    this.#staged += weight;
    try {
      await noted;
      const schema = await ledger.keepSchema(open.shape, signal);
      // Few are ended at once, because each needs a compressor for that.
      return await this.#inTurn(async () => {
        const keyed = { key, part, object: await open.end() };
        const written = await this.#persist(keyed, signal);
        await keyed.object.bytes.release();
        return loggedObject(keyed, schema, written);
      }, signal);
    } finally {
      open.destroy();
      this.#staged -= weight;
      onUploaded();
    }
  }

  async #persist(keyed: EndedKeyed, signal: AbortSignal): Promise<WrittenObject> {
    return await this.#world.patience.persist(async () => {
      try {
        return await this.#write(keyed, signal);
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'DEST_OBJECT_EXISTS') throw error;
        return await this.#replace(keyed, signal);
      }
    }, signal);
  }

  async #write({ key, object }: EndedKeyed, signal: AbortSignal): Promise<WrittenObject> {
    const { sink, runId, format } = this.#world;
    const writer = await sink.create(
      {
        key,
        runId,
        overwrite: false,
        contentType: format === 'parquet' ? 'application/vnd.apache.parquet' : 'application/x-ndjson',
        expectedBytes: object.bytes.size,
      },
      SILENT,
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
  async #replace(keyed: EndedKeyed, signal: AbortSignal): Promise<WrittenObject> {
    const { sink, runId, ledger } = this.#world;
    // Only the one who holds the job may remove anything.
    await ledger.change((state) => state, signal);
    await sink.remove({ runId, keys: [keyed.key], uploads: [] }, signal);
    return await this.#write(keyed, signal);
  }

  async #inTurn<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.#busy === AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#busy++;
    try {
      signal.throwIfAborted();
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#busy--;
      else next();
    }
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

/**
 * An object that changes are written into. Its key is known when it ends, because that has the position of its last
 * commit: until then its bytes wait here, the first of them on disk where there are many. What is small stays as it was
 * encoded and is compressed at the end, so that hundreds of tables with little each do not need a compressor each.
 */
import type { OperationCounts } from '../../contract/capture-log.ts';
import { crc32Base64, crc32Of } from '../lib/crc32.ts';
import type { Change, TableShape } from './change.ts';
import { CHUNK_BYTES, type ChunkMemory } from './chunk-memory.ts';
import { EarlierValues } from './earlier-values.ts';
import type { ChangeOrder, ChangeOrigin, LineEncoder } from './encode/change-encoder.ts';
import { JsonBuffer } from './encode/json-buffer.ts';
import type { Packer } from './encode/packer.ts';
import type { StagedFile } from './staged-file.ts';
import type { StagingDisk } from './staging-disk.ts';

/** Compressed bytes that stay in memory; as soon as there are more, they go to disk. */
const KEPT_BYTES = 512 * 1024;

/** Native memory of a compressor, roughly: that of zstd has a window of 2 MiB. */
const COMPRESSOR_BYTES = 4 * 1024 ** 2;

/** What compression makes of lines that have not been compressed yet: only to tell when an object is due. */
const GUESSED_RATIO = 8;

/** Bytes of an object that has ended. */
export interface StagedBytes {
  readonly size: number;
  readonly crc32: string;
  /** Each is valid until the next is asked for. Can be read again. @throws AppError `STORE_SPOOL_FAILED` */
  pieces(): AsyncIterable<Uint8Array>;
}

/** An object that has ended, but for its key. */
export interface EndedObject {
  readonly shape: TableShape;
  readonly rows: number;
  readonly operations: OperationCounts;
  readonly first: ChangeOrigin;
  readonly last: ChangeOrigin;
  readonly bytes: StagedBytes;
}

/** What an object is made with. */
export interface ObjectParts {
  readonly encoder: LineEncoder;
  readonly newPacker: () => Packer;
  readonly memory: ChunkMemory;
  /** Undefined: everything stays in memory. */
  readonly disk: StagingDisk | undefined;
}

export class OpenObject {
  readonly shape: TableShape;
  readonly #parts: ObjectParts;
  readonly #buffer = new JsonBuffer();
  readonly #file: StagedFile | undefined;
  #earlier: EarlierValues | undefined;
  readonly #operations = { read: 0, insert: 0, update: 0, delete: 0, truncate: 0 };
  /** Behind what lies in the file. */
  readonly #pieces: Uint8Array[] = [];
  /** Bytes of them. */
  #kept = 0;
  #compressor: Packer | undefined;
  #compressing: Promise<void> = Promise.resolve();
  /** Bytes that the compressor was given and has not answered for. */
  #backlog = 0;
  #size = 0;
  #crc = 0;
  #rows = 0;
  /** Rows that the compressor was given. */
  #passedRows = 0;
  /** Bytes that the compressor holds back. */
  #inside = 0;
  #gone = false;
  #first: ChangeOrigin | undefined;
  #last: ChangeOrigin | undefined;

  constructor(shape: TableShape, parts: ObjectParts) {
    this.shape = shape;
    this.#parts = parts;
    this.#file = parts.disk?.file();
    this.#earlier = EarlierValues.of(shape);
  }

  /** Of its first change. @throws RangeError before there is one */
  get first(): ChangeOrigin {
    if (this.#first === undefined) throw new RangeError('an object without a change has no positions');
    return this.#first;
  }

  /** Of its last change. */
  get last(): ChangeOrigin {
    return this.#last ?? this.first;
  }

  get rows(): number {
    return this.#rows;
  }

  /** Bytes that it will have, as far as it can be told. */
  get bytes(): number {
    return this.#size + (this.#buffer.length + this.#backlog + this.#inside) / GUESSED_RATIO;
  }

  /** Bytes of memory. */
  get weight(): number {
    const compressor = this.#compressor === undefined ? 0 : COMPRESSOR_BYTES;
    return (
      this.#buffer.capacity +
      this.#backlog +
      this.#kept +
      this.#inside +
      compressor +
      (this.#earlier?.bytes ?? 0)
    );
  }

  get backlog(): number {
    return this.#backlog;
  }

  /** @returns true where bytes went to the compressor: the time to look at how large it is */
  add(change: Change, origin: ChangeOrigin, order: ChangeOrder): boolean {
    const known = this.#earlier?.recall(change);
    this.#parts.encoder.encode(change, origin, order, this.#buffer, known);
    this.#earlier?.remember(change, known);
    this.#operations[change.operation]++;
    this.#rows++;
    this.#first ??= origin;
    this.#last = origin;
    if (this.#buffer.length < CHUNK_BYTES) return false;
    this.#pass();
    return true;
  }

  /** Waits for the compressor. */
  async settle(): Promise<void> {
    await this.#compressing;
  }

  /** Ends it: from now on it needs no more memory than {@link spill} leaves. @throws what its compressor threw */
  async end(): Promise<EndedObject> {
    const { first, last } = this;
    if (this.#buffer.length > 0) this.#pass();
    this.#buffer.replace(Buffer.alloc(0));
    this.#earlier = undefined;
    await this.#compressing;
    this.#take((await this.#compressor?.end()) ?? []);
    this.#compressor = undefined;
    this.#inside = 0;
    if (this.#file !== undefined && this.#file.size > 0) await this.spill();
    return {
      shape: this.shape,
      rows: this.#rows,
      operations: this.#operations,
      first,
      last,
      bytes: {
        size: this.#size,
        crc32: crc32Base64(this.#crc),
        pieces: () => this.#read(),
      },
    };
  }

  /** Puts what has been compressed on disk, as far as that takes it. */
  async spill(): Promise<void> {
    const { disk } = this.#parts;
    if (disk === undefined || this.#file === undefined || this.#kept === 0 || this.#gone) return;
    if (!(await disk.append(this.#file, this.#pieces))) return;
    this.#pieces.length = 0;
    this.#kept = 0;
  }

  /** Lets go of its bytes. Never rejects. */
  async destroy(): Promise<void> {
    this.#gone = true;
    this.#compressor?.destroy();
    // A chunk that is on its way to disk would lie there for ever.
    await this.#compressing.catch(() => undefined);
    this.#pieces.length = 0;
    this.#kept = 0;
    if (this.#file !== undefined) await this.#parts.disk?.release(this.#file);
  }

  async *#read(): AsyncGenerator<Uint8Array> {
    if (this.#file !== undefined && this.#parts.disk !== undefined) yield* this.#parts.disk.read(this.#file);
    yield* this.#pieces;
  }

  #pass(): void {
    const chunk = this.#buffer.bytes();
    const rows = this.#rows - this.#passedRows;
    this.#passedRows = this.#rows;
    this.#buffer.replace(chunk.length < CHUNK_BYTES ? Buffer.alloc(0) : this.#parts.memory.take());
    this.#backlog += chunk.length;
    this.#compressor ??= this.#parts.newPacker();
    this.#compressing = this.#compress(this.#compressor, chunk, rows, this.#compressing);
    // Whoever settles or ends hears of it: until then it must not be unhandled.
    void this.#compressing.catch(() => undefined);
  }

  async #compress(compressor: Packer, chunk: Buffer, rows: number, before: Promise<void>): Promise<void> {
    await before;
    const pieces = await compressor.push(chunk, rows);
    this.#inside = pieces.length === 0 ? this.#inside + chunk.length : 0;
    this.#take(pieces);
    if (compressor.copies) this.#parts.memory.give(chunk);
    // Before the chunk counts as done, so that whoever settles waits for the disk as well.
    if (this.#kept >= KEPT_BYTES) await this.spill();
    this.#backlog -= chunk.length;
  }

  #take(pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) {
      this.#pieces.push(piece);
      this.#kept += piece.length;
      this.#size += piece.length;
      this.#crc = crc32Of(piece, this.#crc);
    }
  }
}

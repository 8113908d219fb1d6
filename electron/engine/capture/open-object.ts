/**
 * An object that changes are written into. Its key is known when it ends, because that has the position of its last
 * commit: until then its bytes wait here. What is small stays as it was encoded and is compressed at the end, so that
 * hundreds of tables with little each do not need a compressor each.
 */
import type { OperationCounts } from '../../contract/capture-log.ts';
import { crc32Base64, crc32Of } from '../lib/crc32.ts';
import type { Change, TableShape } from './change.ts';
import { EarlierValues } from './earlier-values.ts';
import type { ChangeOrder, ChangeOrigin, LineEncoder } from './encode/change-encoder.ts';
import { JsonBuffer } from './encode/json-buffer.ts';
import type { Packer } from './encode/packer.ts';

/** Bytes that are compressed at once; an object that has not so many has no compressor. */
export const CHUNK_BYTES = 256 * 1024;

/** Native memory of a compressor, roughly: that of zstd has a window of 2 MiB. */
const COMPRESSOR_BYTES = 4 * 1024 ** 2;

/** What compression makes of lines that have not been compressed yet: only to tell when an object is due. */
const GUESSED_RATIO = 8;

/** Bytes of an object that has ended. */
export interface StagedBytes {
  readonly size: number;
  readonly crc32: string;
  pieces(): Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  /** Lets go of them. */
  release(): Promise<void>;
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

export class OpenObject {
  readonly shape: TableShape;
  readonly #encoder: LineEncoder;
  readonly #newPacker: () => Packer;
  readonly #buffer = new JsonBuffer();
  readonly #earlier: EarlierValues | undefined;
  readonly #operations = { read: 0, insert: 0, update: 0, delete: 0, truncate: 0 };
  readonly #pieces: Uint8Array[] = [];
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
  #first: ChangeOrigin | undefined;
  #last: ChangeOrigin | undefined;

  constructor(shape: TableShape, encoder: LineEncoder, newPacker: () => Packer) {
    this.shape = shape;
    this.#encoder = encoder;
    this.#earlier = EarlierValues.of(shape);
    this.#newPacker = newPacker;
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
      this.#size +
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
    this.#encoder.encode(change, origin, order, this.#buffer, known);
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

  /** Ends it. @throws what its compressor threw */
  async end(): Promise<EndedObject> {
    const { first, last } = this;
    if (this.#buffer.length > 0) this.#pass();
    await this.#compressing;
    this.#take((await this.#compressor?.end()) ?? []);
    const pieces = this.#pieces;
    return {
      shape: this.shape,
      rows: this.#rows,
      operations: this.#operations,
      first,
      last,
      bytes: {
        size: this.#size,
        crc32: crc32Base64(this.#crc),
        pieces: () => pieces,
        release: () => {
          pieces.length = 0;
          return Promise.resolve();
        },
      },
    };
  }

  /** Gives it up. */
  destroy(): void {
    this.#compressor?.destroy();
    this.#pieces.length = 0;
  }

  #pass(): void {
    const chunk = this.#buffer.bytes();
    const rows = this.#rows - this.#passedRows;
    this.#passedRows = this.#rows;
    this.#buffer.replace(
      Buffer.allocUnsafeSlow(chunk.length < CHUNK_BYTES ? 0 : CHUNK_BYTES + CHUNK_BYTES / 4),
    );
    this.#backlog += chunk.length;
    this.#compressor ??= this.#newPacker();
    this.#compressing = this.#compress(this.#compressor, chunk, rows, this.#compressing);
    // Whoever settles or ends hears of it: until then it must not be unhandled.
    void this.#compressing.catch(() => undefined);
  }

  async #compress(compressor: Packer, chunk: Uint8Array, rows: number, before: Promise<void>): Promise<void> {
    await before;
    const pieces = await compressor.push(chunk, rows);
    this.#inside = pieces.length === 0 ? this.#inside + chunk.length : 0;
    this.#take(pieces);
    this.#backlog -= chunk.length;
  }

  #take(pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) {
      this.#pieces.push(piece);
      this.#size += piece.length;
      this.#crc = crc32Of(piece, this.#crc);
    }
  }
}

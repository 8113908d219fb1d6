/**
 * The objects of one range, one after the other: encodes rows into each, compresses it as one stream, and goes on to the
 * next when it has reached the size that was asked for. While the destination makes an object of what it has, which is
 * several round trips, the next one is written already; never more than one is behind.
 */
import type { ExtractSpec } from '../../contract/extract-spec.ts';
import type { WrittenObject } from '../../contract/run.ts';
import { createCompressor, type Compressor } from '../encode/compressor.ts';
import { outerCompression } from '../encode/create-encoder.ts';
import type { EncodedBytes, RowEncoder } from '../encode/row-encoder.ts';
import { rowCutter, type RowCutter } from '../encode/row-cutter.ts';
import type { ObjectWriter, RowBatch } from '../ports.ts';

/** Whether a range may have several objects. */
export function rolls({ objectSize, objectRows }: Pick<ExtractSpec, 'objectSize' | 'objectRows'>): boolean {
  return objectSize !== undefined || objectRows !== undefined;
}

/** What a series needs to know; `create` opens its next object. */
export interface SeriesOptions {
  readonly spec: ExtractSpec;
  readonly encoder: RowEncoder;
  readonly create: () => Promise<ObjectWriter>;
  /** Told when an object is whole. */
  readonly onWritten: (object: WrittenObject) => void;
  /** Told of bytes as they are after encoding and compression. */
  readonly onEncoded: (bytes: number) => void;
}

interface Current {
  readonly writer: ObjectWriter;
  readonly compressor: Compressor;
  rows: number;
}

export class ObjectSeries implements AsyncDisposable {
  readonly #options: SeriesOptions;
  readonly #cut: RowCutter;
  readonly #written: WrittenObject[] = [];
  #current: Current | undefined;
  /** The object before, which is being completed. */
  #completing: Promise<void> | undefined;
  /** What that came to, where it failed. */
  #failure: { readonly error: unknown } | undefined;

  constructor(options: SeriesOptions) {
    this.#options = options;
    this.#cut = rowCutter(options.encoder.form);
  }

  /** Opens the first object, so that a key that is taken is found out before a row is read. */
  async begin(): Promise<void> {
    await this.#open();
  }

  /** Writes whole rows. @throws AppError of the DEST_ family, `DATA_ENCODE_FAILED` */
  async write(batch: RowBatch): Promise<void> {
    // Of a copy in the binary form the ends come as batches without rows: they are nothing to open an object for.
    if (batch.rows === 0) return;
    const { objectRows = Infinity, objectSize = Infinity } = this.#options.spec;
    for (let left: RowBatch | undefined = batch; left !== undefined;) {
      // At once, and not when the next object is full: that may be hours.
      if (this.#failure !== undefined) throw this.#failure.error;
      const current = this.#current ?? (await this.#open());
      const { head, rest } = this.#cut(left, objectRows - current.rows);
      await this.#pack(current, this.#options.encoder.encode(head));
      current.rows += head.rows;
      if (current.rows >= objectRows || current.writer.bytes >= objectSize) await this.#close();
      left = rest;
    }
  }

  /** Takes no more rows: all that the encoder and the compressor have held back is written. */
  async seal(): Promise<void> {
    await this.#close();
  }

  /** The objects, when the last one is whole; none where there were no rows and {@link begin} was not called. */
  async finish(): Promise<readonly WrittenObject[]> {
    await this.#close();
    await this.#completing;
    return this.#written;
  }

  /** Gives up the object that is not whole, if there is one. Does nothing after {@link finish}. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#current?.compressor.destroy();
    await this.#current?.writer.abandon();
    // Whoever removes it finds out what became of it, but not before it is over.
    await Promise.allSettled([this.#completing]);
  }

  async #open(): Promise<Current> {
    const writer = await this.#options.create();
    const { format, compression } = this.#options.spec;
    const compressor = createCompressor(outerCompression(format, compression));
    this.#current = { writer, compressor, rows: 0 };
    await this.#pack(this.#current, this.#options.encoder.begin());
    return this.#current;
  }

  async #close(): Promise<void> {
    const current = this.#current;
    if (current === undefined) return;
    await this.#pack(current, this.#options.encoder.end());
    await this.#pass(current, await current.compressor.end());
    await this.#completing;
    this.#current = undefined;
    this.#completing = this.#complete(current);
    this.#completing.catch((error: unknown) => {
      this.#failure = { error };
    });
  }

  async #complete({ writer, rows }: Current): Promise<void> {
    try {
      const object = await writer.complete(rows);
      this.#written.push(object);
      this.#options.onWritten(object);
    } catch (error) {
      // What it failed with counts, and not what giving it up may fail with.
      await writer.abandon().catch(() => undefined);
      throw error;
    }
  }

  /** Takes what the encoder gives, which is often nothing. */
  async #pack(current: Current, encoded: EncodedBytes): Promise<void> {
    const bytes = await encoded;
    if (bytes.length > 0) await this.#pass(current, await current.compressor.push(bytes));
  }

  async #pass({ writer }: Current, pieces: readonly Uint8Array[]): Promise<void> {
    for (const piece of pieces) {
      await writer.write(piece);
      this.#options.onEncoded(piece.length);
    }
  }
}

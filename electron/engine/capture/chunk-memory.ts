/**
 * Memory for lines on their way to a compressor, used again and again: each chunk anew would be garbage of its size, and
 * the collector lets tens of megabytes of that pile up before it tidies.
 */

/** Bytes that are compressed at once; an object that has not so many has no compressor. */
export const CHUNK_BYTES = 256 * 1024;

/** Room behind them for the line that fills the chunk. */
const MEMORY_BYTES = CHUNK_BYTES + CHUNK_BYTES / 4;

/** Pieces that are kept for later: as many as lie before compressors at a time. */
const MOST_FREE = 8;

export class ChunkMemory {
  readonly #free: Buffer[] = [];

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(MEMORY_BYTES);
  }

  /** Takes back what nobody looks at any more. Memory of another size, which a long line has made, is let go. */
  give({ buffer }: Buffer): void {
    if (buffer.byteLength === MEMORY_BYTES && this.#free.length < MOST_FREE)
      this.#free.push(Buffer.from(buffer));
  }
}

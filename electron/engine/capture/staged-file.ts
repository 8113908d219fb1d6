/**
 * Bytes of one object on disk, until the destination has them. They are written behind one another and can be read as
 * often as the destination makes it necessary.
 */
import { open, rm, type FileHandle } from 'node:fs/promises';

/** Bytes that are read at a time. */
const READ_BYTES = 256 * 1024;

export class StagedFile {
  readonly #path: string;
  #handle: FileHandle | undefined;
  #size = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Bytes that are there. What a write that failed has left behind them does not count. */
  get size(): number {
    return this.#size;
  }

  /** Writes all of it. @throws Error of the file system: then none of it counts */
  async append(pieces: readonly Uint8Array[]): Promise<void> {
    // What a failed write has left behind the size is written over, and what counts is never cut off.
    this.#handle ??= await open(this.#path, this.#size === 0 ? 'w+' : 'r+', 0o600);
    let at = this.#size;
    for (const piece of pieces) {
      for (let from = 0; from < piece.length;) {
        const { bytesWritten } = await this.#handle.write(piece, from, piece.length - from, at);
        from += bytesWritten;
        at += bytesWritten;
      }
    }
    this.#size = at;
  }

  /** Lets go of the file for now: objects that wait for hours must not use up what a process may have open. */
  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
  }

  /** Everything, in pieces of which each is valid until the next is asked for. @throws Error of the file system */
  async *read(): AsyncGenerator<Uint8Array> {
    if (this.#size === 0) return;
    const handle = await open(this.#path, 'r');
    try {
      const buffer = Buffer.allocUnsafeSlow(Math.min(READ_BYTES, this.#size));
      for (let at = 0; at < this.#size;) {
        const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, this.#size - at), at);
        if (bytesRead === 0)
          throw new RangeError('a file of an object is shorter than what was written to it');
        at += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await handle.close();
    }
  }

  /** What is gone already is fine. @throws Error of the file system */
  async remove(): Promise<void> {
    await this.close();
    this.#size = 0;
    await rm(this.#path, { force: true });
  }
}

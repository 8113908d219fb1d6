/**
 * Messages of one transaction on disk, in the order in which they came. Written behind a buffer, read in pieces.
 *
 * A record is the length of the message, where the WAL has it, its number in the order of arrival, and the message.
 */
import { open, rm, type FileHandle } from 'node:fs/promises';

const RECORD_HEADER = 20;

/** Bytes that the buffer has at first; it grows with what comes between two writes. */
const BUFFER_BYTES = 64 * 1024;

/** Bytes that are read at a time. Few: what is said of each message lives until the next are read. */
const READ_BYTES = 128 * 1024;

/** A buffer that has become larger is not kept by each of many files: one goes from file to file. */
const OWN_BYTES = 128 * 1024;
/** And one that a large message has made is given back. */
const SHARED_BYTES = 4 * 1024 ** 2;

/** A buffer that the files of a spool share. */
export class SpoolMemory {
  #spare: Buffer<ArrayBuffer> | undefined;

  /** Undefined where there is none that is so large. */
  take(bytes: number): Buffer<ArrayBuffer> | undefined {
    const spare = this.#spare;
    if (spare === undefined || spare.length < bytes) return undefined;
    this.#spare = undefined;
    return spare;
  }

  give(buffer: Buffer<ArrayBuffer>): void {
    if (buffer.length <= SHARED_BYTES) this.#spare = buffer;
  }
}

/** A message that was kept: it lies in the bytes from `start` up to `end`. */
export interface SpooledMessage {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  readonly lsn: bigint;
  /** See `RelationBook`. */
  readonly arrival: number;
}

export class SpoolFile {
  readonly #path: string;
  readonly #memory: SpoolMemory;
  #handle: FileHandle | undefined;
  #buffer = Buffer.alloc(0);
  #buffered = 0;
  #written = 0;

  constructor(path: string, memory: SpoolMemory) {
    this.#path = path;
    this.#memory = memory;
  }

  /** Bytes that wait to be written. */
  get buffered(): number {
    return this.#buffered;
  }

  /** Bytes in all. */
  get size(): number {
    return this.#written + this.#buffered;
  }

  /** Takes a copy. */
  append({ bytes, start, end, lsn, arrival }: SpooledMessage): void {
    const needed = this.#buffered + RECORD_HEADER + end - start;
    if (needed > this.#buffer.length) this.#grow(needed);
    const at = this.#buffered;
    this.#buffer.writeUInt32BE(end - start, at);
    this.#buffer.writeBigUInt64BE(lsn, at + 4);
    this.#buffer.writeDoubleBE(arrival, at + 12);
    bytes.copy(this.#buffer, at + RECORD_HEADER, start, end);
    this.#buffered = needed;
  }

  /** Writes what waits. @throws Error of the file system */
  async flush(): Promise<void> {
    if (this.#buffered === 0) return;
    this.#handle ??= await open(this.#path, 'w+', 0o600);
    for (let at = 0; at < this.#buffered;) {
      const { bytesWritten } = await this.#handle.write(this.#buffer, at, this.#buffered - at, this.#written);
      at += bytesWritten;
      this.#written += bytesWritten;
    }
    this.#buffered = 0;
    if (this.#buffer.length > OWN_BYTES) {
      this.#memory.give(this.#buffer);
      this.#buffer = Buffer.alloc(0);
    }
  }

  /**
   * All messages, in pieces of which each is valid until the next is asked for.
   * @throws Error of the file system
   */
  async *read(): AsyncGenerator<readonly SpooledMessage[]> {
    await this.flush();
    let buffer = Buffer.allocUnsafeSlow(READ_BYTES);
    let filled = 0;
    for (let from = 0; from < this.#written;) {
      const { bytesRead } = await this.#reader().read(buffer, filled, buffer.length - filled, from);
      if (bytesRead === 0) throw new RangeError('a file of the spool is shorter than what was written to it');
      from += bytesRead;
      filled += bytesRead;
      const { messages, end } = cut(buffer, filled);
      if (messages.length > 0) yield messages;
      const left = filled - end;
      const whole = left < RECORD_HEADER ? 0 : RECORD_HEADER + buffer.readUInt32BE(end);
      const next = whole > buffer.length ? Buffer.allocUnsafeSlow(whole + READ_BYTES) : buffer;
      buffer.copy(next, 0, end, filled);
      buffer = next;
      filled = left;
    }
    if (filled !== 0) throw new RangeError('a file of the spool ends inside of a message');
  }

  /** What is gone already is fine. */
  async remove(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
    this.#buffered = 0;
    await rm(this.#path, { force: true });
  }

  #reader(): FileHandle {
    if (this.#handle === undefined) throw new RangeError('a file of the spool is read after its end');
    return this.#handle;
  }

  #grow(needed: number): void {
    const size = Math.max(needed, BUFFER_BYTES, this.#buffer.length * 2);
    const larger = this.#memory.take(size) ?? Buffer.allocUnsafeSlow(size);
    this.#buffer.copy(larger, 0, 0, this.#buffered);
    this.#buffer = larger;
  }
}

/** The whole records at the beginning of the bytes, and where they end. */
function cut(buffer: Buffer, filled: number): { messages: SpooledMessage[]; end: number } {
  const messages: SpooledMessage[] = [];
  let at = 0;
  while (at + RECORD_HEADER <= filled) {
    const end = at + RECORD_HEADER + buffer.readUInt32BE(at);
    if (end > filled) break;
    messages.push({
      bytes: buffer,
      start: at + RECORD_HEADER,
      end,
      lsn: buffer.readBigUInt64BE(at + 4),
      arrival: buffer.readDoubleBE(at + 12),
    });
    at = end;
  }
  return { messages, end: at };
}

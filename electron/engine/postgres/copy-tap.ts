/**
 * Takes the rows of a COPY straight from the socket.
 *
 * The driver makes an object and an event of every CopyData message, and a COPY sends one for each row: at millions
 * of rows a second that costs more than the server needs to produce them. The tap stands between the socket and the
 * driver's parser while a COPY runs. Payloads of CopyData go into one of two buffers that are used in turn; every other
 * message is handed on whole, so the driver still sees how the command ended.
 *
 * Bound: two buffers of BATCH_BYTES, or of the largest row where that is larger. While both are full the socket is
 * paused, so back-pressure reaches the server through TCP.
 *
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
import type { Socket } from 'node:net';
import type { RowBatch } from '../ports.ts';
import { copyWholeRows } from './copy-rows.ts';
import { messageSize } from './message-guard.ts';
import { HEADER_BYTES } from './message-shape.ts';
import { ReadPace } from './read-pace.ts';
import { BATCH_BYTES, type TapBuffers } from './tap-buffers.ts';

const COPY_DATA = 0x64; // 'd'

type DataListener = (chunk: Buffer) => void;

/** A batch, and where in its bytes the last row begins. */
export interface TapBatch extends RowBatch {
  readonly lastStart: number;
}

export class CopyTap {
  readonly #socket: Socket;
  readonly #pace: ReadPace;
  readonly #parserListeners: DataListener[];
  readonly #onData = (chunk: Buffer) => this.#receiveSafely(chunk);
  /** A read as the system gave it. What TLS gives are its records: waiting would not make them larger. */
  readonly #onRead = (chunk: Buffer) => {
    this.#receiveSafely(chunk);
    if (this.#chunk === undefined) this.#pace.after(chunk.length);
  };

  /** Bytes from the socket that have not been looked at yet. */
  #chunk: Buffer | undefined;
  #offset = 0;

  /** A message header, or a message for the driver, that the end of a chunk has cut in two. */
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #pendingNeeds = 0;
  /** Bytes of the current row that are still to come. */
  #rowLeft = 0;

  readonly #buffers: TapBuffers;
  #filled = 0;
  /** Where the last whole row in the buffer ends. */
  #rowsEnd = 0;
  #rows = 0;
  /** Where the last whole row in the buffer, and the one that is not whole yet, begin. */
  #lastStart = 0;
  #rowStart = 0;

  #received = 0;
  #waiting: PromiseWithResolvers<TapBatch | undefined> | undefined;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;

  /** @param buffers nobody else's until {@link remove} */
  constructor(socket: Socket, buffers: TapBuffers) {
    this.#socket = socket;
    this.#buffers = buffers;
    this.#pace = new ReadPace(socket);
    this.#parserListeners = socket.listeners('data') as DataListener[];
    socket.removeAllListeners('data');
    // One of the two comes, by the kind of the socket.
    socket.on('data', this.#onData);
    socket.on('chunk', this.#onRead);
  }

  /** Bytes that have come from the socket. */
  get received(): number {
    return this.#received;
  }

  /** True while somebody waits for a batch. */
  get waits(): boolean {
    return this.#waiting !== undefined;
  }

  /**
   * The next batch; undefined at the end. The bytes of the batch before become invalid.
   * @throws what {@link fail} was given
   */
  async next(): Promise<TapBatch | undefined> {
    if (this.#failure !== undefined) throw this.#failure.error;
    this.#drain();
    if (this.#rows > 0) return this.#take();
    if (this.#ended) return undefined;
    this.#waiting = Promise.withResolvers();
    return await this.#waiting.promise;
  }

  /** The command is over: what has been filled is the last batch. */
  end(): void {
    this.#ended = true;
    this.#deliver();
  }

  /** The command failed: the reader hears of it instead of the next batch. */
  fail(error: unknown): void {
    this.#pace.stop();
    this.#failure ??= { error };
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }

  /** Gives the socket back to the driver. */
  remove(): void {
    this.#pace.stop();
    this.#socket.removeListener('data', this.#onData);
    this.#socket.removeListener('chunk', this.#onRead);
    for (const listener of this.#parserListeners) this.#socket.on('data', listener);
    this.#socket.resume();
  }

  /** In a callback of the socket nobody catches what is thrown. */
  #receiveSafely(chunk: Buffer): void {
    if (this.#failure !== undefined) return;
    try {
      this.#receive(chunk);
    } catch (error) {
      this.fail(error);
      this.#socket.destroy();
    }
  }

  #receive(chunk: Buffer): void {
    this.#received += chunk.length;
    this.#chunk = chunk;
    this.#offset = 0;
    this.#drain();
    this.#deliver();
  }

  /** Works through the chunk until it is used up or the buffer is full. */
  #drain(): void {
    const chunk = this.#chunk;
    if (chunk === undefined) return;
    while (this.#offset < chunk.length) {
      if (this.#rowLeft > 0) this.#copyRow(chunk);
      else if (this.#rowsEnd >= BATCH_BYTES && this.#rows > 0 && !this.#makeRoom()) return;
      else if (this.#pendingBytes > 0) this.#continuePending(chunk);
      else this.#beginMessage(chunk);
    }
    this.#chunk = undefined;
    this.#socket.resume();
  }

  /** Hands the full buffer to a reader that waits; without one, stops the socket. */
  #makeRoom(): boolean {
    if (this.#waiting === undefined) {
      this.#socket.pause();
      return false;
    }
    this.#deliver();
    return true;
  }

  #beginMessage(chunk: Buffer): void {
    this.#copyWholeRows(chunk);
    const available = chunk.length - this.#offset;
    if (available === 0) return;
    if (available < HEADER_BYTES) return this.#keepPending(chunk, chunk.length, HEADER_BYTES);
    const start = this.#offset;
    const size = messageSize(chunk, start);
    if (chunk[start] === COPY_DATA) {
      this.#offset += HEADER_BYTES;
      this.#beginRow(size - HEADER_BYTES);
      return;
    }
    if (available < size) return this.#keepPending(chunk, chunk.length, size);
    this.#offset += size;
    this.#handOn(chunk.subarray(start, start + size));
  }

  /** Most rows lie whole in a chunk; those that do not, and all other messages, go the careful way. */
  #copyWholeRows(chunk: Buffer): void {
    const copied = copyWholeRows(chunk, this.#offset, this.#buffers.filling, this.#filled);
    this.#offset = copied.offset;
    this.#filled = copied.filled;
    this.#rows += copied.rows;
    if (copied.rows === 0) return;
    this.#rowsEnd = copied.filled;
    this.#lastStart = copied.lastStart;
  }

  #beginRow(bytes: number): void {
    this.#rowLeft = bytes;
    this.#rowStart = this.#filled;
    const needed = this.#filled + bytes;
    if (needed > this.#buffers.filling.length) this.#buffers.grow(needed, this.#filled);
    if (bytes === 0) this.#endRow();
  }

  #copyRow(chunk: Buffer): void {
    const start = this.#offset;
    const count = Math.min(this.#rowLeft, chunk.length - start);
    chunk.copy(this.#buffers.filling, this.#filled, start, start + count);
    this.#filled += count;
    this.#offset = start + count;
    this.#rowLeft -= count;
    if (this.#rowLeft === 0) this.#endRow();
  }

  #endRow(): void {
    this.#rows++;
    this.#rowsEnd = this.#filled;
    this.#lastStart = this.#rowStart;
  }

  #keepPending(chunk: Buffer, end: number, needs: number): void {
    // A copy, because the socket reads into the same memory again.
    this.#pending.push(Buffer.from(chunk.subarray(this.#offset, end)));
    this.#pendingBytes += end - this.#offset;
    this.#pendingNeeds = needs;
    this.#offset = end;
  }

  /** A header has been completed when five bytes are there; then it is known how long the message is. */
  #continuePending(chunk: Buffer): void {
    const missing = this.#pendingNeeds - this.#pendingBytes;
    const end = Math.min(this.#offset + missing, chunk.length);
    this.#keepPending(chunk, end, this.#pendingNeeds);
    if (this.#pendingBytes < this.#pendingNeeds) return;
    const bytes = Buffer.concat(this.#pending);
    const size = messageSize(bytes, 0);
    const isRow = bytes[0] === COPY_DATA;
    if (!isRow && bytes.length < size) {
      this.#pendingNeeds = size;
      return;
    }
    this.#pending = [];
    this.#pendingBytes = 0;
    if (isRow) this.#beginRow(size - HEADER_BYTES);
    else this.#handOn(bytes);
  }

  #handOn(message: Buffer): void {
    for (const listener of this.#parserListeners) listener(message);
  }

  #deliver(): void {
    if (this.#waiting === undefined) return;
    if (this.#rows > 0) this.#waiting.resolve(this.#take());
    else if (this.#ended) this.#waiting.resolve(undefined);
    else return;
    this.#waiting = undefined;
  }

  /** Swaps the buffers. The beginning of a row that is not whole yet moves to the new one. */
  #take(): TapBatch {
    const partial = this.#filled - this.#rowsEnd;
    const full = this.#buffers.swap(this.#rowsEnd, this.#filled, partial + this.#rowLeft);
    const batch = { bytes: full.subarray(0, this.#rowsEnd), rows: this.#rows, lastStart: this.#lastStart };
    this.#filled = partial;
    this.#rowStart = 0;
    this.#lastStart = 0;
    this.#rowsEnd = 0;
    this.#rows = 0;
    return batch;
  }
}

/**
 * Takes the messages of a replication stream straight from the socket: the driver would make an object and an event of
 * each. Whole CopyData messages are put together in one of two buffers that are used in turn; every other message is
 * handed on to the driver. What the server asks is heard when it arrives, whatever the reader does.
 *
 * Bound: two buffers of BUFFER_BYTES, or of the largest message where that is larger. While one is with the reader and
 * the other is full the socket is paused, so back-pressure reaches the server through TCP.
 *
 * https://www.postgresql.org/docs/current/protocol-replication.html
 */
import type { Socket } from 'node:net';
import { messageSize, protocolError } from './message-guard.ts';
import { READ_BYTES } from './read-socket.ts';

/** Bytes from which on no more is read before somebody takes them. */
const BATCH_BYTES = 512 * 1024;

/** Room behind them for what one read brings. */
const BUFFER_BYTES = BATCH_BYTES + READ_BYTES;

/**
 * The server sends each change by itself, and one read for each would cost more than the decoding: a read that brings less
 * than this is followed by a pause. Not more, as in `copy-tap.ts`: small packets fill the window of the socket early, and
 * then it is the server that waits.
 */
const WORTHWHILE_BYTES = process.platform === 'win32' ? 0 : 16 * 1024;
const GATHER_MS = 1;

/** A buffer that one huge message has grown is given up when it is this many times the normal size. */
const SHRINK_FACTOR = 8;

export const COPY_DATA = 0x64; // 'd'
export const XLOG_DATA = 0x77; // 'w'
export const KEEPALIVE = 0x6b; // 'k'

/** Of every message: its kind and its length, which does not count the kind. */
export const HEADER_BYTES = 5;
/** Of a CopyData message with WAL: header, kind, start and end of the WAL in it, time. */
export const DATA_HEADER = HEADER_BYTES + 25;
/** Where a keepalive says whether it wants an answer: behind header, kind, position and time. */
const REPLY_AT = HEADER_BYTES + 17;

type DataListener = (chunk: Buffer) => void;

export class ReplicationTap {
  readonly #socket: Socket;
  readonly #parserListeners: DataListener[];
  readonly #onAsked: () => void;

  #filling = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #spare = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #filled = 0;
  /** Where the last whole message ends: everything before it is CopyData. */
  #whole = 0;

  /** The highest position that came, in halves: a bigint for each message would be an object for each. */
  #high = 0;
  #low = 0;
  #bytes = 0;
  #gathering: NodeJS.Timeout | undefined;
  #waiting: PromiseWithResolvers<Buffer | undefined> | undefined;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;

  /** @param onAsked called when the server wants to hear from us */
  constructor(socket: Socket, onAsked: () => void) {
    this.#socket = socket;
    this.#onAsked = onAsked;
    this.#parserListeners = socket.listeners('data') as DataListener[];
    socket.removeAllListeners('data');
    // One of the two comes, by the kind of the socket.
    socket.on('data', (chunk: Buffer) => this.#receiveSafely(chunk));
    socket.on('chunk', (chunk: Buffer) => {
      this.#receiveSafely(chunk);
      if (chunk.length < WORTHWHILE_BYTES && this.#filled < BATCH_BYTES) this.#gather();
    });
  }

  /** Bytes that have come from the socket. */
  get received(): number {
    return this.#bytes;
  }

  /** True while somebody waits for messages. */
  get waits(): boolean {
    return this.#waiting !== undefined;
  }

  /** The end of the WAL that has come. */
  get position(): bigint {
    return (BigInt(this.#high) << 32n) | BigInt(this.#low);
  }

  /**
   * Whole CopyData messages, one after the other; undefined at the end. What was given before becomes invalid.
   * @throws what {@link fail} was given
   */
  async next(): Promise<Buffer | undefined> {
    if (this.#whole > 0) return this.#take();
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#ended) return undefined;
    this.#waiting = Promise.withResolvers();
    return await this.#waiting.promise;
  }

  /** The stream is over: what has come is the last. */
  end(): void {
    this.#ended = true;
    this.#deliver();
  }

  /** The stream failed: the reader hears of it behind what has come. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }

  /** In a callback of the socket nobody catches what is thrown. */
  #receiveSafely(chunk: Buffer): void {
    try {
      this.#receive(chunk);
    } catch (error) {
      this.fail(error);
      this.#socket.destroy();
    }
  }

  #receive(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#ended || this.#failure !== undefined) return;
    if (this.#filled + chunk.length > this.#filling.length) this.#grow(this.#filled + chunk.length);
    chunk.copy(this.#filling, this.#filled);
    this.#filled += chunk.length;
    this.#scan();
    this.#deliver();
    if (this.#filled >= BATCH_BYTES && this.#whole > 0) this.#socket.pause();
  }

  /** Looks at the messages that have become whole. */
  #scan(): void {
    const bytes = this.#filling;
    let at = this.#whole;
    let asked = false;
    while (at + HEADER_BYTES <= this.#filled) {
      const end = at + messageSize(bytes, at);
      if (end > this.#filled) break;
      if (bytes[at] !== COPY_DATA) {
        this.#handOn(at, end);
        continue;
      }
      const kind = bytes[at + HEADER_BYTES];
      assertWhole(kind, end - at);
      if (kind === XLOG_DATA || kind === KEEPALIVE) this.#see(bytes, at + HEADER_BYTES + 1);
      if (kind === KEEPALIVE && bytes[at + REPLY_AT] === 1) asked = true;
      at = end;
    }
    this.#whole = at;
    if (asked) this.#onAsked();
  }

  #see(bytes: Buffer, at: number): void {
    const high = bytes.readUInt32BE(at);
    const low = bytes.readUInt32BE(at + 4);
    if (high < this.#high || (high === this.#high && low <= this.#low)) return;
    this.#high = high;
    this.#low = low;
  }

  /** Takes a message out that is for the driver. */
  #handOn(start: number, end: number): void {
    const message = Buffer.from(this.#filling.subarray(start, end));
    this.#filling.copyWithin(start, end, this.#filled);
    this.#filled -= end - start;
    for (const listener of this.#parserListeners) listener(message);
  }

  #gather(): void {
    this.#socket.pause();
    clearTimeout(this.#gathering);
    this.#gathering = setTimeout(() => this.#resume(), GATHER_MS);
  }

  #resume(): void {
    if (this.#filled < BATCH_BYTES || this.#whole === 0) this.#socket.resume();
  }

  #deliver(): void {
    if (this.#waiting === undefined) return;
    if (this.#whole > 0) this.#waiting.resolve(this.#take());
    else if (this.#ended) this.#waiting.resolve(undefined);
    else return;
    this.#waiting = undefined;
  }

  /** Swaps the buffers. The beginning of a message that is not whole yet moves to the new one. */
  #take(): Buffer {
    const full = this.#filling;
    const taken = full.subarray(0, this.#whole);
    const partial = this.#filled - this.#whole;
    const reusable =
      this.#spare.length >= partial + READ_BYTES && this.#spare.length <= BUFFER_BYTES * SHRINK_FACTOR;
    this.#filling = reusable ? this.#spare : Buffer.allocUnsafeSlow(Math.max(BUFFER_BYTES, partial * 2));
    full.copy(this.#filling, 0, this.#whole, this.#filled);
    this.#spare = full;
    this.#filled = partial;
    this.#whole = 0;
    this.#resume();
    return taken;
  }

  #grow(needed: number): void {
    // Of the message that is not whole it is known how large it is, so that it grows once.
    const header = this.#filled - this.#whole >= HEADER_BYTES;
    const message = header ? this.#whole + messageSize(this.#filling, this.#whole) : 0;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, message) + READ_BYTES);
    this.#filling.copy(larger, 0, 0, this.#filled);
    this.#filling = larger;
  }
}

/** Of a CopyData message with a keepalive: header, kind, position, time, and whether an answer is wanted. */
const KEEPALIVE_BYTES = REPLY_AT + 1;

/**
 * A message that is cut would give a position that is made of what comes after it, and a capture would tell the server to forget
 * everything up to there.
 * @param size of the CopyData message, with its header
 * @throws AppError `SOURCE_PROTOCOL`
 */
export function assertWhole(kind: number | undefined, size: number): void {
  const isWhole = kind === KEEPALIVE ? size === KEEPALIVE_BYTES : kind !== XLOG_DATA || size >= DATA_HEADER;
  if (!isWhole) throw protocolError('d', 'of a replication stream is not whole');
}

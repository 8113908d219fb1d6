/**
 * What a slot sends, over the streaming protocol: messages of its plugin, and between them how far the server is. Unlike
 * the SQL functions, which decode a whole transaction before their first row, the stream can be left at any message.
 *
 * Bound: QUEUE_BYTES, or the largest message where that is larger; while it is full the socket is paused.
 *
 * https://www.postgresql.org/docs/current/protocol-replication.html
 */
import type { WalItem } from '../wal/wal-source.ts';
import { assertWhole, HEADER_BYTES, KEEPALIVE, XLOG_DATA } from './replication-tap.ts';
import type { Session } from './session.ts';
import { toSlotError } from './slot-errors.ts';

/** Bytes that wait to be looked at. */
const QUEUE_BYTES = 1024 * 1024;

/**
 * Milliseconds between two questions to the server how far it is. They are also what keeps it from taking us for dead
 * while the socket is paused (wal_sender_timeout, a minute by default).
 */
const ASK_MS = 500;

const STATUS_UPDATE = 0x72; // 'r'
const DATA_HEADER = 25;

export class ReplicationStream {
  readonly #session: Session;
  readonly #queue: WalItem[] = [];
  #queued = 0;
  /** What the server has been told to be done with: all that came. Only for slots that nobody else will ever read. */
  #received = 0n;
  #wake: (() => void) | undefined;
  #ended = false;
  /** Nobody reads any more: what still comes is dropped. */
  #left = false;
  #failure: { readonly error: unknown } | undefined;

  private constructor(session: Session) {
    this.#session = session;
    session.wire.onCopyData((bytes) => this.#receive(bytes));
  }

  /**
   * The session is the caller's to end, which is the only way out of a stream that goes on.
   * @param command START_REPLICATION of a slot that lives and dies with this session: everything that arrives is confirmed
   * @throws AppError of the SLOT_ and SOURCE_ families, while it is read
   */
  static async *read(session: Session, command: string): AsyncGenerator<WalItem> {
    const stream = new ReplicationStream(session);
    void stream.#run(command);
    const timer = setInterval(() => stream.#ask(), ASK_MS);
    try {
      yield* stream.#items();
    } finally {
      clearInterval(timer);
      stream.#left = true;
    }
  }

  async #run(command: string): Promise<void> {
    try {
      await this.#session.stream(command);
      this.#ended = true;
    } catch (error) {
      this.#failure ??= { error: toSlotError(error, true) };
    }
    this.#wake?.();
  }

  async *#items(): AsyncGenerator<WalItem> {
    for (;;) {
      for (let item = this.#queue.shift(); item !== undefined; item = this.#queue.shift()) {
        if (item.kind === 'data') this.#queued -= item.bytes.length;
        if (this.#queued < QUEUE_BYTES / 2) this.#session.wire.socket().resume();
        yield item;
      }
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#ended) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #receive(bytes: Buffer): void {
    if (this.#failure !== undefined) return;
    let item: WalItem | undefined;
    try {
      item = readItem(bytes);
    } catch (error) {
      // In a callback of the socket nobody catches what is thrown.
      this.#failure = { error };
      this.#session.destroy();
      this.#wake?.();
    }
    if (item === undefined || this.#left) return;
    if (item.lsn > this.#received) this.#received = item.lsn;
    this.#queue.push(item);
    if (item.kind === 'data') {
      this.#queued += item.bytes.length;
      if (this.#queued >= QUEUE_BYTES) this.#session.wire.socket().pause();
    }
    this.#wake?.();
  }

  #ask(): void {
    if (!this.#session.wire.socket().writable) return;
    const update = Buffer.alloc(34);
    update[0] = STATUS_UPDATE;
    for (const at of [1, 9, 17]) update.writeBigUInt64BE(this.#received, at);
    update[33] = 1;
    this.#session.wire.sendCopyData(update);
  }
}

/** Undefined for a kind of message that a later protocol may add. @throws AppError `SOURCE_PROTOCOL` */
function readItem(bytes: Buffer): WalItem | undefined {
  assertWhole(bytes[0], HEADER_BYTES + bytes.length);
  if (bytes[0] === XLOG_DATA) {
    // A copy: the driver uses its buffer again.
    return { kind: 'data', lsn: bytes.readBigUInt64BE(1), bytes: Buffer.from(bytes.subarray(DATA_HEADER)) };
  }
  if (bytes[0] === KEEPALIVE) {
    return { kind: 'position', lsn: bytes.readBigUInt64BE(1) };
  }
  return undefined;
}

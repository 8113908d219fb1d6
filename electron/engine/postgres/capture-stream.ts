/**
 * A slot that is being read. The server hears from us by a timer, and at once when it asks, also while the socket is
 * paused because the reader is slow: it never has a reason to take us for dead (wal_sender_timeout).
 *
 * What is told as flushed is what {@link CaptureStream.ack} was given and nothing else: the server forgets what lies
 * before it. https://www.postgresql.org/docs/current/protocol-replication.html
 */
import { AppError } from '../../contract/app-error.ts';
import type { CaptureStream } from '../capture/capture-source.ts';
import type { CaptureBatch } from '../capture/change.ts';
import type { TransactionAssembler } from '../capture/transaction-assembler.ts';
import { DATA_HEADER, HEADER_BYTES, KEEPALIVE, ReplicationTap, XLOG_DATA } from './replication-tap.ts';
import type { Session } from './session.ts';
import { toSlotError } from './slot-errors.ts';

/** Milliseconds between two words to the server. Its shortest sensible patience is two seconds. */
const STATUS_MS = 500;

const STATUS_UPDATE = 0x72; // 'r'

export class PostgresCaptureStream implements CaptureStream {
  readonly #session: Session;
  readonly #assembler: TransactionAssembler;
  readonly #tap: ReplicationTap;
  readonly #from: bigint;
  #timer: NodeJS.Timeout | undefined;
  #acked = 0n;

  private constructor(session: Session, assembler: TransactionAssembler, from: bigint) {
    this.#session = session;
    this.#assembler = assembler;
    this.#from = from;
    this.#tap = new ReplicationTap(session.wire.socket(), () => this.#say());
  }

  /**
   * Begins to read, and owns the session from then on.
   * @param command START_REPLICATION
   * @throws AppError of the SLOT_ and SOURCE_ families
   */
  static async start(
    session: Session,
    command: string,
    assembler: TransactionAssembler,
    from: bigint,
  ): Promise<PostgresCaptureStream> {
    const stream = new PostgresCaptureStream(session, assembler, from);
    const started = new Promise<void>((resolve) => {
      session.wire.onReplicationStart(resolve);
    });
    const run = stream.#run(command);
    await Promise.race([started, run]);
    stream.#timer = setInterval(() => stream.#say(), STATUS_MS);
    return stream;
  }

  get received(): bigint {
    const { position } = this.#tap;
    return position > this.#from ? position : this.#from;
  }

  ack(lsn: bigint): void {
    if (lsn <= this.#acked) return;
    this.#acked = lsn;
    this.#say();
  }

  async *read(signal: AbortSignal): AsyncGenerator<CaptureBatch> {
    const abort = () => this.#tap.fail(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    try {
      for (;;) {
        signal.throwIfAborted();
        const bytes = await this.#tap.next();
        if (bytes === undefined) throw new AppError('SOURCE_SHUTDOWN', 'The server has ended the stream.');
        this.#accept(bytes);
        const items = this.#assembler.take();
        if (items.length > 0) yield items;
      }
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#tap.end();
    await this.#session.leave();
  }

  /** Rejects only where the stream has not begun; afterwards the tap carries the failure to the reader. */
  async #run(command: string): Promise<void> {
    try {
      await this.#session.command(command);
      this.#tap.end();
    } catch (error) {
      const reading = this.#timer !== undefined;
      const known = toSlotError(error, reading);
      this.#tap.fail(known);
      if (!reading) throw known;
    }
  }

  #accept(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) {
      const end = at + 1 + bytes.readUInt32BE(at + 1);
      const kind = bytes[at + HEADER_BYTES];
      const lsn = bytes.readBigUInt64BE(at + HEADER_BYTES + 1);
      if (kind === XLOG_DATA) this.#assembler.accept(bytes, at + DATA_HEADER, end, lsn);
      else if (kind === KEEPALIVE) this.#assembler.keepalive(lsn);
      at = end;
    }
  }

  /** Written: what has come. Flushed and applied: what is durable. */
  #say(): void {
    if (!this.#session.wire.socket().writable) return;
    const update = Buffer.alloc(34);
    update[0] = STATUS_UPDATE;
    update.writeBigUInt64BE(this.#tap.position, 1);
    update.writeBigUInt64BE(this.#acked, 9);
    update.writeBigUInt64BE(this.#acked, 17);
    this.#session.wire.sendCopyData(update);
  }
}

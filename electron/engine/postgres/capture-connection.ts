/**
 * A connection on which a slot is read. The server hears from us by a timer, and at once when it asks, also while the
 * socket is paused because the reader is slow: it never has a reason to take us for dead (wal_sender_timeout). Where
 * nothing comes it is asked, so that a connection that is dead without a word is found out.
 * https://www.postgresql.org/docs/current/protocol-replication.html
 */
import type { ConnectionAccess } from '../ports.ts';
import { answerInTime } from './answer-in-time.ts';
import { ReplicationTap } from './replication-tap.ts';
import type { Session } from './session.ts';
import { senderOf, SilenceWatch } from './silence-watch.ts';
import { toSlotError } from './slot-errors.ts';

/** Milliseconds between two words to the server. Its shortest sensible patience is two seconds. */
const STATUS_MS = 500;

/** Silence that is looked into, see `CaptureConnection.start`. */
const SILENCE_MS = 15_000;

/** Milliseconds until a stream has begun. */
const START_MS = 20_000;

const STATUS_UPDATE = 0x72; // 'r'

export class CaptureConnection implements AsyncDisposable {
  readonly #session: Session;
  readonly #tap: ReplicationTap;
  #timer: NodeJS.Timeout | undefined;
  #watch: SilenceWatch | undefined;
  #acked: bigint;
  /** Bytes that had come when the timer went last. */
  #heard = -1;

  private constructor(session: Session, acked: bigint) {
    this.#session = session;
    this.#acked = acked;
    this.#tap = new ReplicationTap(session.wire.socket(), () => this.#answer());
  }

  /**
   * Begins to read, and owns the session from then on.
   * @param command START_REPLICATION
   * @param acked what the server is told to forget; 0 for nothing
   * @param silenceMs milliseconds without a byte, though it was asked, after which it is asked on another connection
   * @throws AppError of the SLOT_ and SOURCE_ families
   */
  static async start(
    session: Session,
    access: ConnectionAccess,
    command: string,
    acked: bigint,
    silenceMs = access.silenceMs ?? SILENCE_MS,
  ): Promise<CaptureConnection> {
    const sender = await senderOf(session);
    const connection = new CaptureConnection(session, acked);
    const started = new Promise<void>((resolve) => {
      session.wire.onReplicationStart(resolve);
    });
    // The server says at once that it begins, or why not.
    await answerInTime(session, START_MS, () => Promise.race([started, connection.#run(command)]));
    connection.#timer = setInterval(() => connection.#tick(), STATUS_MS);
    if (sender !== undefined)
      connection.#watch = new SilenceWatch(connection.#tap, sender, access, silenceMs);
    return connection;
  }

  /** The end of what has come. */
  get position(): bigint {
    return this.#tap.position;
  }

  /** See `ReplicationTap.next`. @throws AppError of the SLOT_ and SOURCE_ families */
  async next(): Promise<Buffer | undefined> {
    return await this.#tap.next();
  }

  /** Makes whoever waits for more hear of a failure. */
  fail(error: unknown): void {
    this.#tap.fail(error);
  }

  /** Tells the server, now and from now on, what it may forget. */
  ack(lsn: bigint): void {
    if (lsn <= this.#acked) return;
    this.#acked = lsn;
    this.#say(lsn, false);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#watch?.[Symbol.dispose]();
    this.#tap.end();
    await this.#session.leave();
  }

  /** Rejects only where the stream has not begun; afterwards the tap carries the failure to the reader. */
  async #run(command: string): Promise<void> {
    try {
      await this.#session.stream(command);
      this.#tap.end();
    } catch (error) {
      const reading = this.#timer !== undefined;
      const failure = toSlotError(error, reading);
      this.#tap.fail(failure);
      if (!reading) throw failure;
    }
  }

  #tick(): void {
    const { received } = this.#tap;
    this.#say(this.#acked, received === this.#heard);
    this.#heard = received;
  }

  /**
   * A server that stops asks until all that it has sent is flushed, which the destination may be long about; the stop
   * would wait for it. Where nothing is said of that, it is enough that all has come.
   * https://github.com/postgres/postgres/blob/REL_18_STABLE/src/backend/replication/walsender.c (WalSndDone)
   */
  #answer(): void {
    this.#say(0n, false);
  }

  /**
   * Written: what has come. Flushed and applied: what is durable, and nothing else: what lies before it is forgotten.
   * @param flushed 0 says nothing of it
   */
  #say(flushed: bigint, ask: boolean): void {
    if (!this.#session.wire.socket().writable) return;
    const update = Buffer.alloc(34);
    update[0] = STATUS_UPDATE;
    update.writeBigUInt64BE(this.#tap.position, 1);
    update.writeBigUInt64BE(flushed, 9);
    update.writeBigUInt64BE(flushed, 17);
    if (ask) update[33] = 1;
    this.#session.wire.sendCopyData(update);
  }
}

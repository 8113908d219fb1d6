/**
 * A slot that is being read, by one connection after the other: where the disk that was given to the spool is full, the
 * slot is read again without transactions that are sent while they run. Whoever reads does not see that.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../contract/app-error.ts';
import type { CaptureStream } from '../capture/capture-source.ts';
import type { CaptureBatch } from '../capture/change.ts';
import type { SeenLeaf } from '../capture/seen-leaves.ts';
import type { TransactionAssembler } from '../capture/transaction-assembler.ts';
import { SpoolFull } from '../capture/transaction-spool.ts';
import type { CaptureConnection } from './capture-connection.ts';
import { DATA_HEADER, HEADER_BYTES, KEEPALIVE, XLOG_DATA } from './replication-tap.ts';

/** Times, and milliseconds between them, that a slot is tried which the connection before has just left. */
const LEFT_ATTEMPTS = 50;
const LEFT_MS = 200;

/** A connection, and what makes transactions of what it brings. */
export interface CaptureReading extends AsyncDisposable {
  readonly connection: CaptureConnection;
  readonly assembler: TransactionAssembler;
  /** The server sends transactions while they run. */
  readonly streaming: boolean;
}

export interface ConnectRequest {
  readonly from: bigint;
  readonly acked: bigint;
  readonly streaming: boolean;
}

export class PostgresCaptureStream implements CaptureStream {
  readonly #connect: (request: ConnectRequest) => Promise<CaptureReading>;
  readonly #onNote: (message: string) => void;
  #reading: CaptureReading;
  #received: bigint;
  #acked = 0n;

  private constructor(
    connect: (request: ConnectRequest) => Promise<CaptureReading>,
    reading: CaptureReading,
    from: bigint,
    onNote: (message: string) => void,
  ) {
    this.#connect = connect;
    this.#reading = reading;
    this.#received = from;
    this.#onNote = onNote;
  }

  /** @throws AppError of the SLOT_ and SOURCE_ families */
  static async open(
    connect: (request: ConnectRequest) => Promise<CaptureReading>,
    from: bigint,
    onNote: (message: string) => void,
  ): Promise<PostgresCaptureStream> {
    const reading = await connect({ from, acked: 0n, streaming: true });
    return new PostgresCaptureStream(connect, reading, from, onNote);
  }

  get received(): bigint {
    const { position } = this.#reading.connection;
    if (position > this.#received) this.#received = position;
    return this.#received;
  }

  ack(lsn: bigint): void {
    const { connection, assembler } = this.#reading;
    const told = assembler.ackable(lsn);
    if (told <= this.#acked) return;
    this.#acked = told;
    connection.ack(told);
  }

  takeLeaves(): readonly SeenLeaf[] {
    return this.#reading.assembler.takeLeaves();
  }

  async *read(signal: AbortSignal): AsyncGenerator<CaptureBatch> {
    const abort = () => this.#reading.connection.fail(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    try {
      for (;;) {
        signal.throwIfAborted();
        try {
          yield* this.#next(this.#reading);
        } catch (error) {
          if (!(error instanceof SpoolFull)) throw error;
          await this.#readWhole(error, signal);
        }
      }
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reading[Symbol.asyncDispose]();
  }

  /** What the next bytes give. @throws SpoolFull behind what was whole */
  async *#next({ connection, assembler }: CaptureReading): AsyncGenerator<CaptureBatch> {
    const bytes = await connection.next();
    if (bytes === undefined) throw new AppError('SOURCE_SHUTDOWN', 'The server has ended the stream.');
    for (let at = 0; at < bytes.length;) {
      const end = at + 1 + bytes.readUInt32BE(at + 1);
      const kind = bytes[at + HEADER_BYTES];
      const lsn = bytes.readBigUInt64BE(at + HEADER_BYTES + 1);
      if (kind === KEEPALIVE) assembler.keepalive(lsn);
      else if (kind === XLOG_DATA) {
        const due = assembler.accept(bytes, at + DATA_HEADER, end, lsn);
        if (due !== undefined) {
          const before = assembler.take();
          if (before.length > 0) yield before;
          yield* assembler.replay(due);
        } else if (assembler.isFull) yield assembler.take();
      }
      at = end;
    }
    const items = assembler.take();
    if (items.length > 0) yield items;
    await assembler.settle();
  }

  /** Goes on behind what was given, with a server that sends transactions as a whole. */
  async #readWhole(full: SpoolFull, signal: AbortSignal): Promise<void> {
    const { assembler, streaming } = this.#reading;
    if (!streaming) {
      throw new AppError('SLOT_SPOOL_FULL', `Prepared transactions find no room: ${full.message}.`, {
        cause: full,
      });
    }
    this.#onNote(
      `Large transactions find no room on this disk while they run (${full.message}): from now on the server keeps them.`,
    );
    const from = assembler.position;
    this.#received = this.received;
    await this.#reading[Symbol.asyncDispose]();
    for (let attempt = 1; ; attempt++) {
      signal.throwIfAborted();
      try {
        this.#reading = await this.#connect({ from, acked: this.#acked, streaming: false });
        return;
      } catch (error) {
        // The server may need a moment to see that the connection before has ended.
        const inUse = error instanceof AppError && error.code === 'SLOT_IN_USE';
        if (!inUse || attempt === LEFT_ATTEMPTS) throw error;
        await sleep(LEFT_MS, undefined, { signal });
      }
    }
  }
}

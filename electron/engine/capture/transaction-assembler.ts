/**
 * Makes transactions, in the order of their commits, of the messages of pgoutput. What comes before it is known to be
 * committed goes to the spool: transactions that are sent while they run, and prepared ones.
 *
 * The server begins at a position that it was asked for, but counts transactions by where their commit record begins;
 * what was committed before the position is left out here as well.
 */
import { AppError } from '../../contract/app-error.ts';
import { PgoutputDecoder } from '../decode/pgoutput/decoder.ts';
import { malformed } from '../decode/pgoutput/message-reader.ts';
import type { PgoutputMessage } from '../decode/pgoutput/messages.ts';
import type { CaptureItem } from './change.ts';
import { PreparedTransactions } from './prepared-transactions.ts';
import { RelationBook } from './relation-book.ts';
import type { SeenLeaf } from './seen-leaves.ts';
import type { ShapeBook } from './shape-book.ts';
import { TransactionBuilder, type Beginning } from './transaction-builder.ts';
import type { SpooledTransaction, TransactionSpool } from './transaction-spool.ts';

const STREAM_STOP = 0x45; // 'E'

/** A transaction of the spool that is committed: its turn is now. */
export interface DueTransaction extends Beginning {
  readonly name: string;
  readonly transaction: SpooledTransaction;
  readonly endLsn: bigint;
  readonly inStream: boolean;
  readonly book: RelationBook;
}

export class TransactionAssembler {
  readonly #decoder = new PgoutputDecoder();
  readonly #shapes: ShapeBook;
  readonly #relations: RelationBook;
  readonly #builder: TransactionBuilder;
  readonly #spool: TransactionSpool;
  readonly #prepared = new PreparedTransactions();
  readonly #from: bigint;
  /** Counts messages: their order, also where they are looked at later. */
  #arrival = 0;
  /** The transaction whose stream block, or whose preparation, comes. */
  #block: SpooledTransaction | undefined;
  #preparing: { readonly transaction: SpooledTransaction; readonly book: RelationBook } | undefined;

  /** @param from the end of the last transaction that is not wanted */
  constructor(from: bigint, shapes: ShapeBook, spool: TransactionSpool) {
    this.#from = from;
    this.#shapes = shapes;
    this.#spool = spool;
    this.#relations = new RelationBook(shapes);
    this.#builder = new TransactionBuilder(from);
  }

  /** The end of what was given as a whole. */
  get position(): bigint {
    return this.#builder.position;
  }

  /** True where as much has come together as is to be given at once. */
  get isFull(): boolean {
    return this.#builder.isFull;
  }

  /** What has come together since the last time. The tuples in it point into the bytes that were given. */
  take(): CaptureItem[] {
    return this.#builder.take();
  }

  /** Partitions whose changes have come since the last time. */
  takeLeaves(): readonly SeenLeaf[] {
    return this.#relations.leaves.take();
  }

  /** What the slot may be told where this is durable. */
  ackable(durable: bigint): bigint {
    return this.#prepared.ackable(durable);
  }

  /**
   * Takes one message, which lies in the bytes from `start` up to `end`. Where it gives a transaction, that has to be
   * read with {@link replay} before the next message.
   * @param lsn where the WAL has it
   * @throws AppError of the SLOT_ family
   */
  accept(bytes: Buffer, start: number, end: number, lsn: bigint): DueTransaction | undefined {
    const arrival = ++this.#arrival;
    if (this.#block !== undefined && bytes[start] !== STREAM_STOP) {
      this.#block.file.append({ bytes, start, end, lsn, arrival });
      return undefined;
    }
    const message = this.#decoder.decode(bytes, start, end);
    const { kind } = message;
    if (kind === 'relation' || kind === 'type') this.#relations.add(message, arrival);
    if (this.#preparing !== undefined && kind !== 'prepare') {
      this.#preparing.transaction.file.append({ bytes, start, end, lsn, arrival });
      return undefined;
    }
    if (kind === 'insert' || kind === 'update' || kind === 'delete')
      this.#builder.row(message, lsn, this.#relations);
    else if (kind === 'begin') this.#builder.begin(message);
    else if (kind === 'commit') this.#builder.commit(message.lsn, message.endLsn);
    else if (kind === 'origin') this.#builder.origin(message.name);
    else if (kind === 'truncate') this.#builder.truncate(message, lsn, this.#relations);
    else if (kind !== 'relation' && kind !== 'type') return this.#bound(message);
    return undefined;
  }

  /** The server has sent all that there was before this position. */
  keepalive(lsn: bigint): void {
    this.#builder.reach(lsn);
  }

  /** To be called after each batch of messages. @throws SpoolFull, or AppError `STORE_SPOOL_FAILED` */
  async settle(): Promise<void> {
    await this.#spool.settle();
  }

  /**
   * The transaction, in batches of which each is valid until the next is asked for. What was rolled back is left out; what
   * was said of relations counts also there, because the server takes it for said.
   * @throws AppError of the SLOT_ family, or `STORE_SPOOL_FAILED`; before the first batch also SpoolFull
   */
  async *replay(due: DueTransaction): AsyncGenerator<CaptureItem[]> {
    const { name, transaction, commitLsn, endLsn, inStream } = due;
    const decoder = new PgoutputDecoder(inStream);
    this.#builder.begin(due);
    try {
      for await (const messages of this.#spool.read(transaction)) {
        for (const { bytes, start, end, lsn, arrival } of messages) {
          const message = decoder.decode(bytes, start, end);
          if (message.kind === 'relation' || message.kind === 'type') this.#relations.add(message, arrival);
          this.#replayed(message, lsn, arrival, due);
          if (this.#builder.isFull) yield this.#builder.take();
        }
        const items = this.#builder.take();
        if (items.length > 0) yield items;
      }
    } finally {
      this.#spool.drop(name);
      await this.#spool.sweep();
    }
    this.#builder.commit(commitLsn, endLsn);
  }

  #replayed(
    message: PgoutputMessage,
    lsn: bigint,
    arrival: number,
    { book, transaction: { aborted } }: DueTransaction,
  ): void {
    const { kind } = message;
    if (kind === 'relation' || kind === 'type') return book.add(message, arrival);
    if (kind === 'origin') return this.#builder.origin(message.name);
    if ('xid' in message && message.xid !== undefined && aborted.has(message.xid)) return;
    if (kind === 'insert' || kind === 'update' || kind === 'delete') this.#builder.row(message, lsn, book);
    else if (kind === 'truncate') this.#builder.truncate(message, lsn, book);
    else throw malformed(`a message of the kind ${kind} inside of a transaction`);
  }

  /** Everything about transactions whose end is not known when they come. */
  #bound(message: PgoutputMessage): DueTransaction | undefined {
    const { kind } = message;
    if (kind === 'streamStart') {
      const name = streamName(message.xid);
      this.#block = message.first
        ? this.#spool.begin(name, message.xid)
        : known(this.#spool.find(name), 'a stream block of a transaction that has not begun');
    } else if (kind === 'streamStop') this.#block = undefined;
    else if (kind === 'streamAbort') this.#abort(message.xid, message.subXid);
    else if (kind === 'streamCommit') return this.#streamed(message);
    else if (kind === 'beginPrepare') {
      const transaction = this.#spool.begin(preparedName(message.xid), message.xid);
      this.#preparing = { transaction, book: new RelationBook(this.#shapes, this.#relations) };
    } else if (kind === 'prepare') {
      const { book } = known(this.#preparing, 'a preparation ends that has not begun');
      this.#preparing = undefined;
      this.#prepared.add(message.xid, { lsn: message.lsn, inStream: false, book });
    } else if (kind === 'streamPrepare') {
      const book = new RelationBook(this.#shapes);
      this.#prepared.add(message.xid, { lsn: message.lsn, inStream: true, book });
    } else if (kind === 'commitPrepared') return this.#committed(message);
    else if (kind === 'rollbackPrepared') {
      const prepared = this.#prepared.end(message.xid, undefined);
      this.#spool.drop(fileOf(message.xid, prepared?.inStream ?? false));
    } else throw malformed(`a message of the kind ${kind}, which was not asked for`);
    return undefined;
  }

  #abort(xid: number, subXid: number): void {
    if (xid === subXid) this.#spool.drop(streamName(xid));
    else this.#spool.find(streamName(xid))?.aborted.add(subXid);
  }

  #streamed({ xid, lsn, endLsn, time }: Extract<PgoutputMessage, { kind: 'streamCommit' }>): DueTransaction {
    const name = streamName(xid);
    const transaction = known(this.#spool.find(name), 'a stream is committed that has not begun');
    const book = new RelationBook(this.#shapes);
    return { name, transaction, xid, commitLsn: lsn, endLsn, time, inStream: true, book };
  }

  #committed({
    xid,
    lsn,
    endLsn,
    time,
  }: Extract<PgoutputMessage, { kind: 'commitPrepared' }>): DueTransaction | undefined {
    const prepared = this.#prepared.end(xid, endLsn);
    const name = fileOf(xid, prepared?.inStream ?? false);
    const transaction = this.#spool.find(name);
    if (prepared !== undefined && transaction !== undefined) {
      const { inStream, book } = prepared;
      return { name, transaction, xid, commitLsn: lsn, endLsn, time, inStream, book };
    }
    if (lsn < this.#from) return undefined;
    throw new AppError(
      'SLOT_PREPARED_LOST',
      'A transaction is committed that was prepared before the slot was read from here, and the server does not send it again.',
    );
  }
}

const streamName = (xid: number) => `stream-${xid}`;
const preparedName = (xid: number) => `prepared-${xid}`;
const fileOf = (xid: number, inStream: boolean) => (inStream ? streamName(xid) : preparedName(xid));

/** @throws AppError `SLOT_MESSAGE_INVALID` */
function known<T>(value: T | undefined, otherwise: string): T {
  if (value === undefined) throw malformed(otherwise);
  return value;
}

/**
 * Makes transactions, in the order of their commits, of the messages of pgoutput.
 *
 * The server begins at a position that it was asked for, but counts transactions by where their commit record begins;
 * what was committed before the position is left out here as well. A transaction without changes (Postgres 14 sends
 * those of other tables so) becomes a position.
 */
import { PgoutputDecoder } from '../decode/pgoutput/decoder.ts';
import { malformed } from '../decode/pgoutput/message-reader.ts';
import type {
  BeginMessage,
  CommitMessage,
  DeleteMessage,
  InsertMessage,
  PgTimestamp,
  TruncateMessage,
  UpdateMessage,
} from '../decode/pgoutput/messages.ts';
import type { Tuple } from '../decode/pgoutput/tuple.ts';
import type { CaptureItem, TableShape } from './change.ts';
import { RelationBook } from './relation-book.ts';
import type { ShapeBook } from './shape-book.ts';

/** The transaction whose messages come. */
interface Open {
  readonly xid: number;
  readonly commitLsn: bigint;
  readonly time: PgTimestamp;
  origin: string | undefined;
  /** It has been given; one of which nothing is wanted never is. */
  given: boolean;
  /** It was committed before the position that is asked for. */
  readonly skipped: boolean;
}

export class TransactionAssembler {
  readonly #decoder = new PgoutputDecoder();
  readonly #relations: RelationBook;
  readonly #from: bigint;
  /** The highest position that was given. */
  #position: bigint;
  #open: Open | undefined;
  #items: CaptureItem[] = [];

  /** @param from the end of the last transaction that is not wanted */
  constructor(from: bigint, shapes: ShapeBook) {
    this.#from = from;
    this.#position = from;
    this.#relations = new RelationBook(shapes);
  }

  /** What has come together since the last time. The tuples in it point into the bytes that were given. */
  take(): CaptureItem[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }

  /**
   * Takes one message, which lies in the bytes from `start` up to `end`.
   * @param lsn where the WAL has it
   * @throws AppError `SLOT_MESSAGE_INVALID`
   */
  accept(bytes: Buffer, start: number, end: number, lsn: bigint): void {
    const message = this.#decoder.decode(bytes, start, end);
    const { kind } = message;
    if (kind === 'insert' || kind === 'update' || kind === 'delete') this.#addRow(message, lsn);
    else if (kind === 'relation') this.#relations.addRelation(message);
    else if (kind === 'type') this.#relations.addType(message);
    else if (kind === 'truncate') this.#addTruncate(message, lsn);
    else if (kind === 'begin') this.#begin(message);
    else if (kind === 'origin') this.#opened('an origin').origin = message.name;
    else if (kind === 'commit') this.#commit(message);
    else throw malformed(`a message of the kind ${kind}, which was not asked for`);
  }

  /** The server has sent all that there was before this position. */
  keepalive(lsn: bigint): void {
    if (this.#open === undefined) this.#reach(lsn);
  }

  #begin({ xid, commitLsn, time }: BeginMessage): void {
    if (this.#open !== undefined) throw malformed('a transaction begins inside of another one');
    const skipped = commitLsn < this.#from;
    this.#open = { xid, commitLsn, time, origin: undefined, given: false, skipped };
  }

  #commit({ lsn, endLsn }: CommitMessage): void {
    const { given, commitLsn } = this.#opened('a commit');
    if (lsn !== commitLsn) throw malformed('a transaction ends that is not the one that began');
    this.#open = undefined;
    if (!given) return this.#reach(endLsn);
    this.#items.push({ kind: 'commit', commitLsn, endLsn });
    this.#position = endLsn;
  }

  #addRow(message: InsertMessage | UpdateMessage | DeleteMessage, lsn: bigint): void {
    if (!this.#wanted()) return;
    const shape = this.#relations.shapeOf(message.relationId);
    const { kind } = message;
    const old = kind === 'insert' ? 'none' : message.old;
    const before = kind === 'insert' ? undefined : message.before;
    const after = kind === 'delete' ? undefined : message.after;
    assertFits(shape, before);
    assertFits(shape, after);
    this.#items.push({ kind: 'change', operation: kind, shape, lsn, old, before, after });
  }

  #addTruncate({ relationIds }: TruncateMessage, lsn: bigint): void {
    if (!this.#wanted()) return;
    for (const id of relationIds) {
      this.#items.push({
        kind: 'change',
        operation: 'truncate',
        shape: this.#relations.shapeOf(id),
        lsn,
        old: 'none',
        before: undefined,
        after: undefined,
      });
    }
  }

  /** Gives the begin of the transaction before its first change. False where the change is not wanted. */
  #wanted(): boolean {
    const open = this.#opened('a change');
    if (open.given) return true;
    if (open.skipped) return false;
    const { xid, commitLsn, time, origin } = open;
    this.#items.push({ kind: 'begin', xid, commitLsn, time, origin });
    open.given = true;
    return true;
  }

  #opened(what: string): Open {
    if (this.#open === undefined) throw malformed(`${what} outside of a transaction`);
    return this.#open;
  }

  #reach(lsn: bigint): void {
    if (lsn <= this.#position) return;
    this.#position = lsn;
    this.#items.push({ kind: 'position', lsn });
  }
}

/** A row of another number of columns would be taken for values of the wrong ones. */
function assertFits(shape: TableShape, row: Tuple | undefined): void {
  if (row !== undefined && row.length !== shape.file.columns.length)
    throw malformed('a row has not the columns of its relation');
}

/** Makes the items of one transaction after the other of messages whose order is settled. */
import { malformed } from '../decode/pgoutput/message-reader.ts';
import type {
  DeleteMessage,
  InsertMessage,
  PgTimestamp,
  TruncateMessage,
  UpdateMessage,
} from '../decode/pgoutput/messages.ts';
import type { Tuple } from '../decode/pgoutput/tuple.ts';
import type { CaptureItem, TableShape } from './change.ts';
import type { RelationBook } from './relation-book.ts';

export type RowMessage = InsertMessage | UpdateMessage | DeleteMessage;

/** What is known of a transaction when it begins. */
export interface Beginning {
  readonly xid: number;
  readonly commitLsn: bigint;
  readonly time: PgTimestamp;
}

interface Open extends Beginning {
  origin: string | undefined;
  /** It has been given; one of which nothing is wanted never is. */
  given: boolean;
  /** It was committed before the position that is asked for. */
  readonly skipped: boolean;
}

/**
 * Items that are given at once. Each is a handful of objects, which live until all of them are written: of thousands the
 * collector moves most to where it seldom looks, and they cost time and memory long after they were needed.
 */
const MOST_ITEMS = 256;

export class TransactionBuilder {
  readonly #from: bigint;
  /** The highest position that was given. */
  #position: bigint;
  #open: Open | undefined;
  #items: CaptureItem[] = [];

  /** @param from the end of the last transaction that is not wanted */
  constructor(from: bigint) {
    this.#from = from;
    this.#position = from;
  }

  /** The end of what was given as a whole. */
  get position(): bigint {
    return this.#position;
  }

  /** True where as much has come together as is to be given at once. */
  get isFull(): boolean {
    return this.#items.length >= MOST_ITEMS;
  }

  /** What has come together since the last time. The tuples in it point into the bytes that were given. */
  take(): CaptureItem[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }

  begin({ xid, commitLsn, time }: Beginning): void {
    if (this.#open !== undefined) throw malformed('a transaction begins inside of another one');
    const skipped = commitLsn < this.#from;
    this.#open = { xid, commitLsn, time, origin: undefined, given: false, skipped };
  }

  origin(name: string): void {
    this.#opened('an origin').origin = name;
  }

  row(message: RowMessage, lsn: bigint, book: RelationBook): void {
    if (!this.#wanted()) return;
    const shape = book.shapeOf(message.relationId);
    const { kind } = message;
    const old = kind === 'insert' ? 'none' : message.old;
    const before = kind === 'insert' ? undefined : message.before;
    const after = kind === 'delete' ? undefined : message.after;
    assertFits(shape, before);
    assertFits(shape, after);
    this.#items.push({ kind: 'change', operation: kind, shape, lsn, old, before, after });
  }

  truncate({ relationIds }: TruncateMessage, lsn: bigint, book: RelationBook): void {
    if (!this.#wanted()) return;
    for (const id of relationIds) {
      this.#items.push({
        kind: 'change',
        operation: 'truncate',
        shape: book.shapeOf(id),
        lsn,
        old: 'none',
        before: undefined,
        after: undefined,
      });
    }
  }

  /** One without changes (Postgres 14 sends those of other tables so) becomes a position. */
  commit(lsn: bigint, endLsn: bigint): void {
    const { given, commitLsn } = this.#opened('a commit');
    if (lsn !== commitLsn) throw malformed('a transaction ends that is not the one that began');
    this.#open = undefined;
    if (!given) return this.reach(endLsn);
    this.#items.push({ kind: 'commit', commitLsn, endLsn });
    this.#position = endLsn;
  }

  /** The server has sent all that there was before this position. Nothing is said of it inside of a transaction. */
  reach(lsn: bigint): void {
    if (this.#open !== undefined || lsn <= this.#position) return;
    this.#position = lsn;
    this.#items.push({ kind: 'position', lsn });
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
}

/** A row of another number of columns would be taken for values of the wrong ones. */
function assertFits(shape: TableShape, row: Tuple | undefined): void {
  if (row !== undefined && row.length !== shape.file.columns.length)
    throw malformed('a row has not the columns of its relation');
}

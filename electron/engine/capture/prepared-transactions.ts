import type { RelationBook } from './relation-book.ts';

/** A transaction that was prepared, and of which it is not known whether it is committed. */
export interface PreparedTransaction {
  /** Where its record of the preparation begins. */
  readonly lsn: bigint;
  /** Its messages are those of a stream block. */
  readonly inStream: boolean;
  /** What was known of relations when it began. */
  readonly book: RelationBook;
}

/**
 * Prepared transactions of a slot that somebody has made with two_phase: it sends them when they are prepared, and never
 * again once the slot was told to forget that. So the slot is kept before the first whose commit is not durable.
 */
export class PreparedTransactions {
  readonly #open = new Map<number, PreparedTransaction>();
  #committed: { readonly lsn: bigint; readonly endLsn: bigint }[] = [];

  add(xid: number, prepared: PreparedTransaction): void {
    this.#open.set(xid, prepared);
  }

  /** @param endLsn where the record of its commit ends; undefined where it was rolled back */
  end(xid: number, endLsn: bigint | undefined): PreparedTransaction | undefined {
    const prepared = this.#open.get(xid);
    this.#open.delete(xid);
    if (prepared !== undefined && endLsn !== undefined) this.#committed.push({ lsn: prepared.lsn, endLsn });
    return prepared;
  }

  /** What the slot may be told where this is durable. */
  ackable(durable: bigint): bigint {
    this.#committed = this.#committed.filter(({ endLsn }) => endLsn > durable);
    const held = [...this.#open.values(), ...this.#committed].map(({ lsn }) => lsn);
    return held.reduce((lowest, lsn) => (lsn < lowest ? lsn : lowest), durable);
  }
}

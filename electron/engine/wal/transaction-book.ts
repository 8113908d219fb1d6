import type { PeekTransaction } from '../../contract/peek.ts';
import { formatLsn } from '../decode/lsn.ts';
import type { PeekEvent } from './peek-event.ts';

/** The transactions of a peek. One that shows no change is forgotten at its end: idle databases have many. */
export class TransactionBook {
  readonly #known = new Map<number, PeekTransaction>();
  readonly #changed = new Set<number>();

  begin({ xid, commitLsn, commitTime }: PeekEvent & { kind: 'begin' }): void {
    const lsn = commitLsn === null ? null : formatLsn(commitLsn);
    this.#known.set(xid, { ...opened(xid), commitLsn: lsn, commitTime });
  }

  /** One more change is shown. */
  count(xid: number, bytes: number): void {
    const before = this.#known.get(xid) ?? opened(xid);
    this.#put({ ...before, changes: before.changes + 1, bytes: before.bytes + bytes });
  }

  origin(xid: number, origin: string): void {
    this.#known.set(xid, { ...(this.#known.get(xid) ?? opened(xid)), origin });
  }

  end({ xid, state, commitLsn, commitTime }: PeekEvent & { kind: 'end' }): void {
    const before = this.#known.get(xid);
    if (before === undefined || before.changes === 0) {
      this.#known.delete(xid);
      return;
    }
    this.#put({
      ...before,
      state,
      commitLsn: commitLsn === null ? before.commitLsn : formatLsn(commitLsn),
      commitTime: commitTime ?? before.commitTime,
    });
  }

  /** Those that have changed since the last time. An ended one is not needed any more. */
  take(): PeekTransaction[] {
    const taken = [...this.#changed].flatMap((xid) => this.#known.get(xid) ?? []);
    this.#changed.clear();
    for (const { xid, state } of taken)
      if (state === 'committed' || state === 'aborted') this.#known.delete(xid);
    return taken;
  }

  #put(transaction: PeekTransaction): void {
    this.#known.set(transaction.xid, transaction);
    this.#changed.add(transaction.xid);
  }
}

/** Transaction 0 is where messages are that belong to none. */
function opened(xid: number): PeekTransaction {
  return { xid, state: 'open', commitLsn: null, commitTime: null, origin: null, changes: 0, bytes: 0 };
}

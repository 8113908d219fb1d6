import type { PgTimestamp } from '../decode/pgoutput/messages.ts';
import type { Change, TableShape } from './change.ts';
import type { ChangeOrder, ChangeOrigin } from './encode/change-encoder.ts';

/** A transaction whose changes come. */
export class OpenTransaction {
  readonly origin: ChangeOrigin;
  /** True where the log has it already. */
  readonly skip: boolean;
  #total = 0;
  readonly #inTable = new Map<TableShape, number>();

  constructor(
    begin: { readonly xid: number; readonly commitLsn: bigint; readonly time: PgTimestamp },
    skip: boolean,
  ) {
    this.origin = { xid: begin.xid, commitLsn: begin.commitLsn, time: begin.time };
    this.skip = skip;
  }

  /** Changes so far. */
  get total(): number {
    return this.#total;
  }

  /** Counts a change. Also those that are left out: the others must have the same numbers whenever they are read. */
  count({ shape }: Change): ChangeOrder {
    const inTable = (this.#inTable.get(shape) ?? 0) + 1;
    this.#inTable.set(shape, inTable);
    return { total: ++this.#total, inTable };
  }
}

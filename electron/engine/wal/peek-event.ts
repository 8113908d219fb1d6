/** What a decoder of a peek makes of the messages of its plugin. */
import type { PeekChange, PeekTransaction } from '../../contract/peek.ts';

/** A change before it has its place in the peek. */
export type FoundChange = Omit<PeekChange, 'index'> & {
  /** The subtransaction that it may be rolled back with; only where a transaction is shown before its end. */
  readonly subXid?: number | undefined;
};

export type PeekEvent =
  /** A transaction begins; nothing of it need be shown. */
  | {
      readonly kind: 'begin';
      readonly xid: number;
      readonly commitLsn: bigint | null;
      readonly commitTime: string | null;
    }
  | { readonly kind: 'origin'; readonly xid: number; readonly origin: string }
  | { readonly kind: 'change'; readonly change: FoundChange }
  | {
      readonly kind: 'end';
      readonly xid: number;
      readonly state: PeekTransaction['state'];
      readonly commitLsn: bigint | null;
      readonly commitTime: string | null;
    }
  /** A savepoint was rolled back. */
  | { readonly kind: 'withdraw'; readonly subXid: number };

export interface PeekDecoder {
  /** @throws AppError `SLOT_MESSAGE_INVALID` */
  decode(bytes: Buffer, lsn: bigint): readonly PeekEvent[];
}

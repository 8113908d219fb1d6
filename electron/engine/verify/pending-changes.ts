/**
 * Whether a slot has changes that its consumer has not taken. Every look at a server writes a little WAL, so a capture that
 * was stopped is always behind; what counts is whether there is something in between.
 */
import { PgoutputDecoder } from '../decode/pgoutput/decoder.ts';
import type { PgoutputMessage } from '../decode/pgoutput/messages.ts';
import type { ConnectionAccess } from '../ports.ts';
import type { WalSource } from '../wal/wal-source.ts';

export interface PendingQuestion {
  readonly slot: string;
  readonly publication: string;
  /** Transactions that ended up to here are known. */
  readonly after: bigint;
  /** Those that were committed from here on are not asked about. */
  readonly before: bigint;
}

/**
 * Reads a temporary copy of the slot, which is where it was afterwards.
 * @returns true at the first transaction between the two positions that changes a published table
 * @throws AppError of the families SLOT_ and SOURCE_
 */
export async function hasPendingChanges(
  wal: Pick<WalSource, 'openPeek'>,
  access: ConnectionAccess,
  { slot, publication, after, before }: PendingQuestion,
  signal: AbortSignal,
): Promise<boolean> {
  const request = { slot, plugin: 'pgoutput' as const, publications: [publication], messages: false };
  await using peek = await wal.openPeek(access, request, signal);
  const decoder = new PgoutputDecoder();
  const asked = (commitLsn: bigint) => commitLsn >= after && commitLsn < before;
  let open = 0n;
  for await (const item of peek.read()) {
    signal.throwIfAborted();
    if (item.kind === 'position') {
      if (item.lsn >= before) return false;
      continue;
    }
    const message = decoder.decode(item.bytes);
    if (message.kind === 'begin') open = message.commitLsn;
    // Transactions come in the order of their commits: nothing that is asked about can follow.
    if (message.kind === 'begin' && open >= before) return false;
    if (message.kind === 'streamCommit' && asked(message.lsn)) return true;
    if (isChange(message) && message.xid === undefined && asked(open)) return true;
  }
  return false;
}

/** Changes of a transaction that is sent before its end have its id: they count with their commit. */
function isChange(
  message: PgoutputMessage,
): message is PgoutputMessage & { readonly xid: number | undefined } {
  return ['insert', 'update', 'delete', 'truncate'].includes(message.kind);
}

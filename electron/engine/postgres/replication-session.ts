import { AppError } from '../../contract/app-error.ts';
import type { ConnectionAccess } from '../ports.ts';
import { poolerError } from './pooler.ts';
import { Session } from './session.ts';
import { toSlotError } from './slot-errors.ts';

/** SQLSTATE `protocol_violation`: what a pooler answers that does not know replication. */
const PROTOCOL_VIOLATION = '08P01';

/**
 * A connection for replication.
 * @param settings of the session, such as `TimeZone = 'UTC'`; ours
 * @throws AppError `SOURCE_POOLER` where a pooler is in between, or of the SLOT_ and SOURCE_ families
 */
export async function openReplication(
  access: ConnectionAccess,
  signal: AbortSignal,
  settings: readonly string[] = [],
): Promise<Session> {
  try {
    return await Session.open(access, signal, { replication: true, settings });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof AppError && error.details['sqlstate'] === PROTOCOL_VIOLATION))
      throw toSlotError(error);
    await assertNoPooler(access, signal);
    throw new AppError('SLOT_NO_REPLICATION', `No connection for replication: ${error.message}`, {
      cause: error,
      details: error.details,
    });
  }
}

/** @throws AppError `SOURCE_POOLER`, which says where the server itself is */
async function assertNoPooler(access: ConnectionAccess, signal: AbortSignal): Promise<void> {
  await using session = await Session.open(access, signal);
  if (session.pooler !== undefined) throw poolerError('A connection for replication', session.pooler);
}

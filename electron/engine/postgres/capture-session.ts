import { AppError } from '../../contract/app-error.ts';
import type { ConnectionAccess } from '../ports.ts';
import { Session } from './session.ts';
import { toSlotError } from './slot-errors.ts';

/**
 * Settings that decide how a value is written, beyond those of every session: a row has to look the same whether the
 * snapshot or the stream brings it, and tomorrow as well. Names of objects come with their schema. And nothing may end a
 * session that waits with a snapshot.
 */
const CAPTURE_SETTINGS = [
  "TimeZone = 'UTC'",
  "lc_monetary = 'C'",
  "search_path = ''",
  'quote_all_identifiers = off',
  'row_security = off',
];

/** A session that reads rows as the stream writes them. @throws AppError of the SOURCE_ family */
export async function openCaptureSession(
  access: ConnectionAccess,
  signal: AbortSignal,
  more: readonly string[] = [],
): Promise<Session> {
  return await Session.open(access, signal, { settings: [...CAPTURE_SETTINGS, ...more] });
}

/** The same for replication. @throws AppError of the SLOT_ and SOURCE_ families */
export async function openReplicationSession(
  access: ConnectionAccess,
  signal: AbortSignal,
): Promise<Session> {
  try {
    return await Session.open(access, signal, { replication: true, settings: CAPTURE_SETTINGS });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AppError && error.details['sqlstate'] === '08P01') {
      throw new AppError('SLOT_NO_REPLICATION', `No connection for replication: ${error.message}`, {
        cause: error,
        details: error.details,
      });
    }
    throw toSlotError(error);
  }
}

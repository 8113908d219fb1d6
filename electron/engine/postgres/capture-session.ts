import type { ConnectionAccess } from '../ports.ts';
import { openReplication } from './replication-session.ts';
import { Session } from './session.ts';

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
  // The catalogue is asked every ten seconds: compiling the question would take the server a hundred times as long as the answer.
  'jit = off',
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
  return await openReplication(access, signal, CAPTURE_SETTINGS);
}

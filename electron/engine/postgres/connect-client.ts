import type { Client } from 'pg';
import { AppError } from '../../contract/app-error.ts';
import type { ConnectionSettings } from '../../contract/connection-profile.ts';
import { toConnectError } from './connect-error.ts';
import { wireOf } from './driver-wire.ts';

/** Milliseconds until a host that does not answer is given up. */
const CONNECT_TIMEOUT_MS = 10_000;

/** A connection that is being opened. */
export interface Connecting {
  readonly settings: ConnectionSettings;
  readonly encrypted: boolean;
  /** What is asked before the connection is of use. */
  readonly prepare: () => Promise<void>;
  /** Why it is gone, where that is known. */
  readonly lost: () => unknown;
}

/**
 * Connects a client and prepares its session, within ten seconds for both. The driver's own limit ends with the greeting:
 * a connection that dies right after it would be waited for without end.
 * @throws AppError of the SOURCE_ family, CONFIG_SECRET_MISSING, or the signal's reason
 */
export async function connectClient(
  client: Client,
  { settings, encrypted, prepare, lost }: Connecting,
  signal: AbortSignal,
): Promise<void> {
  const giveUp = () => wireOf(client).socket().destroy();
  signal.addEventListener('abort', giveUp, { once: true });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    giveUp();
  }, CONNECT_TIMEOUT_MS);
  try {
    await client.connect();
    await prepare();
  } catch (error) {
    giveUp();
    signal.throwIfAborted();
    const known = [error, lost()].find((each) => each instanceof AppError);
    if (known !== undefined) throw known;
    if (late)
      throw new AppError('SOURCE_CONNECT_TIMEOUT', `${settings.host} did not answer within 10 seconds.`, {
        cause: error,
      });
    // The driver's own, because one may have been found where psql looks.
    throw toConnectError(error, settings, { encrypted, hasPassword: Boolean(client.password) });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}

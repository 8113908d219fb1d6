import { DatabaseError } from 'pg';
import { AppError } from '../../contract/app-error.ts';
import type { ConnectionSettings } from '../../contract/connection-profile.ts';
import { connectMessage, systemCode, toSourceError } from './source-errors.ts';
import { isUntrustedCertificate } from './tls.ts';

/** How a connection was tried. */
export interface ConnectAttempt {
  readonly encrypted: boolean;
  /** Whether there was a password, from wherever. */
  readonly hasPassword: boolean;
}

/** What is wrong with a connection that could not be opened, in a sentence that names the host. */
export function toConnectError(
  error: unknown,
  settings: ConnectionSettings,
  attempt: ConnectAttempt,
): AppError {
  const code = systemCode(error);
  if (isUntrustedCertificate(code)) {
    return new AppError(
      'SOURCE_TLS_UNTRUSTED',
      `The certificate of ${settings.host} is not trusted (${code}).`,
      {
        cause: error,
      },
    );
  }
  if (error instanceof DatabaseError) return authError(error, settings, attempt);
  if (code !== '') {
    const { host, port } = settings;
    const known = toSourceError(error, 'SOURCE_UNREACHABLE');
    return new AppError(known.code, connectMessage(error, host, port), {
      cause: error,
      details: known.details,
    });
  }
  // The driver has no code for the server's answer "N" to a TLS request: it is told by its text, which the pinned
  // version and a test hold still.
  const message = error instanceof Error ? error.message : '';
  if (message === 'The server does not support SSL connections') {
    return new AppError('SOURCE_TLS_REFUSED', `${settings.host} does not offer TLS.`, {
      cause: error,
    });
  }
  if (!attempt.hasPassword && message.startsWith('SASL')) {
    return new AppError(
      'CONFIG_SECRET_MISSING',
      `The server asks for a password for user "${settings.user}".`,
      {
        cause: error,
      },
    );
  }
  return toSourceError(error, 'SOURCE_UNREACHABLE');
}

/**
 * SQLSTATE 28000 is given for a role that does not exist and for a connection that pg_hba.conf does not let in;
 * only the routine in the server tells them apart. Without TLS the second most often means "hostssl", but not where TLS
 * cannot be had: on a socket of the system, and from a server that has refused it (`prefer`).
 */
function authError(
  error: DatabaseError,
  settings: ConnectionSettings,
  { encrypted, hasPassword }: ConnectAttempt,
): AppError {
  const mayEncrypt = settings.tls === 'disable' && !settings.host.startsWith('/');
  if (error.code === '28000' && error.routine === 'ClientAuthentication' && !encrypted && mayEncrypt) {
    return new AppError(
      'SOURCE_TLS_REQUIRED',
      `The server refused the connection without TLS: ${error.message}.`,
      {
        cause: error,
        details: { sqlstate: error.code },
      },
    );
  }
  if (error.code === '28P01' && !hasPassword) {
    return new AppError(
      'CONFIG_SECRET_MISSING',
      `The server asks for a password for user "${settings.user}".`,
      {
        cause: error,
      },
    );
  }
  return toSourceError(error);
}

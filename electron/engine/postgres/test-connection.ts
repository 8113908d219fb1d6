import type { ConnectionFacts } from '../../contract/connection-profile.ts';
import type { ConnectionAccess } from '../ports.ts';
import { Session } from './session.ts';

/** Connects, asks who and where we are, and goes. @throws AppError that says what is wrong */
export async function testConnection(
  access: ConnectionAccess,
  signal: AbortSignal,
): Promise<ConnectionFacts> {
  await using session = await Session.open(access, signal);
  const started = performance.now();
  const [row] = await session.query<{ version: string; database: string; user: string; standby: boolean }>(
    `SELECT pg_catalog.current_setting('server_version') AS version, pg_catalog.current_database() AS database,
            current_user::pg_catalog.text AS "user", pg_catalog.pg_is_in_recovery() AS standby`,
  );
  return {
    serverVersion: row?.version ?? '',
    database: row?.database ?? '',
    user: row?.user ?? '',
    standby: row?.standby ?? false,
    encrypted: session.encrypted,
    latencyMs: Math.round((performance.now() - started) * 10) / 10,
  };
}

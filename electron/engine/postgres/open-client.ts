import { Client } from 'pg';
import type { ConnectionAccess } from '../ports.ts';
import { openReadSocket } from './read-socket.ts';
import { storedPassword } from './stored-password.ts';
import { tlsOptions } from './tls.ts';

/** How a client of the driver differs from an ordinary one. */
export interface ClientOptions {
  readonly encrypted: boolean;
  /** For replication: SQL as well, with the simple protocol alone. */
  readonly replication: boolean;
}

/** A client of the driver that has not connected yet. @throws AppError `SOURCE_TLS_UNTRUSTED` */
export async function makeClient(
  { settings, password }: ConnectionAccess,
  { encrypted, replication }: ClientOptions,
): Promise<Client> {
  const { host, port, database, user } = settings;
  return new Client({
    host,
    port,
    database,
    user,
    // The driver takes undefined for "none", which its types do not say.
    password: password ?? (async () => (await storedPassword(settings)) as string),
    ssl: encrypted && (await tlsOptions(settings)),
    // With TLS it is the TLS layer that reads, with memory of its own.
    ...(encrypted ? {} : { stream: openReadSocket }),
    application_name: 'sluice',
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    // An option of the driver that its types leave out.
    ...(replication ? { replication: 'database' } : {}),
  });
}

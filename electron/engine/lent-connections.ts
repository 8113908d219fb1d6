import { randomUUID } from 'node:crypto';
import type { ConnectionSettings } from '../contract/connection-profile.ts';
import type { ConnectionAccess } from './ports.ts';

/** Connections that are not saved: what `--pg URL` of the command line names. They live as long as the engine. */
export class LentConnections {
  readonly #byId = new Map<string, ConnectionAccess>();

  lend(settings: ConnectionSettings, password: string | undefined): string {
    const id = randomUUID();
    this.#byId.set(id, { settings, password });
    return id;
  }

  byId(id: string): ConnectionAccess | undefined {
    return this.#byId.get(id);
  }

  /** The password for these settings; undefined lets the driver look at PGPASSWORD and .pgpass. */
  passwordFor({ host, port, database, user }: ConnectionSettings): string | undefined {
    for (const { settings, password } of this.#byId.values()) {
      const same =
        settings.host === host &&
        settings.port === port &&
        settings.database === database &&
        settings.user === user;
      if (same) return password;
    }
    return undefined;
  }
}

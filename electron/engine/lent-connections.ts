import { randomUUID } from 'node:crypto';
import { isSameLogin, type ConnectionSettings } from '../contract/connection-profile.ts';
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
  passwordFor(wanted: ConnectionSettings): string | undefined {
    for (const { settings, password } of this.#byId.values()) {
      if (isSameLogin(settings, wanted)) return password;
    }
    return undefined;
  }
}

import pgpass from 'pgpass';
import type { ConnectionSettings } from '../../contract/connection-profile.ts';

/**
 * The password that psql would find: PGPASSWORD, then the password file. Looked up here and not by the driver, which
 * warns on stderr that it will stop doing so. https://www.postgresql.org/docs/current/libpq-pgpass.html
 */
export async function storedPassword(settings: ConnectionSettings): Promise<string | undefined> {
  const fromEnvironment = process.env['PGPASSWORD'];
  if (fromEnvironment !== undefined && fromEnvironment !== '') return fromEnvironment;
  const { host, port, database, user } = settings;
  return await new Promise((resolve) => {
    pgpass({ host, port, database, user }, resolve);
  });
}

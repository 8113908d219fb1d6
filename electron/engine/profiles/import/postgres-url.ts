import { ConnectionParamError, settingsFromParams } from './connection-params.ts';
import { ConnectionStringError, parseConnectionString } from './connection-string.ts';
import { importFailed, type ImportedProfiles } from './imported-profiles.ts';

/**
 * A connection from `postgres://user:password@host:port/database?sslmode=…`.
 * @throws AppError `CONFIG_IMPORT_FAILED`, naming the part of the URL
 */
export function importPostgresUrl(url: string): ImportedProfiles {
  try {
    const params = parseConnectionString(url);
    if (params.has('service')) {
      throw importFailed('The URL names a service: write host and database instead');
    }
    const { settings, password, warnings } = settingsFromParams(params);
    const name = `${settings.database} on ${settings.host}`;
    return { connections: [{ name, settings, password }], destinations: [], warnings };
  } catch (error) {
    if (error instanceof ConnectionStringError) throw importFailed(`In the URL, ${error.message}`);
    if (error instanceof ConnectionParamError) {
      throw importFailed(`In the URL, ${error.parameter} ${error.message}`, { parameter: error.parameter });
    }
    throw error;
  }
}

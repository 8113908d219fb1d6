/**
 * What `--pg` means. Missing parts come from where psql takes them, in psql's order: the string itself, the service
 * file, the PG… variables, then the defaults.
 * https://www.postgresql.org/docs/current/libpq-envars.html
 */
import { AppError } from '../contract/app-error.ts';
import {
  ConnectionParamError,
  settingsFromParams,
  type SettingsFromParams,
} from '../engine/profiles/import/connection-params.ts';
import {
  ConnectionStringError,
  isConnectionUrl,
  parseConnectionString,
  type ConnectionParams,
} from '../engine/profiles/import/connection-string.ts';
import type { Environment } from './cli-world.ts';

/** What psql finds in the world around it. */
export interface PgSurroundings {
  readonly env: Environment;
  readonly userName: string;
  /** The parameters of a service; undefined where no service file has it. */
  service(name: string): Promise<ConnectionParams | undefined>;
  /** The folder in which a local server listens at this port, where there is one. */
  socketFolder(port: string): string | undefined;
}

const VARIABLES: Readonly<Record<string, string>> = {
  PGHOST: 'host',
  PGHOSTADDR: 'hostaddr',
  PGPORT: 'port',
  PGUSER: 'user',
  // Without it, and without another password, the driver looks into .pgpass.
  PGPASSWORD: 'password',
  PGDATABASE: 'dbname',
  PGSSLMODE: 'sslmode',
  PGSSLROOTCERT: 'sslrootcert',
};

/**
 * @param text a `postgres://` URL, `service=name` or other `name=value` pairs, the name of a database, or nothing
 * @throws AppError `CONFIG_USAGE` or `CONFIG_INVALID_INPUT`; messages name the part and never quote the text
 */
export async function resolvePgTarget(text: string, around: PgSurroundings): Promise<SettingsFromParams> {
  try {
    const params = new Map(parseTarget(text));
    const service = params.get('service') ?? around.env['PGSERVICE'];
    if (service !== undefined && service !== '') {
      const found = await around.service(service);
      if (found === undefined) {
        throw new AppError('CONFIG_INVALID_INPUT', `--pg: no pg_service.conf has the service "${service}"`);
      }
      addMissing(params, found);
    }
    addMissing(params, variables(around.env));
    if (!params.has('user')) params.set('user', around.userName);
    if (!params.has('host') && !params.has('hostaddr')) {
      params.set('host', around.socketFolder(params.get('port') ?? '5432') ?? 'localhost');
    }
    return settingsFromParams(params);
  } catch (error) {
    if (error instanceof ConnectionStringError) throw new AppError('CONFIG_USAGE', `--pg: ${error.message}`);
    if (error instanceof ConnectionParamError) {
      throw new AppError('CONFIG_INVALID_INPUT', `--pg: ${error.parameter} ${error.message}`);
    }
    throw error;
  }
}

/** An address of something else, which psql would look for as a database of that name. */
const ANY_SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

/** Like psql, takes a text that is neither a URL nor pairs as the name of a database. */
function parseTarget(text: string): ConnectionParams {
  if (ANY_SCHEME.test(text) && !isConnectionUrl(text)) {
    throw new ConnectionStringError('a URL of Postgres begins with postgres://');
  }
  const isName = text !== '' && !isConnectionUrl(text) && !text.includes('=');
  return isName ? new Map([['dbname', text]]) : parseConnectionString(text);
}

function variables(env: Environment): Map<string, string> {
  const found = new Map<string, string>();
  for (const [variable, name] of Object.entries(VARIABLES)) {
    const value = env[variable];
    if (value !== undefined && value !== '') found.set(name, value);
  }
  return found;
}

function addMissing(params: Map<string, string>, more: ConnectionParams): void {
  // A host that was given must not be joined by an address from elsewhere, nor the other way round.
  const hasHost = params.has('host') || params.has('hostaddr');
  for (const [name, value] of more) {
    if (params.has(name) || (hasHost && (name === 'host' || name === 'hostaddr'))) continue;
    params.set(name, value);
  }
}

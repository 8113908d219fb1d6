/** From libpq's parameters to the settings of a connection. */
import path from 'node:path';
import {
  connectionSettingsSchema,
  TLS_MODES,
  type ConnectionSettings,
} from '../../../contract/connection-profile.ts';
import type { ConnectionParams } from './connection-string.ts';

/** Settings made from parameters; the warnings say what was left out, without values. */
export interface SettingsFromParams {
  readonly settings: ConnectionSettings;
  readonly password: string | undefined;
  readonly warnings: readonly string[];
}

/** A parameter that cannot be used. `parameter` is libpq's name of it; the message follows it. */
export class ConnectionParamError extends Error {
  readonly parameter: string;

  constructor(parameter: string, message: string) {
    super(message);
    this.name = 'ConnectionParamError';
    this.parameter = parameter;
  }
}

const USED = new Set([
  'host',
  'hostaddr',
  'port',
  'user',
  'password',
  'dbname',
  'sslmode',
  'sslrootcert',
  'service',
]);
/** Said by many URLs, and without any effect on what Sluice does. */
const HARMLESS = new Set([
  'application_name',
  'fallback_application_name',
  'connect_timeout',
  'client_encoding',
]);

const LIBPQ_NAMES = {
  host: 'host',
  port: 'port',
  database: 'dbname',
  user: 'user',
  tls: 'sslmode',
  caFile: 'sslrootcert',
} as const;

/**
 * Fills what is missing as libpq does: this computer, port 5432, a database with the name of the user, TLS where the
 * server offers it. Without a host, libpq would try a Unix socket; its place differs from one build to the other.
 * @throws ConnectionParamError
 */
export function settingsFromParams(params: ConnectionParams): SettingsFromParams {
  const warnings: string[] = [];
  const hosts = (params.get('host') ?? params.get('hostaddr') ?? '').split(',');
  if (hosts.length > 1) {
    warnings.push(`Only the first of the ${hosts.length} hosts is used: Sluice connects to one server`);
  }
  const port = params.get('port')?.split(',')[0] ?? '';
  const ignored = [...params.keys()].filter((name) => !USED.has(name) && !HARMLESS.has(name));
  if (ignored.length > 0)
    warnings.push(`Left out, because Sluice has no such setting: ${ignored.join(', ')}`);

  const user = params.get('user') ?? '';
  const result = connectionSettingsSchema.safeParse({
    host: orDefault(hosts[0], 'localhost'),
    port: port === '' ? 5432 : /^\d{1,5}$/.test(port) ? Number(port) : port,
    user,
    database: orDefault(params.get('dbname'), user),
    tls: tlsMode(params.get('sslmode'), warnings),
    ...authorities(params.get('sslrootcert')),
  });
  if (!result.success) {
    const issue = result.error.issues[0];
    const field = issue?.path[0];
    const parameter =
      typeof field === 'string' && field in LIBPQ_NAMES
        ? LIBPQ_NAMES[field as keyof typeof LIBPQ_NAMES]
        : String(field);
    throw new ConnectionParamError(parameter, issue?.message ?? 'is not valid');
  }
  const password = params.get('password');
  return { settings: result.data, password: password === '' ? undefined : password, warnings };
}

function tlsMode(mode: string | undefined, warnings: string[]): string {
  if (mode === undefined || mode === '') return 'prefer';
  if (mode === 'allow') {
    warnings.push('sslmode "allow" became "prefer": TLS is tried first');
    return 'prefer';
  }
  if ((TLS_MODES as readonly string[]).includes(mode)) return mode;
  throw new ConnectionParamError('sslmode', `must be one of ${TLS_MODES.join(', ')}`);
}

/** `system` names what is trusted anyway. A saved path must not depend on the folder in which it was written down. */
function authorities(file: string | undefined): { readonly caFile?: string } {
  return file === undefined || file === '' || file === 'system' ? {} : { caFile: path.resolve(file) };
}

function orDefault(value: string | undefined, otherwise: string): string {
  return value === undefined || value === '' ? otherwise : value;
}

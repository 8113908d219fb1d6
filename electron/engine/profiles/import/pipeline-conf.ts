/**
 * `pipeline.conf`: an INI file with `[postgres_config]` (host, port, username, password, database) and
 * `[aws_boto_credentials]` (access_key, secret_key, bucket_name, and optionally account_id and region), of the kind
 * that small Python programs keep beside themselves. Either section alone is enough.
 */
import type { z } from 'zod';
import { connectionSettingsSchema } from '../../../contract/connection-profile.ts';
import { s3SettingsSchema } from '../../../contract/destination-profile.ts';
import {
  importFailed,
  type ImportedConnection,
  type ImportedDestination,
  type ImportedProfiles,
} from './imported-profiles.ts';
import { IniSyntaxError, parseIni, type IniFile } from './ini-file.ts';

const POSTGRES = 'postgres_config';
const AWS = 'aws_boto_credentials';
const DEFAULT_REGION = 'us-east-1';

/** @throws AppError `CONFIG_IMPORT_FAILED`, naming the section and the key */
export function importPipelineConf(text: string): ImportedProfiles {
  const reader = readerOf(parse(text));
  const connections = reader.hasSection(POSTGRES) ? [connectionFrom(reader)] : [];
  const destinations = reader.hasSection(AWS) ? [destinationFrom(reader)] : [];
  if (connections.length === 0 && destinations.length === 0) {
    throw importFailed(`The file has neither a section [${POSTGRES}] nor a section [${AWS}]`);
  }
  return { connections, destinations, warnings: reader.warnings };
}

function parse(text: string): IniFile {
  try {
    return parseIni(text);
  } catch (error) {
    if (!(error instanceof IniSyntaxError)) throw error;
    throw importFailed(`Line ${error.line}: ${error.message}`, { line: error.line });
  }
}

interface SectionReader {
  readonly warnings: readonly string[];
  hasSection(section: string): boolean;
  optional(section: string, key: string): string | undefined;
  required(section: string, key: string): string;
  warn(message: string): void;
}

function readerOf(ini: IniFile): SectionReader {
  const warnings: string[] = [];
  const optional = (section: string, key: string): string | undefined => {
    const value = ini.get(section, key);
    if (value !== undefined && !value.interpolated) {
      warnings.push(
        `[${section}] ${key} has a % that Python's ConfigParser refuses; it was taken as it stands there`,
      );
    }
    return value?.text;
  };
  return {
    warnings,
    optional,
    hasSection: (section) => ini.hasSection(section),
    required: (section, key) => {
      const value = optional(section, key);
      if (value !== undefined) return value;
      throw importFailed(`The section [${section}] has no key "${key}"`, { section, key });
    },
    warn: (message) => warnings.push(message),
  };
}

function connectionFrom(reader: SectionReader): ImportedConnection {
  const required = (key: string) => reader.required(POSTGRES, key);
  const port = required('port');
  const settings = parseSection(
    connectionSettingsSchema,
    {
      host: required('host'),
      port: /^\d{1,5}$/.test(port) ? Number(port) : port,
      database: required('database'),
      user: required('username'),
      // What libpq, and so psycopg2, does when nothing is said.
      tls: 'prefer',
    },
    POSTGRES,
    { user: 'username' },
  );
  const password = required('password');
  if (password === '') reader.warn(`[${POSTGRES}] password is empty; the connection is saved without one`);
  return {
    name: `${settings.database} on ${settings.host}`,
    settings,
    password: password === '' ? undefined : password,
  };
}

function destinationFrom(reader: SectionReader): ImportedDestination {
  const required = (key: string) => reader.required(AWS, key);
  const region = reader.optional(AWS, 'region');
  if (region === undefined || region === '') {
    reader.warn(`[${AWS}] has no region; ${DEFAULT_REGION} was assumed`);
  }
  const settings = parseSection(
    s3SettingsSchema,
    {
      bucket: required('bucket_name'),
      prefix: '',
      region: region === undefined || region === '' ? DEFAULT_REGION : region,
      pathStyle: false,
      credentials: { kind: 'keys', accessKeyId: required('access_key') },
    },
    AWS,
    { bucket: 'bucket_name', 'credentials.accessKeyId': 'access_key' },
  );
  const secretKey = required('secret_key');
  if (secretKey === '')
    throw importFailed(`[${AWS}] secret_key is empty`, { section: AWS, key: 'secret_key' });
  return { name: settings.bucket, settings, secretKey };
}

/** Parses with the contract's schema; messages speak of the file's own keys. */
function parseSection<T extends z.ZodType>(
  schema: T,
  value: z.input<T> | Record<string, unknown>,
  section: string,
  keys: Readonly<Record<string, string>>,
): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = issue?.path.join('.') ?? '';
  const key = keys[field] ?? field;
  throw importFailed(`[${section}] ${key}: ${issue?.message ?? 'is not valid'}`, { section, key });
}

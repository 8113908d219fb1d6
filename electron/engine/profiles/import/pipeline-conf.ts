/**
 * `pipeline.conf`: an INI file with `[postgres_config]` (host, port, username, password, database) and
 * `[aws_boto_credentials]` (access_key, secret_key, bucket_name, and optionally account_id, region, session_token or
 * aws_session_token, endpoint or endpoint_url), of the kind that small Python programs keep beside themselves. Either
 * section alone is enough.
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

/** What one section gives, with the warnings that are about it alone. */
export interface Section<T> {
  readonly found: T;
  readonly warnings: readonly string[];
}

/** The two sections of a file, at least one of which is there. */
export interface PipelineConf {
  readonly connection: Section<ImportedConnection> | undefined;
  readonly destination: Section<ImportedDestination> | undefined;
}

/** @throws AppError `CONFIG_IMPORT_FAILED`, naming the section and the key */
export function importPipelineConf(text: string): ImportedProfiles {
  const { connection, destination } = readPipelineConf(text);
  return {
    connections: connection === undefined ? [] : [connection.found],
    destinations: destination === undefined ? [] : [destination.found],
    warnings: [connection, destination].flatMap((section) => section?.warnings ?? []),
  };
}

/**
 * @param region of a bucket for which the file names none; without one, that is assumed and warned of
 * @throws AppError `CONFIG_IMPORT_FAILED`, naming the section and the key
 */
export function readPipelineConf(text: string, region?: string): PipelineConf {
  const ini = parse(text);
  const read = <T>(section: string, from: (reader: SectionReader) => T): Section<T> | undefined => {
    if (!ini.hasSection(section)) return undefined;
    const reader = readerOf(ini, section);
    return { found: from(reader), warnings: reader.warnings };
  };
  const connection = read(POSTGRES, connectionFrom);
  const destination = read(AWS, (reader) => destinationFrom(reader, region));
  if (connection === undefined && destination === undefined) {
    throw importFailed(`The file has neither a section [${POSTGRES}] nor a section [${AWS}]`);
  }
  return { connection, destination };
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
  /** The first of these keys that has a value, which is not the empty one. */
  optional(...keys: readonly string[]): { readonly key: string; readonly text: string } | undefined;
  required(key: string): string;
  warn(message: string): void;
}

function readerOf(ini: IniFile, section: string): SectionReader {
  const warnings: string[] = [];
  const get = (key: string): string | undefined => {
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
    optional: (...keys) => {
      const [first, ...others] = keys
        .map((key) => ({ key, text: get(key) ?? '' }))
        .filter(({ text }) => text !== '');
      const other = others.find(({ text }) => text !== first?.text);
      if (first === undefined || other === undefined) return first;
      const { key } = first;
      throw importFailed(`[${section}] ${key} and ${other.key} differ: keep one of them`, { section, key });
    },
    required: (key) => {
      const value = get(key);
      if (value !== undefined) return value;
      throw importFailed(`The section [${section}] has no key "${key}"`, { section, key });
    },
    warn: (message) => warnings.push(message),
  };
}

function connectionFrom(reader: SectionReader): ImportedConnection {
  const port = reader.required('port');
  const settings = parseSection(
    connectionSettingsSchema,
    {
      host: reader.required('host'),
      port: /^\d{1,5}$/.test(port) ? Number(port) : port,
      database: reader.required('database'),
      user: reader.required('username'),
      // What libpq, and so psycopg2, does when nothing is said.
      tls: 'prefer',
    },
    POSTGRES,
    { user: 'username' },
  );
  const password = reader.required('password');
  if (password === '') reader.warn(`[${POSTGRES}] password is empty; the connection is saved without one`);
  return {
    name: `${settings.database} on ${settings.host}`,
    settings,
    password: password === '' ? undefined : password,
  };
}

function destinationFrom(reader: SectionReader, fallback: string | undefined): ImportedDestination {
  const region = reader.optional('region')?.text ?? fallback;
  if (region === undefined) reader.warn(`[${AWS}] has no region; ${DEFAULT_REGION} was assumed`);
  const endpoint = reader.optional('endpoint', 'endpoint_url');
  const settings = parseSection(
    s3SettingsSchema,
    {
      bucket: reader.required('bucket_name'),
      prefix: '',
      region: region ?? DEFAULT_REGION,
      ...(endpoint === undefined ? {} : { endpoint: endpoint.text }),
      // Servers at an address of their own seldom have a name for every bucket.
      pathStyle: endpoint !== undefined,
      credentials: { kind: 'keys', accessKeyId: reader.required('access_key') },
    },
    AWS,
    {
      bucket: 'bucket_name',
      'credentials.accessKeyId': 'access_key',
      ...(endpoint === undefined ? {} : { endpoint: endpoint.key }),
    },
  );
  const secretKey = reader.required('secret_key');
  if (secretKey === '')
    throw importFailed(`[${AWS}] secret_key is empty`, { section: AWS, key: 'secret_key' });
  const sessionToken = reader.optional('session_token', 'aws_session_token')?.text;
  return { name: settings.bucket, settings, secretKey, sessionToken };
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

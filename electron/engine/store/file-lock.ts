/**
 * One writer at a time among processes. The desktop, the served app and the command line read, change and write the
 * same file; without a lock the slower of two would undo what the faster one saved.
 */
import { mkdir, open, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../contract/app-error.ts';
import { isFileError } from './read-json.ts';
import { FILE_MODE, FOLDER_MODE, notWritable } from './write-file.ts';

/** A lock is held for milliseconds: one that is older than this was left behind by a process that died. */
const STALE_MS = 5_000;
const GIVE_UP_MS = 15_000;
const RETRY_MS = 15;

/**
 * Runs `work` while no other holder of the lock of `file` does.
 * @throws AppError `STORE_NOT_WRITABLE` when the folder cannot be written or the lock does not become free
 */
export async function withFileLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const lock = `${file}.lock`;
  await acquire(lock);
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function acquire(lock: string): Promise<void> {
  const giveUpAt = performance.now() + GIVE_UP_MS;
  await mkdir(path.dirname(lock), { recursive: true, mode: FOLDER_MODE }).catch((error: unknown) => {
    throw notWritable(path.dirname(lock), error);
  });
  while (!(await tryCreate(lock))) {
    if (await isStale(lock)) {
      await rm(lock, { force: true });
    } else if (performance.now() > giveUpAt) {
      throw new AppError('STORE_NOT_WRITABLE', `Another process holds ${lock} and does not let go of it`, {
        details: { file: lock },
      });
    } else {
      await sleep(RETRY_MS + Math.random() * RETRY_MS);
    }
  }
}

async function tryCreate(lock: string): Promise<boolean> {
  try {
    const handle = await open(lock, 'wx', FILE_MODE);
    await handle.close();
    return true;
  } catch (error) {
    if (isFileError(error, 'EEXIST')) return false;
    // Windows reports a lock that is just being deleted as EPERM.
    if (process.platform === 'win32' && isFileError(error, 'EPERM')) return false;
    throw notWritable(lock, error);
  }
}

async function isStale(lock: string): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(lock);
    return Date.now() - mtimeMs > STALE_MS;
  } catch {
    // Gone since: the next attempt will get it.
    return false;
  }
}

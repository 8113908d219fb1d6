/**
 * One writer at a time among processes. The desktop, the served app and the command line read, change and write the
 * same file; without a lock the slower of two would undo what the faster one saved.
 */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { link, readFile, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../contract/app-error.ts';
import { makeFolder } from '../lib/make-folder.ts';
import { isProcessAlive } from '../lib/process-alive.ts';
import { isFileError } from './read-json.ts';
import { FILE_MODE, FOLDER_MODE, notWritable } from './write-file.ts';

/**
 * A lock is held for milliseconds: one that is older belongs to a process that died, or sleeps. Only for locks of
 * other computers, on a shared folder: a process of this one can be asked.
 */
const STALE_MS = 5_000;
/** A lock without a name: its owner died between making it and writing into it, which takes microseconds. */
const NAMELESS_MS = 500;
const GIVE_UP_MS = 15_000;
const RETRY_MS = 15;

/**
 * Runs `work` while no other holder of the lock of `file` does.
 * @throws AppError `STORE_NOT_WRITABLE` when the folder cannot be written or the lock does not become free
 */
export async function withFileLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const lock = `${file}.lock`;
  const owner = `${process.pid} ${hostname()} ${randomBytes(6).toString('hex')}`;
  await acquire(lock, owner);
  try {
    return await work();
  } finally {
    // Not the lock of another, should this one have been taken for left behind.
    if ((await readOwner(lock)) === owner) await rm(lock, { force: true });
  }
}

async function acquire(lock: string, owner: string): Promise<void> {
  const giveUpAt = performance.now() + GIVE_UP_MS;
  await makeFolder(path.dirname(lock), FOLDER_MODE).catch((error: unknown) => {
    throw notWritable(path.dirname(lock), error);
  });
  while (!tryCreate(lock, owner)) {
    const other = await readOwner(lock);
    if (other !== undefined && (await isLeftBehind(lock, other))) {
      await takeAway(lock, other);
    } else if (performance.now() > giveUpAt) {
      throw new AppError('STORE_NOT_WRITABLE', `Another process holds ${lock} and does not let go of it`, {
        details: { file: lock },
      });
    } else {
      await sleep(RETRY_MS + Math.random() * RETRY_MS);
    }
  }
}

function tryCreate(lock: string, owner: string): boolean {
  try {
    writeFileSync(lock, owner, { flag: 'wx', mode: FILE_MODE });
    return true;
  } catch (error) {
    if (isFileError(error, 'EEXIST')) return false;
    // Windows reports a lock that is just being deleted as EPERM.
    if (process.platform === 'win32' && isFileError(error, 'EPERM')) return false;
    throw notWritable(lock, error);
  }
}

/** Undefined where there is no lock. */
async function readOwner(lock: string): Promise<string | undefined> {
  return readFile(lock, 'utf8').catch(() => undefined);
}

async function isLeftBehind(lock: string, owner: string): Promise<boolean> {
  const [pid, host] = owner.split(' ');
  if (host === hostname()) return !isProcessAlive(Number(pid));
  const age = await stat(lock).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
  return age > (owner === '' ? NAMELESS_MS : STALE_MS);
}

/**
 * Moves the lock aside before it is removed, and puts it back should it be another one by now: of two processes that
 * find the same dead owner, the second must not remove the lock of the first.
 */
async function takeAway(lock: string, owner: string): Promise<void> {
  const aside = `${lock}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await rename(lock, aside);
    if ((await readOwner(aside)) !== owner) await link(aside, lock);
  } catch {
    // Somebody else was quicker: the next attempt to make the lock tells.
  } finally {
    await rm(aside, { force: true });
  }
}

/**
 * A small file that is replaced on condition, as an object with an ETag is. Whoever replaces it holds a lock file for
 * the few milliseconds that it takes to compare and to rename.
 */
import { createHash, randomBytes } from 'node:crypto';
import { link, open, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../contract/app-error.ts';
import { makeFolder } from '../lib/make-folder.ts';
import type { StoredState } from '../documents/state-shelf.ts';
import { toFolderError } from './folder-errors.ts';

/** A lock is held for milliseconds: one that is older was left by a process that died. */
const STALE_MS = 10_000;
const GIVE_UP_MS = 30_000;
const RETRY_MS = 10;

/** Undefined where there is none. @throws AppError of the DEST_ family */
export async function readStateFile(file: string): Promise<StoredState | undefined> {
  try {
    const text = await readFile(file, 'utf8');
    return { text, tag: tagOf(text) };
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    return toFolderError(`reading ${file}`)(error);
  }
}

/** Like its sister for S3. @returns the new tag; undefined where somebody else was quicker */
export async function replaceStateFile(
  file: string,
  text: string,
  tag: string | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  await makeFolder(path.dirname(file)).catch(toFolderError(`creating ${path.dirname(file)}`));
  const lock = `${file}.lock`;
  await take(lock, signal);
  try {
    if ((await readStateFile(file))?.tag !== tag) return undefined;
    await writeWhole(file, text);
    return tagOf(text);
  } finally {
    await rm(lock, { force: true });
  }
}

async function take(lock: string, signal: AbortSignal): Promise<void> {
  const giveUpAt = performance.now() + GIVE_UP_MS;
  for (;;) {
    signal.throwIfAborted();
    try {
      await (await open(lock, 'wx', 0o644)).close();
      return;
    } catch (error) {
      // Windows reports a lock that is just being deleted as EPERM.
      if (!hasCode(error, 'EEXIST') && !(process.platform === 'win32' && hasCode(error, 'EPERM')))
        toFolderError(`creating ${lock}`)(error);
    }
    if (await isStale(lock)) await takeAway(lock);
    else if (performance.now() > giveUpAt) {
      throw new AppError(
        'DEST_FOLDER_NOT_WRITABLE',
        `Another process holds ${lock} and does not let go of it.`,
      );
    } else await sleep(RETRY_MS + Math.random() * RETRY_MS);
  }
}

async function isStale(lock: string): Promise<boolean> {
  const found = await stat(lock).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > STALE_MS;
}

/** Moved aside first: of two who find it stale, only one moves it. */
async function takeAway(lock: string): Promise<void> {
  const aside = `${lock}.${randomBytes(6).toString('hex')}`;
  try {
    await rename(lock, aside);
  } catch {
    // Somebody else was quicker: the next attempt to make the lock tells.
    return;
  }
  // Of two who found the old one stale, the slower would otherwise remove the lock of the quicker.
  if (!(await isStale(aside))) await link(aside, lock).catch(() => undefined);
  await rm(aside, { force: true });
}

async function writeWhole(file: string, text: string): Promise<void> {
  const partial = `${file}.${randomBytes(6).toString('hex')}.partial`;
  const handle = await open(partial, 'wx', 0o644).catch(toFolderError(`creating ${partial}`));
  try {
    await handle.writeFile(text);
    await handle.sync();
  } catch (error) {
    toFolderError(`writing ${partial}`)(error);
  } finally {
    await handle.close();
  }
  await rename(partial, file).catch(toFolderError(`writing ${file}`));
}

function tagOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

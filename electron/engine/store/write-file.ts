/**
 * Writing that a crash cannot leave half done: the bytes go to a file beside the target, and a rename puts it in
 * place. Readers see the old file or the new one, never a part.
 */
import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../contract/app-error.ts';
import { makeFolder } from '../lib/make-folder.ts';

/** Only the owner may read: profiles name hosts and users, the history names tables. */
export const FILE_MODE = 0o600;
export const FOLDER_MODE = 0o700;

/** What the names of files that are being written end with: ours, and those of `conf`. */
const TEMPORARY = /\.tmp(?:-[\da-f]+)?$/;
/** A file is written in milliseconds: one this old belongs to a process that died over it. */
const ABANDONED_MS = 60 * 60 * 1_000;

/**
 * Puts the text in place under the name `file`, and says what lies there now.
 * @throws AppError `STORE_NOT_WRITABLE`
 */
export async function writeFileAtomically(file: string, text: string): Promise<Stats> {
  const temporary = temporaryName(file);
  try {
    await makeFolder(path.dirname(file), FOLDER_MODE);
    const written = await writeDurably(temporary, text);
    await rename(temporary, file);
    return written;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw notWritable(file, error);
  }
}

/** Removes what processes that died left half written in a folder. What cannot be removed stays: it harms nobody. */
export async function sweepTemporaryFiles(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((candidate) => TEMPORARY.test(candidate))) {
    const file = path.join(folder, name);
    const age = await stat(file).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > ABANDONED_MS) await rm(file, { force: true }).catch(() => undefined);
  }
}

async function writeDurably(file: string, text: string): Promise<Stats> {
  const handle = await open(file, 'wx', FILE_MODE);
  try {
    await handle.writeFile(text, 'utf8');
    // Without it, a power cut after the rename can leave an empty file under the final name.
    await handle.sync();
    return await handle.stat();
  } finally {
    await handle.close();
  }
}

/** The error for a file or folder that could not be written. */
export function notWritable(file: string, cause: unknown): AppError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AppError('STORE_NOT_WRITABLE', `Could not write ${file}: ${reason}`, {
    cause,
    details: { file },
  });
}

function temporaryName(file: string): string {
  return `${file}.${randomBytes(6).toString('hex')}.tmp`;
}

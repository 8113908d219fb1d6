/**
 * Writing that a crash cannot leave half done: the bytes go to a file beside the target, and a rename puts it in
 * place. Readers see the old file or the new one, never a part.
 */
import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../contract/app-error.ts';

/** Only the owner may read: profiles name hosts and users, the history names tables. */
export const FILE_MODE = 0o600;
export const FOLDER_MODE = 0o700;

/** Ends the name of a file that is being written; whoever lists a folder passes these by. */
export const TEMPORARY_SUFFIX = '.tmp';

/**
 * Puts the text in place under the name `file`, and says what lies there now.
 * @throws AppError `STORE_NOT_WRITABLE`
 */
export async function writeFileAtomically(file: string, text: string): Promise<Stats> {
  const temporary = temporaryName(file);
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: FOLDER_MODE });
    const written = await writeDurably(temporary, text);
    await rename(temporary, file);
    return written;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw notWritable(file, error);
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
  return `${file}.${randomBytes(6).toString('hex')}${TEMPORARY_SUFFIX}`;
}

/**
 * Folders with those above them. Not the recursive `mkdir` of Node: where a system says of a folder that cannot be made that
 * something is missing (`/proc`, a home that is mounted when it is used), that one tries for ever (24.21), and no signal ends it.
 */
import { mkdirSync, statSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';

/** @param mode of the folders that are made @throws what node:fs throws; `EEXIST` where there is a file */
export async function makeFolder(folder: string, mode = 0o777): Promise<void> {
  try {
    await mkdir(folder, { mode });
  } catch (error) {
    if (isCode(error, 'ENOENT') && path.dirname(folder) !== folder) {
      await makeFolder(path.dirname(folder), mode);
      await mkdir(folder, { mode }).catch((again: unknown) => {
        // Somebody else may have made it meanwhile.
        if (!isCode(again, 'EEXIST')) throw again;
      });
      return;
    }
    if ((await stat(folder).catch(() => undefined))?.isDirectory() !== true) throw error;
  }
}

/** The same, for whoever cannot wait. */
export function makeFolderSync(folder: string, mode = 0o777): void {
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    if (isCode(error, 'ENOENT') && path.dirname(folder) !== folder) {
      makeFolderSync(path.dirname(folder), mode);
      try {
        mkdirSync(folder, { mode });
      } catch (again) {
        if (!isCode(again, 'EEXIST')) throw again;
      }
      return;
    }
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

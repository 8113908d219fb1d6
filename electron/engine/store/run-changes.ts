/**
 * The file beside that of a run that has what happened since it was written, a line for each change. A run of two thousand
 * ranges would otherwise write everything about the ones before, again, for each of them.
 *
 * Its name has the mark that is in the file of the run: changes of an earlier one, which a crash has left, count no more.
 */
import { randomBytes } from 'node:crypto';
import { open, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { RunChange } from '../run-change.ts';
import { corrupt, isFileError } from './read-json.ts';
import { runChangeSchema } from './stored-run.ts';
import { FILE_MODE, notWritable } from './write-file.ts';

const SUFFIX = '.changes';

/** A mark that no other version of a run's file has. */
export function newMark(): string {
  return randomBytes(6).toString('hex');
}

export function changesFile(runs: string, runId: string, mark: string): string {
  return path.join(runs, `${runId}.${mark}${SUFFIX}`);
}

/** Adds changes, on disk when it comes back. @throws AppError `STORE_NOT_WRITABLE` */
export async function appendChanges(file: string, changes: readonly RunChange[]): Promise<void> {
  try {
    const handle = await open(file, 'a', FILE_MODE);
    try {
      // The line end in front closes a line that an attempt before has left half written.
      await handle.writeFile(changes.map((change) => `\n${JSON.stringify(change)}`).join('') + '\n', 'utf8');
      await handle.datasync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw notWritable(file, error);
  }
}

/** The changes in their order; none where there is no such file. */
export async function readChanges(file: string): Promise<readonly RunChange[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (isFileError(error, 'ENOENT')) return '';
    throw corrupt(file, 'the system refuses to read it', error);
  });
  return text.split('\n').flatMap((line) => parseLine(line) ?? []);
}

/** Undefined for a line that is half written: nothing was done yet that relies on it. */
function parseLine(line: string): RunChange | undefined {
  if (line === '') return undefined;
  try {
    return runChangeSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

/** Removes the changes of a run, but for those of one mark. What cannot be removed harms nobody. */
export async function removeChanges(runs: string, runId: string, except?: string): Promise<void> {
  const names = await readdir(runs).catch(() => []);
  const kept = except === undefined ? '' : path.basename(changesFile(runs, runId, except));
  for (const name of names) {
    if (!name.startsWith(`${runId}.`) || !name.endsWith(SUFFIX) || name === kept) continue;
    await rm(path.join(runs, name), { force: true }).catch(() => undefined);
  }
}

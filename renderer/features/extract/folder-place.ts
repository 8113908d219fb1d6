/** A folder of this computer as the destination of an extract. */

/** A whole path: `/home/me`, `C:\data`, `\\server\share`. The program runs in a folder that nobody has chosen. */
const WHOLE_PATH = /^(\/|[a-z]:[\\/]|\\\\)/i;

/** What is wrong with a path that was typed; undefined where nothing is. */
export function folderProblem(folder: string): string | undefined {
  const path = folder.trim();
  if (path === '') return 'Write which folder.';
  return WHOLE_PATH.test(path) ? undefined : 'Must be a whole path, such as /home/me/extracts';
}

/** The path as it stands before a key: with one slash between them. */
export function folderRoot(folder: string): string {
  return folder.trim().replace(/[\\/]+$/, '');
}

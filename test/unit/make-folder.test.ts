/** Folders with those above them, also where the system says strange things. */
import { statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeFolder, makeFolderSync } from '../../electron/engine/lib/make-folder.ts';
import { makeTemporaryFolder } from '../harness/temporary-folder.ts';

describe.each([
  ['makeFolder', makeFolder],
  ['makeFolderSync', async (folder: string, mode?: number) => makeFolderSync(folder, mode)],
])('%s', (_, make) => {
  test('makes what is missing, and leaves what is there', async () => {
    await using temporary = await makeTemporaryFolder('make-folder');
    const folder = path.join(temporary.path, 'a', 'b', 'c');
    await make(folder, 0o700);
    await make(folder, 0o700);
    expect(statSync(folder).isDirectory()).toBe(true);
    if (process.platform !== 'win32') expect(statSync(path.dirname(folder)).mode & 0o777).toBe(0o700);
    await Promise.all(['d/1', 'd/2', 'd/3'].map((name) => make(path.join(folder, name))));
  });

  test('says that a file is in the way', async () => {
    await using temporary = await makeTemporaryFolder('make-folder');
    const file = path.join(temporary.path, 'file');
    writeFileSync(file, '');
    await expect(make(file)).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(make(path.join(file, 'inside'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  test.runIf(process.platform === 'linux')(
    'ends where a folder cannot be made although nothing above it is missing',
    async () => {
      await expect(make('/proc/sluice/x')).rejects.toMatchObject({ code: 'ENOENT' });
    },
  );
});

/** Objects on disk that wait for their destination: what the disk takes, and what it gives back. */
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ERRORS } from '../../electron/contract/error-table.ts';
import { AtOnce } from '../../electron/engine/lib/at-once.ts';
import { StagingDisk } from '../../electron/engine/capture/staging-disk.ts';
import type { StagedFile } from '../../electron/engine/capture/staged-file.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../harness/temporary-folder.ts';

let folder: TemporaryFolder;
let place: string;
const notes: string[] = [];

beforeEach(async () => {
  notes.length = 0;
  folder = await makeTemporaryFolder('staging');
  place = path.join(folder.path, 'objects');
});
afterEach(async () => {
  await folder.remove();
});

const open = async (bytes: number) =>
  await StagingDisk.open({ folder: place, bytes }, (note) => notes.push(note));

async function read(disk: StagingDisk, file: StagedFile): Promise<Buffer> {
  const pieces: Buffer[] = [];
  // A piece is valid until the next.
  for await (const piece of disk.read(file)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

test('whatever is appended to which file is read back whole, as often as it is asked for, and never beyond the bound', async () => {
  const piece = fc.uint8Array({ minLength: 0, maxLength: 40_000 });
  const step = fc.record({ file: fc.nat(2), pieces: fc.array(piece, { maxLength: 12 }), release: fc.nat(9) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 25 }),
      fc.integer({ min: 0, max: 600_000 }),
      async (steps, most) => {
        await using disk = await open(most);
        const files = [disk.file(), disk.file(), disk.file()];
        const model = files.map(() => Buffer.alloc(0));
        for (const { file: at, pieces, release } of steps) {
          const file = files[at]!;
          const more = Buffer.concat(pieces);
          const fits = disk.used + more.length <= most;
          expect(await disk.append(file, pieces)).toBe(fits);
          if (fits) model[at] = Buffer.concat([model[at]!, more]);
          if (release === 0) {
            await disk.release(file);
            files[at] = disk.file();
            model[at] = Buffer.alloc(0);
          }
          expect(disk.used).toBe(model.reduce((sum, { length }) => sum + length, 0));
          expect((await read(disk, files[at]!)).equals(model[at]!)).toBe(true);
        }
        for (const [at, file] of files.entries()) {
          expect((await read(disk, file)).equals(model[at]!)).toBe(true);
          expect((await read(disk, file)).equals(model[at]!)).toBe(true);
        }
      },
    ),
    { numRuns: 60 },
  );
  await expect(stat(place)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('what a process that was killed has left is gone at the next start', async () => {
  await mkdir(place, { recursive: true });
  await writeFile(path.join(place, 'left'), 'bytes');
  await using disk = await open(1024);
  expect(await readdir(place)).toEqual([]);
  expect(disk.used).toBe(0);
});

test('a disk that is full is said once, and what does not fit stays with the caller', async () => {
  await using disk = await open(10);
  const file = disk.file();
  expect(await disk.append(file, [Buffer.from('1234567')])).toBe(true);
  expect(await disk.append(file, [Buffer.from('89012')])).toBe(false);
  expect(await disk.append(file, [Buffer.from('89012')])).toBe(false);
  expect((await read(disk, file)).toString()).toBe('1234567');
  expect(notes).toEqual([expect.stringContaining('find no room')]);
  await disk.release(file);
  expect(await readdir(place)).toEqual([]);
});

test('a folder that goes away takes nothing more, and what was in it is an error that passes', async () => {
  await using disk = await open(1024);
  const file = disk.file();
  await disk.append(file, [Buffer.from('bytes')]);
  await rm(place, { recursive: true });
  expect(await disk.append(disk.file(), [Buffer.from('more')])).toBe(false);
  await expect(read(disk, file)).rejects.toMatchObject({ code: 'STORE_SPOOL_FAILED' });
  expect(ERRORS.STORE_SPOOL_FAILED.retry).toBe('timed');
});

test('a folder that cannot be made is said at the start', async () => {
  await writeFile(place, 'a file');
  await expect(
    StagingDisk.open({ folder: path.join(place, 'objects'), bytes: 1 }, () => undefined),
  ).rejects.toMatchObject({ code: 'STORE_NOT_WRITABLE' });
});

test('so many work at once, in the order in which they came, and a failure makes room', async () => {
  const turns = new AtOnce(2);
  const signal = new AbortController().signal;
  const began: number[] = [];
  const gates = Array.from({ length: 5 }, () => Promise.withResolvers<number>());
  const works = gates.map(({ promise }, index) =>
    turns.run(() => {
      began.push(index);
      return promise;
    }, signal),
  );
  const failed = expect(works[1]).rejects.toThrow('broken');
  expect(began).toEqual([0, 1]);
  gates[1]?.reject(new Error('broken'));
  await failed;
  expect(began).toEqual([0, 1, 2]);
  for (const [index, { resolve }] of gates.entries()) resolve(index);
  expect(await Promise.all(works.filter((_, index) => index !== 1))).toEqual([0, 2, 3, 4]);
});

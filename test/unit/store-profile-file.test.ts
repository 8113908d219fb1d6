import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ProfileLists } from '../../electron/engine/profiles/profile-store.ts';
import { createProfileFile } from '../../electron/engine/store/profile-file.ts';
import { memoryLog } from '../fakes/host-engine.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../harness/temporary-folder.ts';

const ID = '7d9f9a0e-5f7c-4a53-8e0e-0d2f3f0f9a11';

const demo: ProfileLists = {
  connections: [
    {
      id: ID,
      name: 'Demo',
      colour: 'teal',
      readOnly: false,
      hasPassword: true,
      settings: { host: 'localhost', port: 5432, database: 'demo', user: 'demo', tls: 'disable' },
    },
  ],
  destinations: [],
};

let temporary: TemporaryFolder;
let folder: string;
beforeEach(async () => {
  temporary = await makeTemporaryFolder('store');
  folder = path.join(temporary.path, 'data');
});
afterEach(() => temporary.remove());

const open = () => createProfileFile(folder, memoryLog());
const file = () => path.join(folder, 'profiles.json');

describe('profiles.json', () => {
  it('begins empty, without making anything', async () => {
    expect(open().read()).toEqual({ connections: [], destinations: [] });
    await expect(readdir(temporary.path)).resolves.toEqual([]);
  });

  it('keeps what was saved, for the owner only, and leaves nothing else behind', async () => {
    await open().update(() => demo);
    expect(open().read()).toEqual(demo);
    expect(await readdir(folder)).toEqual(['profiles.json']);
    if (process.platform === 'win32') return;
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it('is the JSON that electron-store reads: an object with plain keys', async () => {
    await open().update(() => demo);
    expect(JSON.parse(await readFile(file(), 'utf8'))).toEqual({ version: 1, ...demo });
  });

  it('sees what another process saved since', async () => {
    const [one, other] = [open(), open()];
    await one.update(() => demo);
    await other.update((lists) => ({
      ...lists,
      connections: [{ ...lists.connections[0]!, name: 'Renamed' }],
    }));
    expect(one.read().connections[0]?.name).toBe('Renamed');
  });

  it('loses nothing when many change it at once', async () => {
    const stores = Array.from({ length: 4 }, open);
    const ids = Array.from({ length: 24 }, (_, n) => `7d9f9a0e-5f7c-4a53-8e0e-0d2f3f0f9a${String(n + 10)}`);
    await Promise.all(
      ids.map((id, n) =>
        stores[n % 4]!.update((lists) => ({
          ...lists,
          connections: [...lists.connections, { ...demo.connections[0]!, id, name: id }],
        })),
      ),
    );
    expect(
      new Set(
        open()
          .read()
          .connections.map(({ id }) => id),
      ),
    ).toEqual(new Set(ids));
  });

  it('stays as it was when the change is refused', async () => {
    await open().update(() => demo);
    const refusal = new Error('no');
    await expect(
      open().update(() => {
        throw refusal;
      }),
    ).rejects.toBe(refusal);
    expect(open().read()).toEqual(demo);
    expect(await readdir(folder)).toEqual(['profiles.json']);
  });

  it.each([
    ['half a file', '{"version":1,"connections":[{"password":"s3cret'],
    ['nothing', ''],
    ['an array', '[]'],
    ['an object without a version', '{}'],
    ['a profile without a host', JSON.stringify({ version: 1, ...demo }).replace('"host":"localhost",', '')],
  ])('says which file is corrupt, keeps it, and quotes nothing: %s', async (_name, text) => {
    await mkdir(folder, { recursive: true });
    await writeFile(file(), text);
    const expected = expect.objectContaining({
      code: 'STORE_CORRUPT',
      message: expect.stringContaining(file()),
    });
    expect(() => open().read()).toThrow(expected);
    expect(() => open().read()).not.toThrow(/s3cret/);
    await expect(open().update(() => demo)).rejects.toEqual(expected);
    expect(await readFile(file(), 'utf8')).toBe(text);
  });

  it('refuses a file of a newer version', async () => {
    await mkdir(folder, { recursive: true });
    await writeFile(file(), '{"version":2,"profiles":{}}');
    expect(() => open().read()).toThrow(expect.objectContaining({ code: 'STORE_VERSION_NEWER' }));
  });

  it('says so when the folder cannot be made', async () => {
    await writeFile(folder, 'a file where the folder should be');
    await expect(open().update(() => demo)).rejects.toMatchObject({ code: 'STORE_NOT_WRITABLE' });
  });

  it.each([
    ['of a process that died', `4194305 ${hostname()} 00`, new Date()],
    ['of another computer, long ago', '1 elsewhere 00', new Date(Date.now() - 60_000)],
    ['without a name, long ago', '', new Date(Date.now() - 60_000)],
  ])('takes away a lock that was left behind: %s', async (_name, owner, time) => {
    await mkdir(folder, { recursive: true });
    await writeFile(`${file()}.lock`, owner);
    await utimes(`${file()}.lock`, time, time);
    await open().update(() => demo);
    expect(open().read()).toEqual(demo);
    expect(await readdir(folder)).toEqual(['profiles.json']);
  });

  it.each([
    ['of a process that lives', `${String(process.ppid)} ${hostname()} 00`],
    ['of another computer', '1 elsewhere 00'],
  ])('waits for a lock %s', async (_name, owner) => {
    await mkdir(folder, { recursive: true });
    await writeFile(`${file()}.lock`, owner);
    const saved = open().update(() => demo);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(open().read()).toEqual({ connections: [], destinations: [] });
    await rm(`${file()}.lock`);
    await saved;
    expect(open().read()).toEqual(demo);
  });

  it('tells about changes by others, and not about its own', async () => {
    const [mine, other] = [open(), open()];
    await mine.update(() => demo);
    const heard = vi.fn();
    const stop = mine.watch(heard);
    try {
      await new Promise((resolve) => setTimeout(resolve, 150));
      heard.mockClear();
      await mine.update(() => demo);
      await new Promise((resolve) => setTimeout(resolve, 250));
      expect(heard).not.toHaveBeenCalled();
      await other.update((lists) => ({ ...lists, connections: [] }));
      await expect.poll(() => heard.mock.calls.length).toBeGreaterThan(0);
    } finally {
      stop();
    }
  });
});

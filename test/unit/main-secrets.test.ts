import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createKeyFileSecrets } from '../../electron/engine/store/key-file-secrets.ts';
import { createDesktopSecrets, type Keychain } from '../../electron/main/safe-storage-secrets.ts';
import { memoryLog } from '../fakes/host-engine.ts';
import { safeStorage } from '../harness/electron-stub.ts';

let folder: string;
const log = memoryLog();

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sluice-secrets-'));
});

afterEach(async () => {
  Object.assign(safeStorage, { available: true, backend: 'gnome_libsecret', plainAllowed: false });
  await rm(folder, { recursive: true });
});

const open = (platform: NodeJS.Platform = 'linux') =>
  createDesktopSecrets({ folder, keychain: safeStorage as unknown as Keychain, platform, log });

describe('secrets of the desktop', () => {
  it('are kept by the keychain, in the file that all ways in share', async () => {
    const secrets = await open();
    expect(secrets.kind).toBe('keychain');
    await secrets.set('connection:1', 'hunter2');
    expect(await secrets.get('connection:1')).toBe('hunter2');
    expect(await (await open()).get('connection:1')).toBe('hunter2');
    const text = await readFile(path.join(folder, 'secrets.json'), 'utf8');
    expect(JSON.parse(text)).toMatchObject({ entries: { 'connection:1': { scheme: 'safeStorage' } } });
    expect(text).not.toContain('hunter2');
    await secrets.delete('connection:1');
    expect(await secrets.get('connection:1')).toBeUndefined();
  });

  it('are called plain on a Linux desktop without a keyring', async () => {
    safeStorage.backend = 'basic_text';
    expect((await open('linux')).kind).toBe('plain');
    expect(safeStorage.plainAllowed).toBe(true);
    expect((await open('darwin')).kind).toBe('keychain');
  });

  it('go to the key file where the keychain does not work', async () => {
    safeStorage.available = false;
    const secrets = await open();
    expect(secrets.kind).toBe('keyFile');
    await secrets.set('connection:1', 'x');
    expect(await createKeyFileSecrets(folder).get('connection:1')).toBe('x');
  });

  it('include those that the command line or the browser has saved', async () => {
    await createKeyFileSecrets(folder).set('connection:1', 'saved in the browser');
    expect(await (await open()).get('connection:1')).toBe('saved in the browser');
  });

  it('cannot be read by the command line, which is told why', async () => {
    await (await open()).set('connection:1', 'x');
    await expect(createKeyFileSecrets(folder).get('connection:1')).rejects.toMatchObject({
      code: 'STORE_SECRET_UNREADABLE',
      message: expect.stringContaining('desktop') as string,
    });
  });

  it('cannot be moved to another profile on disk', async () => {
    const secrets = await open();
    await secrets.set('connection:1', 'x');
    const file = path.join(folder, 'secrets.json');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('connection:1', 'connection:2'));
    await expect(secrets.get('connection:2')).rejects.toMatchObject({ code: 'STORE_SECRET_UNREADABLE' });
  });

  it('say nothing of themselves when an entry is damaged', async () => {
    const secrets = await open();
    await secrets.set('connection:1', 'x');
    vi.spyOn(safeStorage, 'decryptStringAsync').mockResolvedValueOnce({
      shouldReEncrypt: false,
      result: 'hunter2 is not JSON',
    });
    const error: unknown = await secrets.get('connection:1').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'STORE_SECRET_UNREADABLE' });
    expect(String((error as Error).cause)).not.toContain('hunter2');
  });
});

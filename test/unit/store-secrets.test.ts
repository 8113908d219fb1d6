import { chmod, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKeyFileSecrets } from '../../electron/engine/store/key-file-secrets.ts';
import { createSecretsFile, type SecretCipher } from '../../electron/engine/store/secrets-file.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../harness/temporary-folder.ts';

let temporary: TemporaryFolder;
let folder: string;
beforeEach(async () => {
  temporary = await makeTemporaryFolder('secrets');
  folder = path.join(temporary.path, 'data');
});
afterEach(() => temporary.remove());

const keyFile = () => path.join(folder, 'secret.key');
const secretsFile = () => path.join(folder, 'secrets.json');
const onPosix = it.skipIf(process.platform === 'win32');

/** Stands for the keychain of the desktop. */
const bracketing: SecretCipher = {
  scheme: 'safeStorage',
  encrypt: (_ref, secret) => Promise.resolve(`<${secret}>`),
  decrypt: (_ref, text) => Promise.resolve(text.slice(1, -1)),
};

describe('secrets with a key file', () => {
  it('gives back any text, to any process of this folder', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1 }), async (secret) => {
        await createKeyFileSecrets(folder).set('connection:1', secret);
        expect(await createKeyFileSecrets(folder).get('connection:1')).toBe(secret);
      }),
      { numRuns: 25 },
    );
  });

  it('knows nothing before the first secret', async () => {
    const secrets = createKeyFileSecrets(folder);
    expect(await secrets.get('connection:1')).toBeUndefined();
    await secrets.delete('connection:1');
    expect(await secrets.get('constructor')).toBeUndefined();
  });

  it('forgets', async () => {
    const secrets = createKeyFileSecrets(folder);
    await secrets.set('connection:1', 'one');
    await secrets.set('connection:2', 'two');
    await secrets.delete('connection:1');
    expect(await secrets.get('connection:1')).toBeUndefined();
    expect(await secrets.get('connection:2')).toBe('two');
  });

  onPosix('writes nothing readable, for nobody but the owner', async () => {
    await createKeyFileSecrets(folder).set('connection:1', 'open sesame');
    expect(await readFile(secretsFile(), 'utf8')).not.toContain('sesame');
    for (const file of [secretsFile(), keyFile()]) expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('encrypts the same secret differently each time', async () => {
    const secrets = createKeyFileSecrets(folder);
    await secrets.set('connection:1', 'same');
    const first = await readFile(secretsFile(), 'utf8');
    await secrets.set('connection:1', 'same');
    expect(await readFile(secretsFile(), 'utf8')).not.toBe(first);
  });

  it('makes one key when many begin at once, and loses no secret', async () => {
    const refs = Array.from({ length: 12 }, (_, n) => `connection:${String(n)}`);
    await Promise.all(refs.map((ref) => createKeyFileSecrets(folder).set(ref, `secret of ${ref}`)));
    for (const ref of refs) expect(await createKeyFileSecrets(folder).get(ref)).toBe(`secret of ${ref}`);
  });

  onPosix.each([0o640, 0o604, 0o666])('refuses a key file of mode %o', async (mode) => {
    const secrets = createKeyFileSecrets(folder);
    await secrets.set('connection:1', 'one');
    await chmod(keyFile(), mode);
    const refusal = { code: 'STORE_SECRET_UNREADABLE', message: expect.stringContaining('chmod 600') };
    await expect(secrets.get('connection:1')).rejects.toMatchObject(refusal);
    await expect(secrets.set('connection:1', 'two')).rejects.toMatchObject(refusal);
  });

  it('does not open an entry that was moved to another name', async () => {
    const secrets = createKeyFileSecrets(folder);
    await secrets.set('connection:1', 'one');
    await writeFile(
      secretsFile(),
      (await readFile(secretsFile(), 'utf8')).replace('connection:1', 'connection:2'),
    );
    await expect(secrets.get('connection:2')).rejects.toMatchObject({ code: 'STORE_SECRET_UNREADABLE' });
  });

  it('does not open an entry with another key', async () => {
    await createKeyFileSecrets(folder).set('connection:1', 'one');
    await writeFile(keyFile(), `${Buffer.alloc(32, 7).toString('base64')}\n`);
    await expect(createKeyFileSecrets(folder).get('connection:1')).rejects.toMatchObject({
      code: 'STORE_SECRET_UNREADABLE',
    });
  });

  it('says that the key file is missing', async () => {
    await createKeyFileSecrets(folder).set('connection:1', 'one');
    await rm(keyFile());
    await expect(createKeyFileSecrets(folder).get('connection:1')).rejects.toMatchObject({
      code: 'STORE_SECRET_UNREADABLE',
      message: expect.stringContaining('missing'),
    });
  });

  it('never makes a new key over a damaged one', async () => {
    await createKeyFileSecrets(folder).set('connection:1', 'one');
    await writeFile(keyFile(), 'short\n');
    await expect(createKeyFileSecrets(folder).set('connection:2', 'two')).rejects.toMatchObject({
      code: 'STORE_CORRUPT',
      message: expect.stringContaining(keyFile()),
    });
    expect(await readFile(keyFile(), 'utf8')).toBe('short\n');
  });

  it('says who can open an entry of the desktop, and leaves it alone', async () => {
    await createSecretsFile(folder, 'keychain', bracketing).set('connection:1', 'desk');
    const secrets = createKeyFileSecrets(folder);
    await expect(secrets.get('connection:1')).rejects.toMatchObject({
      code: 'STORE_SECRET_UNREADABLE',
      message: expect.stringContaining('desktop'),
    });
    await secrets.set('connection:2', 'served');
    expect(await createSecretsFile(folder, 'keychain', bracketing).get('connection:1')).toBe('desk');
  });

  it.each(['', '{"version":1', '{"version":1,"entries":{"a":{"scheme":"rot13","text":""}}}'])(
    'says that secrets.json is corrupt, and does not write over it: %s',
    async (text) => {
      const secrets = createKeyFileSecrets(folder);
      await secrets.set('connection:1', 'one');
      await writeFile(secretsFile(), text);
      const corrupt = { code: 'STORE_CORRUPT', message: expect.stringContaining(secretsFile()) };
      await expect(secrets.get('connection:1')).rejects.toMatchObject(corrupt);
      await expect(secrets.set('connection:1', 'two')).rejects.toMatchObject(corrupt);
      expect(await readFile(secretsFile(), 'utf8')).toBe(text);
    },
  );
});

/** Secrets of the desktop: encrypted by the operating system's keychain, in the file that all ways in share. */
import type { SafeStorage } from 'electron';
import { z } from 'zod';
import type { Log, SecretStore } from '../engine/ports.ts';
import { createKeyFileSecrets, keyFileCipher } from '../engine/store/key-file-secrets.ts';
import { createSecretsFile, type SecretCipher } from '../engine/store/secrets-file.ts';

/** What is used of Electron's safeStorage. */
export type Keychain = Pick<
  SafeStorage,
  | 'decryptStringAsync'
  | 'encryptStringAsync'
  | 'getSelectedStorageBackend'
  | 'isAsyncEncryptionAvailable'
  | 'setUsePlainTextEncryption'
>;

export interface DesktopSecretsOptions {
  readonly folder: string;
  readonly keychain: Keychain;
  readonly platform: NodeJS.Platform;
  readonly log: Log;
}

/**
 * The desktop's secret store; the app must be ready. On a Linux desktop without a keyring, Chromium encrypts with a
 * password that is the same everywhere: that is no protection, so the store calls itself `plain` and the app says so.
 * Where there is no encryption at all, the key file of the command line is used.
 */
export async function createDesktopSecrets(options: DesktopSecretsOptions): Promise<SecretStore> {
  const { folder, keychain, log } = options;
  const plain = options.platform === 'linux' && keychain.getSelectedStorageBackend() === 'basic_text';
  if (plain) {
    keychain.setUsePlainTextEncryption(true);
    log.warn('this desktop has no keyring: secrets are not protected from other programs of this user');
  }
  if (await keychain.isAsyncEncryptionAvailable()) {
    // The key file's entries too: a password that was saved in the browser is the same connection's on the desktop.
    return createSecretsFile(folder, plain ? 'plain' : 'keychain', keychainCipher(keychain), [
      keyFileCipher(folder),
    ]);
  }
  log.warn('the keychain cannot be used: secrets are encrypted with the key file');
  return createKeyFileSecrets(folder);
}

/** The name lies with the secret inside the encryption, so that entries cannot be exchanged on disk. */
const sealedSchema = z.strictObject({ ref: z.string(), secret: z.string() });

function keychainCipher(keychain: Keychain): SecretCipher {
  return {
    scheme: 'safeStorage',
    async encrypt(ref, secret) {
      const sealed = await keychain.encryptStringAsync(JSON.stringify({ ref, secret }));
      return sealed.toString('base64');
    },
    async decrypt(ref, text) {
      const { result } = await keychain.decryptStringAsync(Buffer.from(text, 'base64'));
      return unsealed(ref, result);
    },
  };
}

/** Errors are made here, because the parsers' own messages quote what they could not read. */
function unsealed(ref: string, text: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('the entry has another form');
  }
  const sealed = sealedSchema.safeParse(value);
  if (!sealed.success) throw new Error('the entry has another form');
  if (sealed.data.ref !== ref) throw new Error('the entry belongs to another secret');
  return sealed.data.secret;
}

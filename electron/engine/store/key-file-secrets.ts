/**
 * Secrets where there is no keychain: AES-256-GCM with a key in a file that only its owner may read. It protects the
 * secrets in backups and copies of the profiles, not from somebody who can read the owner's files.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../contract/app-error.ts';
import type { SecretStore } from '../ports.ts';
import { withFileLock } from './file-lock.ts';
import { corrupt, isFileError } from './read-json.ts';
import { createSecretsFile, type SecretCipher } from './secrets-file.ts';
import { writeFileAtomically } from './write-file.ts';

const KEY_BYTES = 32;
/** What GCM is made for; other lengths are hashed first. NIST SP 800-38D, 8.2.1. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * A secret store whose key is the file `secret.key` of the folder, made on the first use.
 * Its calls throw AppError `STORE_SECRET_UNREADABLE` when others may read the key file, or an entry needs another key.
 */
export function createKeyFileSecrets(folder: string): SecretStore {
  return createSecretsFile(folder, 'keyFile', keyFileCipher(folder));
}

/** The cipher of the key file, for a store that has another one of its own and meets entries of this one. */
export function keyFileCipher(folder: string): SecretCipher {
  const file = path.join(folder, 'secret.key');
  return {
    scheme: 'keyFile',
    encrypt: async (ref, secret) => seal(await readOrMakeKey(file), ref, secret),
    decrypt: async (ref, text) => {
      const key = await readKey(file);
      if (key !== undefined) return unseal(key, ref, text);
      throw new AppError('STORE_SECRET_UNREADABLE', `The key file ${file} is missing`, { details: { file } });
    },
  };
}

function seal(key: Buffer, ref: string, secret: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  // Binds the text to its name: else the password of one server could be moved to the profile of another.
  cipher.setAAD(Buffer.from(ref, 'utf8'));
  const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
}

function unseal(key: Buffer, ref: string, text: string): string {
  const bytes = Buffer.from(text, 'base64');
  const nonce = bytes.subarray(0, NONCE_BYTES);
  const tag = bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(ref, 'utf8'));
  decipher.setAuthTag(tag);
  const sealed = bytes.subarray(NONCE_BYTES + TAG_BYTES);
  return Buffer.concat([decipher.update(sealed), decipher.final()]).toString('utf8');
}

async function readOrMakeKey(file: string): Promise<Buffer> {
  const found = await readKey(file);
  if (found !== undefined) return found;
  // Another process may make the key at the same moment: only one of the two keys must come to be.
  return withFileLock(file, async () => {
    const made = await readKey(file);
    if (made !== undefined) return made;
    const key = randomBytes(KEY_BYTES);
    await writeFileAtomically(file, `${key.toString('base64')}\n`);
    return key;
  });
}

/** Undefined where there is no key yet. */
async function readKey(file: string): Promise<Buffer | undefined> {
  let text: string;
  try {
    // Windows keeps access in lists that the mode does not show; the user's own folders are private there.
    if (process.platform !== 'win32') refuseReadableByOthers(file, (await stat(file)).mode);
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (isFileError(error, 'ENOENT')) return undefined;
    throw corrupt(file, 'the system refuses to read it', error);
  }
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length !== KEY_BYTES) throw corrupt(file, `it does not hold a key of ${KEY_BYTES} bytes`);
  return key;
}

function refuseReadableByOthers(file: string, mode: number): void {
  if ((mode & 0o077) === 0) return;
  const shown = (mode & 0o777).toString(8).padStart(4, '0');
  throw new AppError(
    'STORE_SECRET_UNREADABLE',
    `Other users may open the key file ${file} (mode ${shown}): run chmod 600 on it, and change the passwords that it protects if others have used this computer`,
    { details: { file, mode: shown } },
  );
}

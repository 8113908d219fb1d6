/**
 * `secrets.json` in the data folder: one encrypted entry for each secret, apart from the profiles. The desktop encrypts
 * with the keychain, everybody else with the key file; every entry says with which, so that one process does not take
 * the other's for damage.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { AppError } from '../../contract/app-error.ts';
import type { SecretStore } from '../ports.ts';
import { withFileLock } from './file-lock.ts';
import { corrupt, isFileError, parseStoredText } from './read-json.ts';
import { writeFileAtomically } from './write-file.ts';

const VERSION = 1;

const SCHEMES = ['keyFile', 'safeStorage'] as const;
/** How an entry was encrypted: by the key file of the data folder, or by the keychain through Electron. */
export type SecretScheme = (typeof SCHEMES)[number];

const fileSchema = z.object({
  version: z.literal(VERSION),
  entries: z.record(z.string(), z.object({ scheme: z.enum(SCHEMES), text: z.string() })),
});
type Entries = z.infer<typeof fileSchema>['entries'];

/** Turns a secret into text that may lie on the disk, and back. */
export interface SecretCipher {
  readonly scheme: SecretScheme;
  /** `ref` names the secret; a cipher that can binds the text to it, so that entries cannot be exchanged on disk. */
  encrypt(ref: string, secret: string): Promise<string>;
  /** @throws when this cipher did not make the text for this `ref` */
  decrypt(ref: string, text: string): Promise<string>;
}

/**
 * A secret store on `secrets.json`. `kind` is what the app tells the user about how secrets are kept. It encrypts with
 * `cipher`, and can also open what the `others` have encrypted.
 */
export function createSecretsFile(
  folder: string,
  kind: SecretStore['kind'],
  cipher: SecretCipher,
  others: readonly SecretCipher[] = [],
): SecretStore {
  const file = path.join(folder, 'secrets.json');

  const change = (edit: (entries: Entries) => Entries) =>
    withFileLock(file, async () => {
      const entries = edit(await readEntries(file));
      await writeFileAtomically(file, `${JSON.stringify({ version: VERSION, entries }, null, '\t')}\n`);
    });

  return {
    kind,
    get: async (ref) => {
      const entries = await readEntries(file);
      const entry = Object.hasOwn(entries, ref) ? entries[ref] : undefined;
      if (entry === undefined) return undefined;
      const reader = [cipher, ...others].find(({ scheme }) => scheme === entry.scheme);
      if (reader === undefined) throw otherScheme(entry.scheme);
      try {
        return await reader.decrypt(ref, entry.text);
      } catch (error) {
        if (error instanceof AppError) throw error;
        throw new AppError('STORE_SECRET_UNREADABLE', 'The saved secret cannot be decrypted with this key', {
          cause: error,
        });
      }
    },
    set: async (ref, secret) => {
      const text = await cipher.encrypt(ref, secret);
      await change((entries) => ({ ...entries, [ref]: { scheme: cipher.scheme, text } }));
    },
    delete: async (ref) => {
      if (!Object.hasOwn(await readEntries(file), ref)) return;
      await change(({ [ref]: _gone, ...rest }) => rest);
    },
  };
}

async function readEntries(file: string): Promise<Entries> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (isFileError(error, 'ENOENT')) return {};
    throw corrupt(file, 'the system refuses to read it', error);
  }
  return parseStoredText(file, text, fileSchema).entries;
}

function otherScheme(scheme: SecretScheme): AppError {
  const message =
    scheme === 'safeStorage'
      ? 'The saved secret was encrypted by the keychain of the desktop app, which only the desktop app can open'
      : 'The saved secret was encrypted with the key file that the command line and the served app use, and not by the keychain';
  return new AppError('STORE_SECRET_UNREADABLE', message, { details: { scheme } });
}

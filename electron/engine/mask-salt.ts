import { randomBytes } from 'node:crypto';
import { AppError } from '../contract/app-error.ts';
import type { SecretStore } from './ports.ts';

/** The name under which the salt lies in the secret store. */
const REF = 'mask-salt';
const SALT_BYTES = 32;

/**
 * The salt of SHA-256 masks: the one that was given, or one of this installation's own, made at the first use and kept,
 * so that equal values have equal hashes in all of its runs.
 * @throws AppError `CONFIG_SECRET_MISSING` where the one that was kept cannot be read here
 */
export async function maskSalt(given: string | undefined, secrets: SecretStore): Promise<string> {
  if (given !== undefined && given !== '') return given;
  try {
    const kept = await secrets.get(REF);
    if (kept !== undefined) return kept;
    await secrets.set(REF, randomBytes(SALT_BYTES).toString('hex'));
    // What is there now: another process may have made one at the same moment.
    return (await secrets.get(REF)) ?? '';
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'STORE_SECRET_UNREADABLE') throw error;
    throw new AppError(
      'CONFIG_SECRET_MISSING',
      'The salt for masks was kept with another key and cannot be read here: set SLUICE_MASK_SALT.',
      { cause: error },
    );
  }
}

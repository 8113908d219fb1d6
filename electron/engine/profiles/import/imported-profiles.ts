import type { ConnectionSettings } from '../../../contract/connection-profile.ts';
import type { ConnectionDraft } from '../../../contract/connection-profile.ts';
import type { S3Settings } from '../../../contract/destination-profile.ts';
import { AppError } from '../../../contract/app-error.ts';

/** A connection that was found in a text. */
export interface ImportedConnection {
  /** From the text, or made from what is in it. */
  readonly name: string;
  readonly settings: ConnectionSettings;
  readonly password: string | undefined;
  readonly colour?: ConnectionDraft['colour'];
  readonly readOnly?: boolean;
}

/** A destination that was found in a text. */
export interface ImportedDestination {
  readonly name: string;
  readonly settings: S3Settings;
  readonly secretKey: string | undefined;
  /** Of temporary keys, which are refused without it. A profile does not keep it. */
  readonly sessionToken?: string | undefined;
}

/** Everything that a text holds. The warnings say what was assumed or left out; they never quote a value. */
export interface ImportedProfiles {
  readonly connections: readonly ImportedConnection[];
  readonly destinations: readonly ImportedDestination[];
  readonly warnings: readonly string[];
}

/** The error of every importer. The message names a place in the text and never quotes it: it may be a password. */
export function importFailed(message: string, details: Record<string, string | number> = {}): AppError {
  return new AppError('CONFIG_IMPORT_FAILED', message, { details });
}

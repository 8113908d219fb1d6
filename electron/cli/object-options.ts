/** How S3 is to keep the objects: a part of the settings of a destination, and so for `--s3` only. */
import type { Command } from 'commander';
import type { z } from 'zod';
import { AppError } from '../contract/app-error.ts';
import type { s3SettingsSchema } from '../contract/destination-profile.ts';
import { CANNED_ACLS, CHECKSUMS, STORAGE_CLASSES } from '../contract/object-options.ts';

/** As commander gives them. */
export interface ObjectOptions {
  readonly sse?: string;
  readonly kmsKey?: string;
  readonly storageClass?: string;
  readonly requesterPays?: boolean;
  readonly acl?: string;
  readonly checksum?: string;
}

/** The names of the options, for a message. */
export const OBJECT_OPTION_NAMES =
  '--sse, --kms-key, --storage-class, --requester-pays, --acl and --checksum';

/** Adds the options to a command. */
export function addObjectOptions(command: Command): Command {
  return command
    .optionsGroup('How S3 keeps the objects (with --s3; a saved destination has its own):')
    .option('--sse <kind>', 's3 or kms (default: what the bucket does)')
    .option('--kms-key <id>', 'id, ARN or alias of the KMS key; implies --sse kms')
    .option('--storage-class <class>', `${STORAGE_CLASSES.join(', ')} (default: what the bucket does)`)
    .option('--requester-pays', 'accept to pay for requests and traffic')
    .option('--acl <acl>', `${CANNED_ACLS.join(', ')} (default: none is sent)`)
    .option(
      '--checksum <kind>',
      `${CHECKSUMS.join(', ')} (default: auto, which is crc32 where the endpoint knows it)`,
    );
}

type ObjectSettings = Partial<z.input<typeof s3SettingsSchema>>;

/** The options as settings. @throws AppError `CONFIG_USAGE` */
export function objectSettings(options: ObjectOptions): ObjectSettings {
  const { storageClass, requesterPays, acl, checksum } = options;
  const encryption = encryptionFrom(options);
  return {
    ...(encryption === undefined ? {} : { encryption }),
    ...(storageClass === undefined
      ? {}
      : { storageClass: oneOf(storageClass.toUpperCase(), STORAGE_CLASSES, '--storage-class') }),
    ...(requesterPays === undefined ? {} : { requesterPays }),
    ...(acl === undefined ? {} : { acl: oneOf(acl, CANNED_ACLS, '--acl') }),
    ...(checksum === undefined ? {} : { checksum: oneOf(checksum, CHECKSUMS, '--checksum') }),
  };
}

function encryptionFrom({ sse, kmsKey }: ObjectOptions): ObjectSettings['encryption'] {
  if (sse === undefined && kmsKey === undefined) return undefined;
  const kind = oneOf(sse ?? 'kms', ['s3', 'kms'], '--sse');
  if (kind === 'kms') return { kind: 'sse-kms', ...(kmsKey === undefined ? {} : { keyId: kmsKey }) };
  if (kmsKey !== undefined) throw new AppError('CONFIG_USAGE', '--kms-key goes with --sse kms');
  return { kind: 'sse-s3' };
}

function oneOf<T extends string>(text: string, allowed: readonly T[], option: string): T {
  const found = allowed.find((value) => value === text);
  if (found !== undefined) return found;
  throw new AppError('CONFIG_USAGE', `${option}: "${text}" is not known; it takes ${allowed.join(', ')}`);
}

/** How S3 keeps the objects of a destination, as its form holds it: every field has a word for "as the bucket has it". */
import type { S3Settings } from '../../../electron/contract/destination-profile.ts';
import type {
  CannedAcl,
  ChecksumChoice,
  Encryption,
  StorageClass,
} from '../../../electron/contract/object-options.ts';

export interface StorageValues {
  readonly encryption: Encryption['kind'];
  /** Empty: the account's own key. */
  readonly keyId: string;
  /** Undefined: as the bucket has it. */
  readonly bucketKey: boolean | undefined;
  readonly storageClass: StorageClass | '';
  readonly acl: CannedAcl | '';
  readonly checksum: ChecksumChoice;
  readonly requesterPays: boolean;
}

export type StorageOptions = Pick<
  S3Settings,
  'encryption' | 'storageClass' | 'acl' | 'checksum' | 'requesterPays'
>;

export function storageValuesOf(options: StorageOptions): StorageValues {
  const { encryption = { kind: 'bucket-default' } } = options;
  const kms = encryption.kind === 'sse-kms' ? encryption : undefined;
  return {
    encryption: encryption.kind,
    keyId: kms?.keyId ?? '',
    bucketKey: kms?.bucketKey,
    storageClass: options.storageClass ?? '',
    acl: options.acl ?? '',
    checksum: options.checksum ?? 'auto',
    requesterPays: options.requesterPays ?? false,
  };
}

/** Only what differs from what the bucket does by itself, so that a profile says no more than was asked for. */
export function storageOptionsOf(values: StorageValues): StorageOptions {
  const { storageClass, acl, checksum, requesterPays } = values;
  const encryption = encryptionOf(values);
  return {
    ...(encryption === undefined ? {} : { encryption }),
    ...(storageClass === '' ? {} : { storageClass }),
    ...(acl === '' ? {} : { acl }),
    ...(checksum === 'auto' ? {} : { checksum }),
    ...(requesterPays ? { requesterPays } : {}),
  };
}

function encryptionOf({ encryption, keyId, bucketKey }: StorageValues): Encryption | undefined {
  switch (encryption) {
    case 'bucket-default':
      return undefined;
    case 'sse-s3':
      return { kind: 'sse-s3' };
    case 'sse-kms': {
      const key = keyId.trim();
      return {
        kind: 'sse-kms',
        ...(key === '' ? {} : { keyId: key }),
        ...(bucketKey === undefined ? {} : { bucketKey }),
      };
    }
  }
}

export const ENCRYPTION_NAMES: Readonly<Record<Encryption['kind'], string>> = {
  'bucket-default': 'As the bucket has it',
  'sse-s3': 'SSE-S3: keys that S3 keeps',
  'sse-kms': 'SSE-KMS: a key of KMS',
};

/** One line for the folded section. */
export function storageSummary(values: StorageValues): string {
  const parts = [
    ...(values.encryption === 'bucket-default'
      ? []
      : [values.encryption === 'sse-s3' ? 'SSE-S3' : 'SSE-KMS']),
    ...(values.storageClass === '' ? [] : [values.storageClass]),
    ...(values.acl === '' ? [] : [`ACL ${values.acl}`]),
    ...(values.checksum === 'auto' ? [] : [`checksum ${values.checksum}`]),
    ...(values.requesterPays ? ['requester pays'] : []),
  ];
  return parts.length === 0 ? 'As the bucket has it' : parts.join(', ');
}

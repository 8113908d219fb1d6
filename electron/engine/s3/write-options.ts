/** What the settings of a destination and those of a job say about an object, as S3's calls take it. */
import type { PutObjectCommandInput } from '@aws-sdk/client-s3';
import type { S3Settings } from '../../contract/destination-profile.ts';
import { RUN_METADATA, type Encryption, type Metadata, type Tags } from '../../contract/object-options.ts';

/** The part of PutObject and CreateMultipartUpload that says how the object is kept. */
export type WriteOptions = Pick<
  PutObjectCommandInput,
  | 'ServerSideEncryption'
  | 'SSEKMSKeyId'
  | 'BucketKeyEnabled'
  | 'StorageClass'
  | 'ACL'
  | 'Tagging'
  | 'Metadata'
>;

/** What an object says about itself. */
export interface ObjectLabels {
  readonly runId: string;
  readonly tags: Tags | undefined;
  readonly metadata: Metadata | undefined;
}

/** For a data object. */
export function dataOptions(settings: S3Settings, labels: ObjectLabels): WriteOptions {
  const { storageClass } = settings;
  return {
    ...manifestOptions(settings, labels),
    ...(storageClass === undefined ? {} : { StorageClass: storageClass }),
  };
}

/**
 * For the manifest: like its objects, but for the class. It is small, and whoever looks for it has to be able to read it
 * at once: the next start after a crash does.
 */
export function manifestOptions(settings: S3Settings, { runId, tags, metadata }: ObjectLabels): WriteOptions {
  const { encryption, acl } = settings;
  return {
    ...encryptionOptions(encryption),
    ...(acl === undefined ? {} : { ACL: acl }),
    ...(tags === undefined || Object.keys(tags).length === 0 ? {} : { Tagging: taggingHeader(tags) }),
    Metadata: { ...metadata, [RUN_METADATA]: runId },
  };
}

/** For the state of a job, which belongs to no run. */
export function stateOptions({ encryption, acl }: S3Settings): WriteOptions {
  return { ...encryptionOptions(encryption), ...(acl === undefined ? {} : { ACL: acl }) };
}

function encryptionOptions(encryption: Encryption | undefined): WriteOptions {
  switch (encryption?.kind) {
    case undefined:
    case 'bucket-default':
      return {};
    case 'sse-s3':
      return { ServerSideEncryption: 'AES256' };
    case 'sse-kms': {
      const { keyId, bucketKey } = encryption;
      return {
        ServerSideEncryption: 'aws:kms',
        ...(keyId === undefined ? {} : { SSEKMSKeyId: keyId }),
        ...(bucketKey === undefined ? {} : { BucketKeyEnabled: bucketKey }),
      };
    }
  }
}

/** Tags travel as a query string: `team=data&for=a%20b`. */
function taggingHeader(tags: Tags): string {
  return Object.entries(tags)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
}

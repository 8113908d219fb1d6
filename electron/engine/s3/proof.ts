import { HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { AppError } from '../../contract/app-error.ts';
import { RUN_METADATA } from '../../contract/object-options.ts';
import type { ChecksumPolicy } from './checksum-policy.ts';
import { isForbidden, isNotFound, toDestinationError } from './dest-errors.ts';

/** What an object should be. */
export interface ExpectedObject {
  readonly bucket: string;
  readonly key: string;
  readonly bytes: number;
  readonly crc32: string;
  readonly crc64nvme?: string | undefined;
  /** Compared where it is known what it has to be. */
  readonly etag?: string | undefined;
}

/** What HEAD says about an object; undefined where there is none. */
export interface FoundObject {
  readonly bytes: number;
  readonly etag: string;
  /** CRC-32 of the whole object; undefined where the endpoint keeps none. */
  readonly crc32: string | undefined;
  readonly crc64nvme: string | undefined;
  /** The run that wrote it: tells our own object from somebody else's. */
  readonly runId: string | undefined;
  readonly modifiedAt: Date;
}

/** Where objects are looked for, and how. */
export interface Lookup {
  readonly client: S3Client;
  readonly bucket: string;
  readonly policy: ChecksumPolicy;
}

/** Asks for an object. @throws AppError of the DEST_ family, for anything but "there is none" */
export async function findObject(
  { client, bucket, policy }: Lookup,
  key: string,
  signal: AbortSignal,
): Promise<FoundObject | undefined> {
  try {
    const head = await policy.look((kind) =>
      client.send(
        new HeadObjectCommand({
          Bucket: bucket,
          Key: key,
          ...(kind === 'md5' ? {} : { ChecksumMode: 'ENABLED' }),
        }),
        { abortSignal: signal },
      ),
    );
    return {
      bytes: head.ContentLength ?? -1,
      etag: (head.ETag ?? '').replaceAll('"', ''),
      crc32: ofWhole(head.ChecksumCRC32),
      crc64nvme: ofWhole(head.ChecksumCRC64NVME),
      runId: head.Metadata?.[RUN_METADATA],
      // All servers say it; one that did not would have written everything just now.
      modifiedAt: head.LastModified ?? new Date(),
    };
  } catch (error) {
    signal.throwIfAborted();
    if (isNotFound(error)) return undefined;
    throw toDestinationError(error, `looking for ${key}`);
  }
}

/** A composite checksum ("…-3") is one of the parts' checksums and cannot be compared. */
function ofWhole(checksum: string | undefined): string | undefined {
  return checksum?.includes('-') === true ? undefined : checksum;
}

/** Like {@link findObject}; undefined also where the user may not know. */
export async function findObjectIfAllowed(
  lookup: Lookup,
  key: string,
  signal: AbortSignal,
): Promise<FoundObject | undefined> {
  try {
    return await findObject(lookup, key, signal);
  } catch (error) {
    if (error instanceof AppError && isForbidden(error.cause)) return undefined;
    throw error;
  }
}

/** Compares what is there with what was sent. @throws AppError `DEST_CHECKSUM_MISMATCH` */
export function assertIsObject(expected: ExpectedObject, found: FoundObject | undefined): void {
  const problem = difference(expected, found);
  if (problem === undefined) return;
  throw new AppError('DEST_CHECKSUM_MISMATCH', `${expected.key} is not what was sent: ${problem}.`, {
    details: { key: expected.key },
  });
}

/** True where the object is the one that this run sent, so that a lost reply can be told from a conflict. */
export function isOurs(
  expected: ExpectedObject,
  found: FoundObject | undefined,
  runId: string,
): found is FoundObject {
  return found?.runId === runId && difference(expected, found) === undefined;
}

function differ(expected: string | undefined, found: string | undefined): boolean {
  return expected !== undefined && found !== undefined && found !== expected;
}

function difference(expected: ExpectedObject, found: FoundObject | undefined): string | undefined {
  if (found === undefined) return 'it is not there';
  if (found.bytes !== expected.bytes) return `it has ${found.bytes} bytes instead of ${expected.bytes}`;
  if (found.crc32 !== undefined && found.crc32 !== expected.crc32) return 'its CRC-32 differs';
  if (differ(expected.crc64nvme, found.crc64nvme)) return 'its CRC-64 differs';
  // Some servers name an object of parts in another way than S3 does: that says nothing about its bytes.
  const sameForm = expected.etag?.includes('-') === found.etag.includes('-');
  if (sameForm && differ(expected.etag, found.etag)) return 'its ETag differs';
  return undefined;
}

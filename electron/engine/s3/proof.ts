import { HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { AppError } from '../../contract/app-error.ts';
import { RUN_METADATA } from '../../contract/object-options.ts';
import { isForbidden, isNotFound, toDestinationError } from './dest-errors.ts';

/** What an object should be. */
export interface ExpectedObject {
  readonly bucket: string;
  readonly key: string;
  readonly bytes: number;
  readonly crc32: string;
}

/** What HEAD says about an object; undefined where there is none. */
export interface FoundObject {
  readonly bytes: number;
  readonly etag: string;
  /** CRC-32 of the whole object; undefined where the endpoint keeps none. */
  readonly crc32: string | undefined;
  /** The run that wrote it: tells our own object from somebody else's. */
  readonly runId: string | undefined;
}

/** Asks for an object. @throws AppError of the DEST_ family, for anything but "there is none" */
export async function findObject(
  client: S3Client,
  bucket: string,
  key: string,
  signal: AbortSignal,
): Promise<FoundObject | undefined> {
  try {
    const head = await client.send(
      new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' }),
      {
        abortSignal: signal,
      },
    );
    return {
      bytes: head.ContentLength ?? -1,
      etag: (head.ETag ?? '').replaceAll('"', ''),
      // A composite checksum ("…-3") is one of the parts' checksums and cannot be compared.
      crc32: head.ChecksumCRC32?.includes('-') === true ? undefined : head.ChecksumCRC32,
      runId: head.Metadata?.[RUN_METADATA],
    };
  } catch (error) {
    signal.throwIfAborted();
    if (isNotFound(error)) return undefined;
    throw toDestinationError(error, `looking for ${key}`);
  }
}

/** Like {@link findObject}; undefined also where the user may not know. */
export async function findObjectIfAllowed(
  client: S3Client,
  bucket: string,
  key: string,
  signal: AbortSignal,
): Promise<FoundObject | undefined> {
  try {
    return await findObject(client, bucket, key, signal);
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

function difference(expected: ExpectedObject, found: FoundObject | undefined): string | undefined {
  if (found === undefined) return 'it is not there';
  if (found.bytes !== expected.bytes) return `it has ${found.bytes} bytes instead of ${expected.bytes}`;
  if (found.crc32 !== undefined && found.crc32 !== expected.crc32) return 'its CRC-32 differs';
  return undefined;
}

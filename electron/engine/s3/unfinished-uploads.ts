/** Uploads that will not be completed: S3 keeps their parts, and charges for them, until somebody aborts them. */
import { AbortMultipartUploadCommand, ListMultipartUploadsCommand, type S3Client } from '@aws-sdk/client-s3';
import { isForbidden, isNotFound, isNotOffered, toDestinationError, translated } from './dest-errors.ts';

/** Aborts an upload by its id; one that is gone already is fine. @throws AppError of the DEST_ family */
export async function abortUpload(
  client: S3Client,
  bucket: string,
  key: string,
  uploadId: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: uploadId }), {
      abortSignal: signal,
    });
  } catch (error) {
    if (isNotFound(error)) return;
    throw toDestinationError(error, `aborting the upload of ${key}`);
  }
}

/** Uploads older than this were begun by somebody else: our own retries come within seconds. In milliseconds. */
const RECENT_MS = 60 * 60 * 1000;

/** Which uploads of a key are meant. */
export interface UploadsOfKey {
  /** `recently`: only those that our own retries can have begun. */
  readonly since: 'ever' | 'recently';
  /** The one that stays. */
  readonly keep?: string | undefined;
}

/**
 * Aborts the uploads of exactly this key. Where the endpoint does not list uploads, or not to this user, nothing can be
 * found. @throws AppError of the DEST_ family
 */
export async function abortUploadsOf(
  client: S3Client,
  bucket: string,
  key: string,
  { since, keep }: UploadsOfKey,
  signal: AbortSignal,
): Promise<void> {
  const page = await client
    .send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: key }), { abortSignal: signal })
    .catch((error: unknown) => {
      if (isForbidden(error) || isNotOffered(error)) return undefined;
      return translated(signal, `listing the unfinished uploads of ${key}`)(error);
    });
  for (const { Key, UploadId, Initiated } of page?.Uploads ?? []) {
    if (Key !== key || UploadId === undefined || UploadId === keep) continue;
    const old = Initiated !== undefined && Date.now() - Initiated.getTime() > RECENT_MS;
    if (since === 'recently' && old) continue;
    await abortUpload(client, bucket, key, UploadId, signal);
  }
}

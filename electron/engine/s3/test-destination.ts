import { randomUUID } from 'node:crypto';
import { DeleteObjectCommand, HeadBucketCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { DestinationFacts, S3Settings } from '../../contract/destination-profile.ts';
import { AppError } from '../../contract/app-error.ts';
import { crc32Base64, crc32Of } from '../lib/crc32.ts';
import { isConflict, isForbidden, isNotFound, toDestinationError, translated } from './dest-errors.ts';
import { dataOptions } from './write-options.ts';
import { DEFAULT_PATIENCE, openS3, type S3Patience } from './s3-client.ts';

/**
 * Writes a small object under the prefix, tries to write it again on condition that it is not there, and removes it:
 * only a write proves that writing is allowed. @throws AppError that says what is wrong
 */
export async function testDestination(
  settings: S3Settings,
  secretKey: string | undefined,
  signal: AbortSignal,
  patience: S3Patience = DEFAULT_PATIENCE,
): Promise<DestinationFacts> {
  const client = openS3(settings, secretKey, patience);
  const { Metadata: _, ...options } = dataOptions(settings, {
    runId: '',
    tags: undefined,
    metadata: undefined,
  });
  try {
    await assertBucket(client, settings.bucket, signal);
    const started = performance.now();
    const key = [settings.prefix, `_sluice/test-${randomUUID()}`].filter((part) => part !== '').join('/');
    const body = Buffer.from('Sluice has tested this destination.\n');
    const put = async () =>
      await client.send(
        new PutObjectCommand({
          Bucket: settings.bucket,
          Key: key,
          Body: body,
          ContentType: 'text/plain',
          ...options,
          ChecksumCRC32: crc32Base64(crc32Of(body)),
          IfNoneMatch: '*',
        }),
        { abortSignal: signal },
      );
    const stored = await put().catch(translated(signal, `writing to ${settings.bucket}`));
    // A login page of a network answers 200 to everything as well.
    if (stored.ETag === undefined) {
      throw new AppError('DEST_REJECTED', 'The endpoint does not answer as S3 does: check its address.');
    }
    const latencyMs = Math.round(performance.now() - started);
    const conditionalWrites = await put().then(
      () => false,
      (error: unknown) => isConflict(error),
    );
    await client
      .send(new DeleteObjectCommand({ Bucket: settings.bucket, Key: key }), { abortSignal: signal })
      .catch(translated(signal, `removing the test object from ${settings.bucket}`));
    return {
      bucket: settings.bucket,
      conditionalWrites,
      checksums: stored.ChecksumCRC32 !== undefined,
      latencyMs,
    };
  } finally {
    client.destroy();
  }
}

/** HEAD answers without a body, so its 404 and 403 have to be read here. */
async function assertBucket(client: S3Client, bucket: string, signal: AbortSignal): Promise<void> {
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket }), { abortSignal: signal });
  } catch (error) {
    signal.throwIfAborted();
    if (isNotFound(error)) {
      throw new AppError('DEST_NO_BUCKET', `There is no bucket "${bucket}" at this endpoint.`, {
        cause: error,
      });
    }
    // Without s3:ListBucket, HEAD is refused even where writing is allowed: the write decides, and says more.
    if (!isForbidden(error)) throw toDestinationError(error, `looking for the bucket ${bucket}`);
  }
}

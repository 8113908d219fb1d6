/** What an endpoint knows of checksums beside the one that a run sends. Each probe replaces the object of the test. */
import { Readable } from 'node:stream';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { isForbidden, isLengthRequired, isRefusedArgument, translated } from './dest-errors.ts';
import { sumFields, sumsOf } from './running-sums.ts';

/** The object that a connection test writes. */
export interface ProbeObject {
  readonly client: S3Client;
  readonly bucket: string;
  readonly key: string;
  readonly signal: AbortSignal;
}

const BODY = Buffer.from('Sluice has tested the checksums of this destination.\n');

/** True where a checksum of this kind is taken and comes back. */
export async function probeSum(
  { client, bucket, key, signal }: ProbeObject,
  kind: 'crc32' | 'crc64nvme',
): Promise<boolean> {
  const fields = sumFields(kind, sumsOf(BODY, kind), BODY);
  try {
    const stored = await client.send(
      new PutObjectCommand({ Bucket: bucket, Key: key, Body: BODY, ...fields }),
      { abortSignal: signal },
    );
    return (kind === 'crc32' ? stored.ChecksumCRC32 : stored.ChecksumCRC64NVME) !== undefined;
  } catch (error) {
    if (isRefusedArgument(error)) return false;
    return translated(signal, `writing to ${bucket}`)(error);
  }
}

/**
 * True where a checksum behind the body is taken, as the SDK sends it for streams. Some servers refuse it, and some store
 * the framing as if it were data, which only a look at the object shows.
 */
export async function probeTrailers({ client, bucket, key, signal }: ProbeObject): Promise<boolean> {
  try {
    await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: Readable.from([BODY]),
        ContentLength: BODY.length,
        ChecksumAlgorithm: 'CRC32',
      }),
      { abortSignal: signal },
    );
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), {
      abortSignal: signal,
    });
    const found = await Body?.transformToByteArray();
    return found !== undefined && BODY.equals(found);
  } catch (error) {
    // A signature that does not agree, or a length that is missing, is how servers say that they do not know the framing.
    if (isRefusedArgument(error) || isForbidden(error) || isLengthRequired(error)) return false;
    return translated(signal, `writing to ${bucket}`)(error);
  }
}

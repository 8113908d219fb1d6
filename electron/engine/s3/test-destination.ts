import { randomUUID } from 'node:crypto';
import {
  DeleteObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { DestinationFacts, S3Settings } from '../../contract/destination-profile.ts';
import { AppError } from '../../contract/app-error.ts';
import { ChecksumPolicy } from './checksum-policy.ts';
import { isConflict, isForbidden, isNotFound, toDestinationError, translated } from './dest-errors.ts';
import { probeSum, probeTrailers, type ProbeObject } from './probe-checksums.ts';
import { sumFields, sumsOf, type SumKind } from './running-sums.ts';
import { DEFAULT_PATIENCE, openS3, type S3Patience } from './s3-client.ts';
import { assertSumsStored } from './stored-sums.ts';
import { OF_NO_OBJECT } from '../documents/state-shelf.ts';
import { matchOf } from './tag-condition.ts';
import { dataOptions } from './write-options.ts';

/**
 * Writes a small object under the prefix, as the objects of a run are written, tries to write it again on condition that
 * it is not there, and removes it: only a write proves that writing is allowed. On the way it is found out which
 * checksums the endpoint knows. @throws AppError that says what is wrong
 */
export async function testDestination(
  settings: S3Settings,
  secretKey: string | undefined,
  signal: AbortSignal,
  patience: S3Patience = DEFAULT_PATIENCE,
): Promise<DestinationFacts> {
  const client = openS3(settings, secretKey, patience);
  try {
    await assertBucket(client, settings.bucket, signal);
    const key = [settings.prefix, `_sluice/test-${randomUUID()}`].filter((part) => part !== '').join('/');
    const object: ProbeObject = { client, bucket: settings.bucket, key, signal };
    const started = performance.now();
    const policy = await write(object, settings);
    const latencyMs = Math.round(performance.now() - started);
    const facts = {
      conditionalWrites: await refusesToReplace(object, policy),
      tags: await probeTags(object, policy),
      checksums: await probeSum(object, 'crc32'),
      crc64nvme: await probeSum(object, 'crc64nvme'),
      checksumTrailers: await probeTrailers(object),
    };
    await client
      .send(new DeleteObjectCommand({ Bucket: settings.bucket, Key: key }), { abortSignal: signal })
      .catch(translated(signal, `removing the test object from ${settings.bucket}`));
    return { bucket: settings.bucket, ...facts, latencyMs };
  } finally {
    client.destroy();
  }
}

const BODY = Buffer.from('Sluice has tested this destination.\n');

/** Writes as a run does. What the endpoint knows of checksums shows in the policy. */
async function write(object: ProbeObject, settings: S3Settings): Promise<ChecksumPolicy> {
  const { client, bucket, key, signal } = object;
  const policy = new ChecksumPolicy(settings.checksum);
  const labels = { runId: 'test', tags: undefined, metadata: undefined };
  const sums = sumsOf(BODY, policy.kind);
  const { kind, stored } = await policy
    .attempt(policy.kind, async (sumKind) => ({
      kind: sumKind,
      stored: await client.send(
        new PutObjectCommand({
          ...conditionalPut(object, sumKind),
          ...dataOptions(settings, labels),
        }),
        { abortSignal: signal },
      ),
    }))
    .catch(translated(signal, `writing to ${bucket}`));
  // A login page of a network answers 200 to everything as well.
  if (stored.ETag === undefined) {
    throw new AppError('DEST_REJECTED', 'The endpoint does not answer as S3 does: check its address.');
  }
  assertSumsStored(policy, { what: key, kind, sums, body: BODY }, stored);
  return policy;
}

/** True where a second write on condition that there is nothing is refused. */
async function refusesToReplace(object: ProbeObject, policy: ChecksumPolicy): Promise<boolean> {
  const { client, signal } = object;
  return await client
    .send(new PutObjectCommand(conditionalPut(object, policy.kind)), { abortSignal: signal })
    .then(
      () => false,
      (error: unknown) => isConflict(error),
    );
}

/** What comes of replacing it on condition of its tag, which keeps two runs of a job apart. */
async function probeTags(object: ProbeObject, policy: ChecksumPolicy): Promise<DestinationFacts['tags']> {
  const { client, bucket, key, signal } = object;
  const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }), {
    abortSignal: signal,
  });
  const { IfNoneMatch: _none, ...plain } = conditionalPut(object, policy.kind);
  const takes = async (match: object) =>
    await client.send(new PutObjectCommand({ ...plain, ...match }), { abortSignal: signal }).then(
      () => true,
      (error: unknown) => {
        if (isConflict(error) || isNotFound(error)) return false;
        return translated(signal, `replacing the test object in ${bucket}`)(error);
      },
    );
  const tag = head.ETag ?? '';
  if (await takes(matchOf(OF_NO_OBJECT, 'quoted'))) return 'ignored';
  if (await takes(matchOf(tag, 'quoted'))) return 'obeyed';
  return (await takes(matchOf(tag, 'bare'))) ? 'unquoted' : 'refused';
}

function conditionalPut({ bucket, key }: ProbeObject, kind: SumKind) {
  return {
    Bucket: bucket,
    Key: key,
    Body: BODY,
    ContentType: 'text/plain',
    ...sumFields(kind, sumsOf(BODY, kind), BODY),
    IfNoneMatch: '*',
  };
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

/** A small object that is replaced on condition: of two who replace the same version, one is told that it was late. */
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { S3Settings } from '../../contract/destination-profile.ts';
import type { StoredState } from '../documents/state-shelf.ts';
import type { ChecksumPolicy } from './checksum-policy.ts';
import { isConditionFailed, isConflict, isNotFound, toDestinationError, translated } from './dest-errors.ts';
import { sumFields, sumsOf } from './running-sums.ts';
import { matchOf, nextForm, type TagCondition } from './tag-condition.ts';
import { stateOptions } from './write-options.ts';

/** Where a state lies. */
export interface StatePlace {
  readonly client: S3Client;
  readonly settings: S3Settings;
  /** How the endpoint takes tags; changed where it refuses one that is right. */
  readonly condition: TagCondition;
  /** By what the endpoint checks bodies. */
  readonly policy: ChecksumPolicy;
  readonly key: string;
}

/** Undefined where there is none. S3 has shown every write at once since 2020. @throws AppError of the DEST_ family */
export async function readStateObject(
  { client, settings, key }: Pick<StatePlace, 'client' | 'settings' | 'key'>,
  signal: AbortSignal,
): Promise<StoredState | undefined> {
  try {
    const object = await client.send(new GetObjectCommand({ Bucket: settings.bucket, Key: key }), {
      abortSignal: signal,
    });
    const text = (await object.Body?.transformToString()) ?? '';
    return { text, tag: object.ETag ?? '' };
  } catch (error) {
    signal.throwIfAborted();
    if (isNotFound(error)) return undefined;
    throw toDestinationError(error, `reading ${key}`);
  }
}

/**
 * Replaces what has this tag; without a tag, writes only where nothing is. An answer that was lost looks like a
 * conflict with oneself, so what lies there decides: every text is written once. Where it is what the tag says, the
 * endpoint has compared the tag in a way of its own: it is asked again without quotes, and then without a condition.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 * @returns the new tag; undefined where somebody else was quicker
 */
export async function replaceStateObject(
  place: StatePlace,
  text: string,
  tag: string | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { condition } = place;
  for (;;) {
    const { form } = condition;
    if (form === 'none' && tag !== undefined && (await readStateObject(place, signal))?.tag !== tag)
      return undefined;
    const stored = await put(
      place,
      text,
      tag === undefined ? { IfNoneMatch: '*' } : matchOf(tag, form),
      signal,
    );
    if (typeof stored !== 'string') return stored.tag;
    const found = await readStateObject(place, signal);
    if (found?.text === text) return found.tag;
    if (stored !== 'failed' || tag === undefined || found?.tag !== tag || form === 'none') return undefined;
    condition.form = nextForm(form);
  }
}

interface StoredTag {
  readonly tag: string;
}

/** @returns the new tag, or how it was refused: `failed` where the condition did not hold, to the endpoint */
async function put(
  { client, settings, key, policy }: StatePlace,
  text: string,
  condition: { readonly IfMatch?: string; readonly IfNoneMatch?: string },
  signal: AbortSignal,
): Promise<StoredTag | 'failed' | 'conflict'> {
  const body = Buffer.from(text);
  const sums = sumsOf(body, policy.kind);
  try {
    const stored = await policy.attempt(policy.kind, async (kind) =>
      client.send(
        new PutObjectCommand({
          Bucket: settings.bucket,
          Key: key,
          Body: body,
          ContentType: 'application/json',
          ...stateOptions(settings),
          ...sumFields(kind, sums, body),
          ...condition,
        }),
        { abortSignal: signal },
      ),
    );
    return { tag: stored.ETag ?? '' };
  } catch (error) {
    signal.throwIfAborted();
    // What was to be replaced has gone: a 404 is then the answer of an endpoint that knows conditions.
    if (isConflict(error) || (condition.IfMatch !== undefined && isNotFound(error)))
      return isConditionFailed(error) ? 'failed' : 'conflict';
    return translated(signal, `writing ${key}`)(error);
  }
}

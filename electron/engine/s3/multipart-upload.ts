/**
 * One multipart upload: S3's verbs for it, and what a lost reply to each of them means.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
 */
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListPartsCommand,
  UploadPartCommand,
  type CompletedPart,
} from '@aws-sdk/client-s3';
import { AppError } from '../../contract/app-error.ts';
import type { CreateObject } from '../ports.ts';
import type { StoredSums } from './checksum-policy.ts';
import {
  isConflict,
  isForbidden,
  isNotFound,
  isNotOffered,
  toDestinationError,
  translated,
  wasAnswered,
} from './dest-errors.ts';
import { abortUploadsOf } from './unfinished-uploads.ts';
import { untilAnswered } from './until-answered.ts';
import { findObject, isOurs, type ExpectedObject, type FoundObject, type Lookup } from './proof.ts';
import {
  joinSums,
  sumFields,
  withMd5,
  type ObjectSums,
  type PartSums,
  type SumKind,
} from './running-sums.ts';
import { assertSumsStored } from './stored-sums.ts';
import type { WriteOptions } from './write-options.ts';

/** A part that S3 has confirmed. */
interface UploadedPart {
  readonly number: number;
  readonly sums: PartSums;
  readonly completed: CompletedPart;
}

/** What the endpoint said when an upload was begun. */
interface BegunUpload {
  readonly uploadId: string;
  readonly kind: SumKind;
  readonly fullObject: boolean;
}

/** Hears of what S3 has refused, or has not answered. */
export interface UploadOutcome {
  /** S3 may have begun an upload although its answer never came. */
  onUncertain(key: string): void;
  /** S3 may still make something, although nobody waits for its answer any more. */
  onUnanswered(key: string): void;
  /** S3 has said no. */
  onRefused(): void;
}

export class MultipartUpload {
  readonly uploadId: string;
  readonly #place: Lookup;
  readonly #object: CreateObject;
  readonly #outcome: UploadOutcome;
  readonly #parts: UploadedPart[] = [];
  /** What parts are sent with. */
  #kind: SumKind;
  /** True where the endpoint counts a checksum of the whole object from those of the parts. */
  readonly #fullObject: boolean;

  private constructor(place: Lookup, object: CreateObject, outcome: UploadOutcome, begun: BegunUpload) {
    this.#place = place;
    this.#object = object;
    this.#outcome = outcome;
    this.uploadId = begun.uploadId;
    this.#kind = begun.kind;
    this.#fullObject = begun.fullObject;
  }

  /**
   * Begins an upload. Unlike every other verb this one is not idempotent: a reply that is lost leaves an upload whose
   * id nobody knows, and that costs money until somebody finds it. After a retry it is looked for and aborted; when
   * the attempts have all failed, `outcome` is told whether there may be one.
   * @throws AppError of the DEST_ family
   */
  static async begin(
    place: Lookup,
    object: CreateObject,
    options: WriteOptions,
    signal: AbortSignal,
    outcome: UploadOutcome,
  ): Promise<MultipartUpload> {
    const { client, bucket, policy } = place;
    const { created, kind } = await policy
      .attempt(policy.kind, async (sumKind) => ({
        kind: sumKind,
        created: await untilAnswered(
          signal,
          (abortSignal) =>
            client.send(
              new CreateMultipartUploadCommand({
                Bucket: bucket,
                Key: object.key,
                ContentType: object.contentType,
                ...options,
                ...algorithmFields(sumKind),
              }),
              { abortSignal },
            ),
          () => outcome.onUnanswered(object.key),
        ),
      }))
      .catch((error: unknown) => {
        if (wasAnswered(error)) outcome.onRefused();
        else outcome.onUncertain(object.key);
        return translated(signal, `beginning the upload of ${object.key}`)(error);
      });
    if (created.UploadId === undefined) {
      throw new AppError('DEST_REJECTED', `The endpoint gave no id for the upload of ${object.key}.`);
    }
    // Without an answer to the algorithm, the checksums of the parts would be sent to somebody who does not look.
    if (kind !== 'md5' && created.ChecksumAlgorithm === undefined) policy.ignored();
    const upload = new MultipartUpload(place, object, outcome, {
      uploadId: created.UploadId,
      kind: policy.kind === 'md5' ? 'md5' : kind,
      fullObject: created.ChecksumType === 'FULL_OBJECT',
    });
    if ((created.$metadata.attempts ?? 1) > 1) {
      const others = { since: 'recently', keep: created.UploadId } as const;
      await abortUploadsOf(client, bucket, object.key, others, signal).catch((error: unknown) => {
        // Nobody is told of this one any more either.
        outcome.onUncertain(object.key);
        throw error;
      });
    }
    return upload;
  }

  /** Stores a part. The body must not change until this is over. @throws AppError of the DEST_ family */
  async put(part: number, body: Buffer, sums: PartSums, signal: AbortSignal): Promise<void> {
    const { client, policy } = this.#place;
    const what = `Part ${part} of ${this.#object.key}`;
    const { stored, kind } = await policy
      .attempt(this.#kind, async (sumKind) => ({
        kind: sumKind,
        stored: await client.send(
          new UploadPartCommand({
            ...this.#address(),
            PartNumber: part,
            Body: body,
            ...sumFields(sumKind, sums, body),
          }),
          { abortSignal: signal },
        ),
      }))
      .catch(translated(signal, `storing part ${part} of ${this.#object.key}`));
    this.#kind = kind;
    assertSumsStored(policy, { what, kind, sums, body }, stored);
    this.#parts.push({
      number: part,
      sums: kind === 'md5' ? withMd5(sums, body) : sums,
      completed: completedPart(part, stored),
    });
  }

  /**
   * Makes the object, after S3 has been asked what parts it has. A reply that is lost looks like an upload that is
   * gone (404) or an object that exists (412): then the object itself is asked whose it is.
   * Gives what the object has to be now. @throws AppError of the DEST_ family
   */
  async complete(signal: AbortSignal): Promise<ExpectedObject> {
    this.#parts.sort((a, b) => a.number - b.number);
    await this.#assertPartsStored(signal);
    const { client, policy } = this.#place;
    const parts = this.#parts.map(({ sums }) => sums);
    const whole = joinSums(parts, true, policy.etagIsMd5);
    const expected = { bucket: this.#place.bucket, key: this.#object.key, ...whole };
    try {
      await policy.attempt(this.#kind, (kind) =>
        untilAnswered(
          signal,
          (abortSignal) =>
            client.send(
              new CompleteMultipartUploadCommand({
                ...this.#address(),
                MultipartUpload: { Parts: this.#parts.map(({ completed }) => completed) },
                ...(this.#fullObject ? wholeFields(kind, whole) : {}),
                ...(this.#object.overwrite ? {} : { IfNoneMatch: '*' }),
              }),
              { abortSignal },
            ),
          () => this.#outcome.onUnanswered(this.#object.key),
        ),
      );
    } catch (error) {
      signal.throwIfAborted();
      const found = await this.#foundAfter(error, expected, signal);
      if (found === undefined) throw toDestinationError(error, `completing ${this.#object.key}`);
    }
    return expected;
  }

  async #foundAfter(
    error: unknown,
    expected: ExpectedObject,
    signal: AbortSignal,
  ): Promise<FoundObject | undefined> {
    if (!isNotFound(error) && !isConflict(error)) return undefined;
    const found = await findObject(this.#place, this.#object.key, signal);
    return isOurs(expected, found, this.#object.runId) ? found : undefined;
  }

  /**
   * A part that was cut short on its way would otherwise show only when the object is there for all to see. Where the
   * endpoint does not list parts, or not to this user, the look at the finished object has to do.
   */
  async #assertPartsStored(signal: AbortSignal): Promise<void> {
    const stored = await this.#storedSizes(signal);
    if (stored === undefined) return;
    for (const { number, sums } of this.#parts) {
      const { bytes } = sums;
      const size = stored.get(number);
      if (size === bytes) continue;
      throw new AppError(
        'DEST_CHECKSUM_MISMATCH',
        `Part ${number} of ${this.#object.key} has ${size ?? 0} bytes at the destination instead of ${bytes}.`,
        { details: { part: number, sent: bytes, stored: size ?? 0 } },
      );
    }
  }

  /** Bytes of each part that S3 has, by number; undefined where it does not say. */
  async #storedSizes(signal: AbortSignal): Promise<ReadonlyMap<number, number> | undefined> {
    const sizes = new Map<number, number>();
    let marker: string | undefined;
    try {
      do {
        const page = await this.#place.client.send(
          new ListPartsCommand({ ...this.#address(), PartNumberMarker: marker }),
          { abortSignal: signal },
        );
        for (const part of page.Parts ?? []) sizes.set(part.PartNumber ?? 0, part.Size ?? -1);
        marker = page.IsTruncated === true ? page.NextPartNumberMarker : undefined;
      } while (marker !== undefined);
    } catch (error) {
      signal.throwIfAborted();
      if (isForbidden(error) || isNotOffered(error)) return undefined;
      throw toDestinationError(error, `listing the parts of ${this.#object.key}`);
    }
    return sizes;
  }

  #address() {
    return { Bucket: this.#place.bucket, Key: this.#object.key, UploadId: this.uploadId };
  }
}

const ALGORITHMS = { crc32: 'CRC32', crc64nvme: 'CRC64NVME' } as const;

function algorithmFields(kind: SumKind) {
  if (kind === 'md5') return {};
  return { ChecksumAlgorithm: ALGORITHMS[kind], ChecksumType: 'FULL_OBJECT' as const };
}

/** The checksum of the whole object, for the completion. */
function wholeFields(kind: SumKind, { crc32, crc64nvme }: ObjectSums) {
  if (kind === 'md5') return {};
  return {
    ChecksumType: 'FULL_OBJECT' as const,
    ...(kind === 'crc32' ? { ChecksumCRC32: crc32 } : { ChecksumCRC64NVME: crc64nvme }),
  };
}

function completedPart(
  number: number,
  { ETag, ChecksumCRC32, ChecksumCRC64NVME }: StoredSums,
): CompletedPart {
  return { PartNumber: number, ETag, ChecksumCRC32, ChecksumCRC64NVME };
}

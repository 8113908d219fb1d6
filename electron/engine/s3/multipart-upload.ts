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
  type S3Client,
} from '@aws-sdk/client-s3';
import { AppError } from '../../contract/app-error.ts';
import { crc32Base64, crc32Of } from '../lib/crc32.ts';
import type { CreateObject } from '../ports.ts';
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
import { findObject, isOurs, type ExpectedObject, type FoundObject } from './proof.ts';
import type { WriteOptions } from './write-options.ts';

/** A part that S3 has confirmed. */
interface UploadedPart {
  readonly number: number;
  readonly bytes: number;
  readonly completed: CompletedPart;
}

/** Hears of an upload that could not be begun. */
export interface BeginOutcome {
  /** S3 may have begun it although its answer never came. */
  onUncertain(key: string): void;
  /** S3 has said no. */
  onRefused(): void;
}

export class MultipartUpload {
  readonly uploadId: string;
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #object: CreateObject;
  readonly #parts: UploadedPart[] = [];

  private constructor(client: S3Client, bucket: string, object: CreateObject, uploadId: string) {
    this.#client = client;
    this.#bucket = bucket;
    this.#object = object;
    this.uploadId = uploadId;
  }

  /**
   * Begins an upload. Unlike every other verb this one is not idempotent: a reply that is lost leaves an upload whose
   * id nobody knows, and that costs money until somebody finds it. After a retry it is looked for and aborted; when
   * the attempts have all failed, `outcome` is told whether there may be one.
   * @throws AppError of the DEST_ family
   */
  static async begin(
    client: S3Client,
    bucket: string,
    object: CreateObject,
    options: WriteOptions,
    signal: AbortSignal,
    outcome: BeginOutcome,
  ): Promise<MultipartUpload> {
    const created = await client
      .send(
        new CreateMultipartUploadCommand({
          Bucket: bucket,
          Key: object.key,
          ContentType: object.contentType,
          ...options,
          ChecksumAlgorithm: 'CRC32',
          ChecksumType: 'FULL_OBJECT',
        }),
        { abortSignal: signal },
      )
      .catch((error: unknown) => {
        if (wasAnswered(error)) outcome.onRefused();
        else outcome.onUncertain(object.key);
        return translated(signal, `beginning the upload of ${object.key}`)(error);
      });
    if (created.UploadId === undefined) {
      throw new AppError('DEST_REJECTED', `The endpoint gave no id for the upload of ${object.key}.`);
    }
    const upload = new MultipartUpload(client, bucket, object, created.UploadId);
    if ((created.$metadata.attempts ?? 1) > 1) {
      await abortUploadsOf(client, bucket, object.key, created.UploadId, signal);
    }
    return upload;
  }

  /** Stores a part. The body must not change until this is over. @throws AppError of the DEST_ family */
  async put(part: number, body: Buffer, signal: AbortSignal): Promise<void> {
    const crc32 = crc32Base64(crc32Of(body));
    const stored = await this.#client
      .send(
        new UploadPartCommand({ ...this.#address(), PartNumber: part, Body: body, ChecksumCRC32: crc32 }),
        { abortSignal: signal },
      )
      .catch(translated(signal, `storing part ${part} of ${this.#object.key}`));
    if (stored.ChecksumCRC32 !== undefined && stored.ChecksumCRC32 !== crc32) {
      throw new AppError(
        'DEST_CHECKSUM_MISMATCH',
        `Part ${part} of ${this.#object.key} was stored with another CRC-32.`,
      );
    }
    this.#parts.push({
      number: part,
      bytes: body.length,
      completed: { PartNumber: part, ETag: stored.ETag, ChecksumCRC32: stored.ChecksumCRC32 },
    });
  }

  /**
   * Makes the object, after S3 has been asked what parts it has. A reply that is lost looks like an upload that is
   * gone (404) or an object that exists (412): then the object itself is asked whose it is.
   * @throws AppError of the DEST_ family
   */
  async complete(expected: ExpectedObject, signal: AbortSignal): Promise<void> {
    this.#parts.sort((a, b) => a.number - b.number);
    await this.#assertPartsStored(signal);
    try {
      await this.#client.send(
        new CompleteMultipartUploadCommand({
          ...this.#address(),
          MultipartUpload: { Parts: this.#parts.map(({ completed }) => completed) },
          ChecksumCRC32: expected.crc32,
          ChecksumType: 'FULL_OBJECT',
          ...(this.#object.overwrite ? {} : { IfNoneMatch: '*' }),
        }),
        { abortSignal: signal },
      );
    } catch (error) {
      signal.throwIfAborted();
      const found = await this.#foundAfter(error, expected, signal);
      if (found === undefined) throw toDestinationError(error, `completing ${this.#object.key}`);
    }
  }

  async #foundAfter(
    error: unknown,
    expected: ExpectedObject,
    signal: AbortSignal,
  ): Promise<FoundObject | undefined> {
    if (!isNotFound(error) && !isConflict(error)) return undefined;
    const found = await findObject(this.#client, this.#bucket, this.#object.key, signal);
    return isOurs(expected, found, this.#object.runId) ? found : undefined;
  }

  /**
   * A part that was cut short on its way would otherwise show only when the object is there for all to see. Where the
   * endpoint does not list parts, or not to this user, the look at the finished object has to do.
   */
  async #assertPartsStored(signal: AbortSignal): Promise<void> {
    const stored = await this.#storedSizes(signal);
    if (stored === undefined) return;
    for (const { number, bytes } of this.#parts) {
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
        const page = await this.#client.send(
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
    return { Bucket: this.#bucket, Key: this.#object.key, UploadId: this.uploadId };
  }
}

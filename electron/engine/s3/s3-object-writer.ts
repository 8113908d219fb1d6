/**
 * Writes one object: a single PutObject while it fits into one part, a multipart upload from then on.
 *
 * Memory: the parts on their way and the one being filled, all from one pool (see part-plan.ts). `write` waits while
 * every place is taken, which is where back-pressure begins.
 */
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { AppError } from '../../contract/app-error.ts';
import type { WrittenObject } from '../../contract/run.ts';
import { crc32Base64, crc32Of } from '../lib/crc32.ts';
import type { CreateObject, ObjectWriter, SinkObserver } from '../ports.ts';
import { isConflict, toDestinationError, wasAnswered } from './dest-errors.ts';
import { MultipartUpload } from './multipart-upload.ts';
import type { PartBuffers } from './part-buffer.ts';
import { MAX_OBJECT_BYTES, MAX_PARTS, partBytes, partsInFlight } from './part-plan.ts';
import { assertIsObject, findObject, isOurs, type ExpectedObject } from './proof.ts';
import type { WriteOptions } from './write-options.ts';

/** What a writer works with; the same for all objects of a run. */
export interface WriterContext {
  readonly client: S3Client;
  readonly bucket: string;
  readonly buffers: PartBuffers;
  /** How S3 is to keep the object. */
  readonly options: WriteOptions;
  readonly observer: SinkObserver;
  /** Told of a key for which S3 may have begun an upload although its answer never came. */
  readonly onUncertain: (key: string) => void;
  readonly signal: AbortSignal;
}

export class S3ObjectWriter implements ObjectWriter {
  readonly #context: WriterContext;
  readonly #object: CreateObject;
  readonly #inFlight = new Set<Promise<void>>();
  /** Fires when one part fails, so that the others do not go on in vain. */
  readonly #broken = new AbortController();
  readonly #signal: AbortSignal;
  #upload: MultipartUpload | undefined;
  #part = 1;
  #buffer: Buffer;
  #filled = 0;
  #bytes = 0;
  #crc = 0;

  constructor(object: CreateObject, context: WriterContext) {
    this.#object = object;
    this.#context = context;
    this.#signal = AbortSignal.any([context.signal, this.#broken.signal]);
    this.#buffer = context.buffers.take(partBytes(1));
  }

  get bytes(): number {
    return this.#bytes;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#signal.throwIfAborted();
    this.#crc = crc32Of(bytes, this.#crc);
    this.#bytes += bytes.length;
    if (this.#bytes > MAX_OBJECT_BYTES) {
      throw new AppError(
        'DEST_PART_LIMIT',
        `${this.#object.key} would be larger than S3 takes for one object.`,
      );
    }
    for (let at = 0; at < bytes.length;) {
      // A full part is sent only when more comes: an object that fits into one part needs no multipart upload.
      if (this.#filled === this.#buffer.length) await this.#sendPart();
      const count = Math.min(bytes.length - at, this.#buffer.length - this.#filled);
      this.#buffer.set(bytes.subarray(at, at + count), this.#filled);
      this.#filled += count;
      at += count;
    }
  }

  async complete(rows: number): Promise<WrittenObject> {
    const { client, bucket, signal } = this.#context;
    const expected: ExpectedObject = {
      bucket,
      key: this.#object.key,
      bytes: this.#bytes,
      crc32: crc32Base64(this.#crc),
    };
    if (this.#upload === undefined) {
      await this.#putWhole(expected);
    } else {
      if (this.#filled > 0) await this.#sendPart();
      await Promise.all(this.#inFlight);
      this.#signal.throwIfAborted();
      await this.#upload.complete(expected, signal);
    }
    this.#context.buffers.give(this.#buffer);
    const found = await findObject(client, bucket, this.#object.key, signal);
    assertIsObject(expected, found);
    return {
      key: this.#object.key,
      uri: `s3://${bucket}/${this.#object.key}`,
      rows,
      bytes: this.#bytes,
      etag: found?.etag ?? '',
      crc32: expected.crc32,
    };
  }

  /** Starts the upload of the part that is full, and waits for a place for the next one. */
  async #sendPart(): Promise<void> {
    if (this.#part > MAX_PARTS) {
      throw new AppError('DEST_PART_LIMIT', `${this.#object.key} needs more than ${MAX_PARTS} parts.`);
    }
    const upload = (this.#upload ??= await this.#begin());
    const sending = this.#put(upload, this.#part, this.#buffer, this.#filled);
    this.#inFlight.add(sending);
    // Whoever waits for a place hears of the failure through the signal, so this must not be unhandled.
    void sending.catch(() => undefined).finally(() => this.#inFlight.delete(sending));
    while (this.#inFlight.size > partsInFlight(this.#part)) await Promise.race(this.#inFlight);
    this.#signal.throwIfAborted();
    this.#part++;
    this.#filled = 0;
    this.#buffer = this.#context.buffers.take(partBytes(Math.min(this.#part, MAX_PARTS)));
  }

  async #begin(): Promise<MultipartUpload> {
    const { client, bucket, options, signal, observer, onUncertain } = this.#context;
    await observer.onWriting();
    const upload = await MultipartUpload.begin(client, bucket, this.#object, options, signal, {
      onUncertain,
      onRefused: () => observer.onRefused(),
    });
    await observer.onUploadOpened({ key: this.#object.key, uploadId: upload.uploadId });
    return upload;
  }

  async #put(upload: MultipartUpload, part: number, buffer: Buffer, filled: number): Promise<void> {
    const { observer, buffers } = this.#context;
    observer.onPartStarted();
    try {
      await upload.put(part, buffer.subarray(0, filled), this.#signal);
      buffers.give(buffer);
      observer.onPartUploaded(filled);
    } catch (error) {
      this.#broken.abort(error);
      throw error;
    }
  }

  async #putWhole(expected: ExpectedObject): Promise<void> {
    const { client, bucket, options, signal, observer } = this.#context;
    const { key, runId, overwrite, contentType } = this.#object;
    await observer.onWriting();
    observer.onPartStarted();
    try {
      await client.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body: this.#buffer.subarray(0, this.#filled),
          ContentType: contentType,
          ...options,
          ChecksumCRC32: expected.crc32,
          ...(overwrite ? {} : { IfNoneMatch: '*' }),
        }),
        { abortSignal: signal },
      );
    } catch (error) {
      signal.throwIfAborted();
      // A reply that was lost makes the SDK ask again, and the second answer is a conflict with ourselves.
      const ours =
        isConflict(error) && isOurs(expected, await findObject(client, bucket, key, signal), runId);
      if (!ours) {
        if (wasAnswered(error)) observer.onRefused();
        throw toDestinationError(error, `storing ${key}`);
      }
    }
    observer.onPartUploaded(this.#filled);
  }
}

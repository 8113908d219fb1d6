/**
 * Writes one object: a single PutObject while it fits into one part, a multipart upload from then on.
 *
 * Memory: the part that is being filled (of an object of one piece, all of it), and those on their way, which share a
 * budget with the other objects of the run (see part-budget.ts). `write` waits while it is used up, which is where back-pressure begins.
 */
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { AppError } from '../../contract/app-error.ts';
import type { WrittenObject } from '../../contract/run.ts';
import type { CreateObject, ObjectWriter, SinkObserver } from '../ports.ts';
import { isConflict, toDestinationError, wasAnswered } from './dest-errors.ts';
import { MultipartUpload } from './multipart-upload.ts';
import type { PartBudget } from './part-budget.ts';
import type { PartBuffers } from './part-buffer.ts';
import { MAX_OBJECT_BYTES, MAX_PARTS, planParts, type PartPlan } from './part-plan.ts';
import { assertIsObject, findObject, isOurs, type ExpectedObject, type Lookup } from './proof.ts';
import { joinSums, RunningSums, sumFields, withMd5, type PartSums } from './running-sums.ts';
import { assertSumsStored } from './stored-sums.ts';
import { untilAnswered } from './until-answered.ts';
import type { WriteOptions } from './write-options.ts';

/** What a writer works with; the same for all objects of a run. */
export interface WriterContext extends Lookup {
  readonly buffers: PartBuffers;
  /** How S3 is to keep the object. */
  readonly options: WriteOptions;
  readonly budget: PartBudget;
  readonly observer: SinkObserver;
  /** Told of a key for which S3 may have begun an upload although its answer never came. */
  readonly onUncertain: (key: string) => void;
  /** Told of a key that S3 may still make something of, although nobody waits for its answer any more. */
  readonly onUnanswered: (key: string) => void;
  readonly signal: AbortSignal;
}

export class S3ObjectWriter implements ObjectWriter {
  readonly #context: WriterContext;
  readonly #object: CreateObject;
  readonly #inFlight = new Set<Promise<void>>();
  /** Fires when one part fails, so that the others do not go on in vain. */
  readonly #broken = new AbortController();
  readonly #signal: AbortSignal;
  readonly #plan: PartPlan;
  #upload: MultipartUpload | undefined;
  #part = 1;
  /** What is being filled; undefined while there is nothing to put into it. */
  #buffer: Buffer | undefined;
  #filled = 0;
  /** Of what is in the buffer. Those of the object follow from those of its parts. */
  #sums: RunningSums;
  #bytes = 0;

  constructor(object: CreateObject, context: WriterContext) {
    this.#object = object;
    this.#context = context;
    this.#signal = AbortSignal.any([context.signal, this.#broken.signal]);
    this.#plan = planParts(object.expectedBytes);
    this.#sums = new RunningSums(context.policy.kind);
  }

  get bytes(): number {
    return this.#bytes;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#signal.throwIfAborted();
    this.#bytes += bytes.length;
    if (this.#bytes > MAX_OBJECT_BYTES) {
      throw new AppError(
        'DEST_PART_LIMIT',
        `${this.#object.key} would be larger than S3 takes for one object.`,
      );
    }
    for (let at = 0; at < bytes.length;) {
      // A full part is sent only when more comes: an object that fits into one part needs no multipart upload.
      if (this.#filled === this.#buffer?.length) await this.#sendPart(this.#buffer);
      const buffer = (this.#buffer ??= await this.#takeBuffer());
      const count = Math.min(bytes.length - at, buffer.length - this.#filled);
      const piece = bytes.subarray(at, at + count);
      buffer.set(piece, this.#filled);
      this.#sums.update(piece);
      this.#filled += count;
      at += count;
    }
  }

  async complete(rows: number): Promise<WrittenObject> {
    const { bucket, policy, signal, buffers } = this.#context;
    const { key } = this.#object;
    let expected: ExpectedObject;
    if (this.#upload === undefined) {
      expected = await this.#putWhole();
    } else {
      if (this.#buffer !== undefined) await this.#sendPart(this.#buffer);
      await Promise.all(this.#inFlight);
      this.#signal.throwIfAborted();
      expected = await this.#upload.complete(signal);
    }
    if (this.#buffer !== undefined) buffers.give(this.#buffer);
    const found = await findObject(this.#context, key, signal);
    assertIsObject(expected, found);
    const { bytes, crc32, crc64nvme } = expected;
    return {
      key,
      uri: `s3://${bucket}/${key}`,
      rows,
      bytes,
      etag: found?.etag ?? '',
      crc32,
      ...(policy.kind === 'crc64nvme' && crc64nvme !== undefined ? { crc64nvme } : {}),
    };
  }

  async abandon(): Promise<void> {
    this.#broken.abort(new Error('The object was given up.'));
    await Promise.allSettled(this.#inFlight);
  }

  /** @throws AppError `DEST_PART_LIMIT` */
  async #takeBuffer(): Promise<Buffer> {
    if (this.#part > MAX_PARTS) {
      throw new AppError('DEST_PART_LIMIT', `${this.#object.key} needs more than ${MAX_PARTS} parts.`);
    }
    const bytes = this.#plan.bytes(this.#part);
    const { buffers, budget } = this.#context;
    // With one on its way, the memory of a second lets one be sent while the other is filled.
    return await buffers.take(bytes, budget.used > bytes);
  }

  /** Waits until what is in the buffer may go on its way, and starts its upload. */
  async #sendPart(buffer: Buffer): Promise<void> {
    const upload = (this.#upload ??= await this.#begin());
    await this.#context.budget.take(this.#filled, this.#signal);
    const sending = this.#put(upload, this.#part, buffer, this.#sums.digest());
    this.#buffer = undefined;
    this.#inFlight.add(sending);
    // Whoever waits for a place hears of the failure through the signal, so this must not be unhandled.
    void sending.catch(() => undefined).finally(() => this.#inFlight.delete(sending));
    this.#part++;
    this.#filled = 0;
    this.#sums = new RunningSums(this.#context.policy.kind);
  }

  async #begin(): Promise<MultipartUpload> {
    const { options, signal, observer, onUncertain, onUnanswered } = this.#context;
    await observer.onWriting();
    const upload = await MultipartUpload.begin(this.#context, this.#object, options, signal, {
      onUncertain,
      onUnanswered,
      onRefused: () => observer.onRefused(),
    });
    await observer.onUploadOpened({ key: this.#object.key, uploadId: upload.uploadId });
    return upload;
  }

  async #put(upload: MultipartUpload, part: number, buffer: Buffer, sums: PartSums): Promise<void> {
    const { observer, buffers, budget } = this.#context;
    observer.onPartStarted();
    try {
      await upload.put(part, buffer.subarray(0, sums.bytes), sums, this.#signal);
      // Not after a failure: a request that was broken off may still look at it.
      buffers.give(buffer);
      observer.onPartUploaded(sums.bytes);
    } catch (error) {
      this.#broken.abort(error);
      throw error;
    } finally {
      budget.give(sums.bytes);
    }
  }

  async #putWhole(): Promise<ExpectedObject> {
    const { bucket, policy, signal, observer } = this.#context;
    const { key, runId } = this.#object;
    const body = this.#buffer?.subarray(0, this.#filled) ?? Buffer.alloc(0);
    const part = this.#sums.digest();
    const expectedOf = (sums: PartSums): ExpectedObject => ({
      bucket,
      key,
      ...joinSums([sums], false, policy.etagIsMd5),
    });
    await observer.onWriting();
    observer.onPartStarted();
    try {
      await this.#putOnce(body, part);
    } catch (error) {
      signal.throwIfAborted();
      // A reply that was lost makes the SDK ask again, and the second answer is a conflict with ourselves.
      const found = isConflict(error) ? await findObject(this.#context, key, signal) : undefined;
      if (!isOurs(expectedOf(part), found, runId)) {
        if (wasAnswered(error)) observer.onRefused();
        throw toDestinationError(error, `storing ${key}`);
      }
    }
    observer.onPartUploaded(this.#filled);
    return expectedOf(policy.kind === 'md5' ? withMd5(part, body) : part);
  }

  async #putOnce(body: Buffer, sums: PartSums): Promise<void> {
    const { client, bucket, policy, options, signal, onUnanswered } = this.#context;
    const { key, overwrite, contentType } = this.#object;
    const { kind, stored } = await policy.attempt(policy.kind, async (sumKind) => ({
      kind: sumKind,
      stored: await untilAnswered(
        signal,
        (abortSignal) =>
          client.send(
            new PutObjectCommand({
              Bucket: bucket,
              Key: key,
              Body: body,
              ContentType: contentType,
              ...options,
              ...sumFields(sumKind, sums, body),
              ...(overwrite ? {} : { IfNoneMatch: '*' }),
            }),
            { abortSignal },
          ),
        () => onUnanswered(key),
      ),
    }));
    assertSumsStored(policy, { what: key, kind, sums, body }, stored);
  }
}

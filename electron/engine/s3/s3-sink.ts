/** A prefix of a bucket as a place for objects. */
import {
  DeleteObjectCommand,
  GetObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { AppError } from '../../contract/app-error.ts';
import type { S3Settings } from '../../contract/destination-profile.ts';
import type { Manifest } from '../../contract/manifest.ts';
import type { WrittenObject } from '../../contract/run.ts';
import { readManifest } from '../lib/read-manifest.ts';
import type { CreateObject, Debris, ObjectSink, ObjectWriter, SinkObserver } from '../ports.ts';
import type { StoredState } from '../documents/state-shelf.ts';
import { ChecksumPolicy } from './checksum-policy.ts';
import { isConflict, isNotFound, toDestinationError, translated } from './dest-errors.ts';
import { abortUpload, abortUploadsOf } from './unfinished-uploads.ts';
import { PartBudget } from './part-budget.ts';
import { PartBuffers } from './part-buffer.ts';
import { IN_FLIGHT_BYTES } from './part-plan.ts';
import { assertIsObject, findObject, findObjectIfAllowed, isOurs, type Lookup } from './proof.ts';
import { joinSums, sumFields, sumsOf } from './running-sums.ts';
import { assertSumsStored } from './stored-sums.ts';
import { DEFAULT_PATIENCE, openS3, type S3Patience } from './s3-client.ts';
import { S3ObjectWriter } from './s3-object-writer.ts';
import type { TagCondition } from './tag-condition.ts';
import { readStateObject, replaceStateObject, type StatePlace } from './state-object.ts';
import { untilAnswered } from './until-answered.ts';
import { dataOptions, manifestOptions } from './write-options.ts';

/** What a killed capture leaves can be hundreds of keys, and the next one begins when they are gone. */
const REMOVED_AT_ONCE = 8;

export class S3Sink implements ObjectSink {
  readonly label: string;
  readonly prefix: string;
  readonly #settings: S3Settings;
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #lookup: Lookup;
  /** Who is told of what the endpoint lacks: whoever has asked for an object last. */
  #observer: SinkObserver | undefined;
  readonly #buffers = new PartBuffers();
  readonly #budget = new PartBudget(IN_FLIGHT_BYTES);
  /** How the endpoint takes the tag of a state; found out with the first one that it refuses. */
  readonly #condition: TagCondition = { form: 'quoted' };
  /** Keys for which an upload may have been begun without our hearing of it. */
  readonly #uncertainKeys = new Set<string>();
  /** Keys of which S3 may still make something, although nobody waits for its answer any more. */
  readonly #unansweredKeys = new Set<string>();

  constructor(
    settings: S3Settings,
    secretKey: string | undefined,
    patience: S3Patience = DEFAULT_PATIENCE,
    sessionToken?: string,
  ) {
    this.#settings = settings;
    this.#client = openS3(settings, secretKey, patience, sessionToken);
    this.#bucket = settings.bucket;
    const policy = new ChecksumPolicy(settings.checksum, (message) => this.#observer?.onNote?.(message));
    this.#lookup = { client: this.#client, bucket: this.#bucket, policy };
    this.prefix = settings.prefix;
    this.label =
      settings.prefix === '' ? `s3://${settings.bucket}` : `s3://${settings.bucket}/${settings.prefix}`;
  }

  uriOf(key: string): string {
    return `s3://${this.#bucket}/${key}`;
  }

  async create(object: CreateObject, observer: SinkObserver, signal: AbortSignal): Promise<ObjectWriter> {
    this.#observer = observer;
    // Asked at once, so that an hour of reading does not end with "exists already". The condition on the write itself
    // is what holds when two runs begin together.
    const look = !object.overwrite && object.unseen !== true;
    if (look && (await findObjectIfAllowed(this.#lookup, object.key, signal)) !== undefined) {
      throw new AppError('DEST_OBJECT_EXISTS', `There is an object ${this.uriOf(object.key)} already.`, {
        details: { key: object.key },
      });
    }
    // An attempt before this one may have begun an upload whose id never came.
    if (this.#uncertainKeys.has(object.key)) {
      await abortUploadsOf(this.#client, this.#bucket, object.key, { since: 'recently' }, signal);
      this.#uncertainKeys.delete(object.key);
    }
    const { runId, tags, metadata } = object;
    return new S3ObjectWriter(object, {
      options: dataOptions(this.#settings, { runId, tags, metadata }),
      ...this.#lookup,
      buffers: this.#buffers,
      budget: this.#budget,
      onUncertain: (key) => this.#uncertainKeys.add(key),
      onUnanswered: (key) => this.#unansweredKeys.add(key),
      observer,
      signal,
    });
  }

  async verify(objects: readonly WrittenObject[], signal: AbortSignal): Promise<void> {
    for (const object of objects) {
      const found = await findObject(this.#lookup, object.key, signal);
      assertIsObject({ bucket: this.#bucket, ...object }, found);
    }
  }

  async putManifest(key: string, manifest: Manifest, signal: AbortSignal): Promise<void> {
    const body = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
    const { policy } = this.#lookup;
    const { runId, spec } = manifest;
    const sums = sumsOf(body, policy.kind);
    const expected = { bucket: this.#bucket, key, ...joinSums([sums], false, false) };
    try {
      const { kind, stored } = await policy.attempt(policy.kind, async (sumKind) => ({
        kind: sumKind,
        stored: await untilAnswered(
          signal,
          (abortSignal) =>
            this.#client.send(
              new PutObjectCommand({
                Bucket: this.#bucket,
                Key: key,
                Body: body,
                ContentType: 'application/json',
                ...manifestOptions(this.#settings, { runId, tags: spec.tags, metadata: spec.metadata }),
                ...sumFields(sumKind, sums, body),
                IfNoneMatch: '*',
              }),
              { abortSignal },
            ),
          () => this.#unansweredKeys.add(key),
        ),
      }));
      assertSumsStored(policy, { what: key, kind, sums, body }, stored);
    } catch (error) {
      signal.throwIfAborted();
      const found = isConflict(error) ? await findObject(this.#lookup, key, signal) : undefined;
      if (!isOurs(expected, found, runId)) throw toDestinationError(error, `writing the manifest ${key}`);
    }
    // Asked for like the objects that it proves: half a manifest is none, and the run would be said to have succeeded.
    assertIsObject(expected, await findObject(this.#lookup, key, signal));
  }

  async *read(key: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    try {
      const object = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }), {
        abortSignal: signal,
      });
      // The SDK's type also covers browsers; in Node a body is a stream of Buffers.
      if (object.Body !== undefined) yield* object.Body as AsyncIterable<Uint8Array>;
    } catch (error) {
      signal.throwIfAborted();
      if (isNotFound(error))
        throw new AppError('DEST_NO_OBJECT', `There is no object ${this.uriOf(key)}.`, { cause: error });
      throw toDestinationError(error, `reading ${key}`);
    }
  }

  async *list(folder: string, after: string, signal: AbortSignal): AsyncGenerator<string> {
    const pages = paginateListObjectsV2(
      { client: this.#client },
      { Bucket: this.#bucket, Prefix: `${folder}/`, StartAfter: after },
      { abortSignal: signal },
    );
    try {
      for await (const { Contents = [] } of pages) {
        // Some endpoints do not know where to start.
        for (const { Key } of Contents) if (Key !== undefined && Key > after) yield Key;
      }
    } catch (error) {
      signal.throwIfAborted();
      throw toDestinationError(error, `listing ${folder}`);
    }
  }

  async modifiedAt(key: string, signal: AbortSignal): Promise<Date | undefined> {
    return (await findObjectIfAllowed(this.#lookup, key, signal))?.modifiedAt;
  }

  async readState(key: string, signal: AbortSignal): Promise<StoredState | undefined> {
    return await readStateObject(this.#place(key), signal);
  }

  get refusesConditions(): boolean {
    return this.#condition.form === 'none';
  }

  async replaceState(
    key: string,
    text: string,
    tag: string | undefined,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    return await replaceStateObject(this.#place(key), text, tag, signal);
  }

  async findManifest(key: string, signal: AbortSignal): Promise<Manifest | undefined> {
    return await readManifest(this, key, signal);
  }

  async remove(debris: Debris, signal: AbortSignal): Promise<void> {
    try {
      await this.#remove(debris, signal);
    } catch (error) {
      if (!saysNoBucket(error)) throw error;
      // What was in a bucket that is gone has gone with it. One answer alone may come from a server that is starting.
      await this.#remove(debris, signal).catch((again: unknown) => {
        if (!saysNoBucket(again)) throw again;
      });
    }
  }

  async #remove(
    { runId, alsoOf = () => false, keys, uploads, owned = false }: Debris,
    signal: AbortSignal,
  ): Promise<void> {
    const isMark = (id: string | undefined) => id === runId || (id !== undefined && alsoOf(id));
    for (const { key, uploadId } of uploads) {
      await abortUpload(this.#client, this.#bucket, key, uploadId, signal);
    }
    for (let at = 0; at < keys.length; at += REMOVED_AT_ONCE) {
      const some = keys.slice(at, at + REMOVED_AT_ONCE);
      const ended = await Promise.allSettled(
        some.map(async (key) => {
          // With the id of the run in it: whatever has it is ours, seen or not.
          const own = key.includes(runId);
          await this.#abortUploadsOf(key, own || owned, signal);
          if (own || isMark(await this.#markOf(key, signal))) await this.#delete(key, signal);
        }),
      );
      // After all of them: a request that is still on its way could remove what is written to the key next.
      for (const each of ended) if (each.status === 'rejected') throw each.reason;
    }
    const late = keys.find((key) => this.#unansweredKeys.has(key));
    if (late === undefined) return;
    throw new AppError('DEST_TIMEOUT', `S3 has not answered yet whether there is ${late}.`);
  }

  /** @param own nobody else begins uploads at the key, so they are ours however long ago they were begun */
  async #abortUploadsOf(key: string, own: boolean, signal: AbortSignal): Promise<void> {
    if (!own && !this.#uncertainKeys.has(key)) return;
    const since = own ? 'ever' : 'recently';
    await abortUploadsOf(this.#client, this.#bucket, key, { since }, signal);
  }

  /** The run that wrote the object; undefined where there is none, or where it may not be known. */
  async #markOf(key: string, signal: AbortSignal): Promise<string | undefined> {
    return (await findObjectIfAllowed(this.#lookup, key, signal))?.runId;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#client.destroy();
    return Promise.resolve();
  }

  #place(key: string): StatePlace {
    return { ...this.#lookup, settings: this.#settings, condition: this.#condition, key };
  }

  async #delete(key: string, signal: AbortSignal): Promise<void> {
    await this.#client
      .send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key }), { abortSignal: signal })
      .catch(translated(signal, `removing ${key}`));
  }
}

function saysNoBucket(error: unknown): boolean {
  return error instanceof AppError && error.code === 'DEST_NO_BUCKET';
}

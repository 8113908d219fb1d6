/**
 * An S3-compatible server for tests, the demo and the benchmarks: strict about signatures, checksums and the rules of
 * multipart uploads, and able to fail in every way that S3 and networks do.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { makeTemporaryFolder } from '../temporary-folder.ts';
import { blobBytes, BlobStore, type StoreKind } from './blob-store.ts';
import {
  compareKeys,
  makeBucket,
  type Bucket,
  type BucketRules,
  type StoredObject,
  type Upload,
} from './bucket.ts';
import { serveRequest, type Desk } from './exchange-loop.ts';
import { FaultScript, type FaultRule } from './faults.ts';
import type { EtagKind } from './receive-body.ts';
import type { Operation } from './request.ts';
import { RequestLog, type LoggedRequest, type RequestMatch } from './request-log.ts';
import type { Features, Service } from './service.ts';
import type { Credentials } from './signature.ts';

export interface S3Options {
  /** Names, or names with a region other than that of the server and rules of their own. */
  readonly buckets?: readonly (string | (Partial<BucketRules> & { name: string; region?: string }))[];
  /** Keys of KMS that there are; none but the account's own where left out. */
  readonly kmsKeys?: readonly string[];
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly region?: string;
  /** Left out, the operating system finds a free one. */
  readonly port?: number;
  /** Where the bytes lie, removed by the caller. Left out, the server has a temporary folder of its own. */
  readonly folder?: string;
  readonly store?: StoreKind;
  readonly etag?: EtagKind;
  readonly faults?: readonly FaultRule[];
  readonly features?: Partial<Features>;
  /** The most entries that a list gives at once. */
  readonly pageSize?: number;
  readonly now?: () => Date;
}

export const DEFAULT_CREDENTIALS: Credentials = {
  accessKeyId: 'AKIASLUICETEST000000',
  secretAccessKey: 'sluice-test-secret-access-key-0000000000',
};

export async function startS3(options: S3Options = {}): Promise<S3Server> {
  const own = options.folder === undefined ? await makeTemporaryFolder('s3') : undefined;
  const region = options.region ?? 'us-east-1';
  const service: Service = {
    region,
    store: new BlobStore(
      path.join(own?.path ?? (options.folder as string), 'blobs'),
      options.store ?? 'disk',
    ),
    buckets: new Map(),
    etag: options.etag ?? 'md5',
    kmsKeys: options.kmsKeys ?? [],
    features: {
      conditionalWrites: true,
      tags: 'alike',
      checksums: true,
      crc64nvme: true,
      refusesChecksums: false,
      trailers: 'taken',
      ...options.features,
    },
    pageSize: options.pageSize ?? 1_000,
  };
  await service.store.prepare();
  for (const entry of options.buckets ?? []) {
    const { name, ...rules } = typeof entry === 'string' ? { name: entry } : entry;
    service.buckets.set(name, makeBucket(name, rules.region ?? region, rules));
  }
  const desk: Desk = {
    service,
    credentials: {
      accessKeyId: options.accessKeyId ?? DEFAULT_CREDENTIALS.accessKeyId,
      secretAccessKey: options.secretAccessKey ?? DEFAULT_CREDENTIALS.secretAccessKey,
    },
    faults: new FaultScript(options.faults),
    log: new RequestLog(),
    now: options.now ?? (() => new Date()),
  };
  // No limits on time: slow requests are what some tests are about.
  const http = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 }, (incoming, response) => {
    void serveRequest(desk, incoming, response);
  });
  http.listen(options.port ?? 0, '127.0.0.1');
  await once(http, 'listening');
  return new S3Server(desk, http, async () => own?.remove());
}

export class S3Server implements AsyncDisposable {
  /** `http://127.0.0.1:port` */
  readonly endpoint: string;
  readonly port: number;
  readonly region: string;
  readonly credentials: Credentials;
  /** What goes wrong from now on. */
  readonly faults: FaultScript;
  readonly requests: RequestLog;
  readonly #desk: Desk;
  readonly #http: Server;
  readonly #release: () => Promise<void>;
  #stopped: Promise<void> | undefined;
  #connections = 0;

  constructor(desk: Desk, http: Server, release: () => Promise<void>) {
    this.port = (http.address() as AddressInfo).port;
    this.endpoint = `http://127.0.0.1:${this.port}`;
    this.region = desk.service.region;
    this.credentials = desk.credentials;
    this.faults = desk.faults;
    this.requests = desk.log;
    this.#desk = desk;
    this.#http = http;
    this.#release = release;
    http.on('connection', () => this.#connections++);
  }

  /** Connections that were made to it so far. */
  get connections(): number {
    return this.#connections;
  }

  /** Comes back when such a request has arrived, also when that was before the call. */
  seen(operation: Operation, match?: RequestMatch): Promise<LoggedRequest> {
    return this.requests.seen(operation, match);
  }

  /** The objects of a bucket, in the order of their keys. */
  objects(bucket: string): readonly StoredObject[] {
    return [...this.#bucket(bucket).objects.values()].sort((a, b) => compareKeys(a.key, b.key));
  }

  /** An object with all that is kept beside its bytes. @throws Error where there is none */
  stored(bucket: string, key: string): StoredObject {
    const object = this.#bucket(bucket).objects.get(key);
    if (object === undefined) throw new Error(`there is no object ${key} in ${bucket}`);
    return object;
  }

  /** The bytes of an object. @throws Error where there is none */
  object(bucket: string, key: string): Buffer {
    return blobBytes(this.stored(bucket, key).blob);
  }

  /** Uploads that were neither completed nor aborted: what costs money on S3 and nobody sees. */
  openUploads(bucket: string): readonly Upload[] {
    return [...this.#bucket(bucket).uploads.values()];
  }

  /** Makes a bucket without a request. */
  addBucket(name: string, region = this.region): void {
    this.#desk.service.buckets.set(name, makeBucket(name, region));
  }

  /** Takes a bucket away with all that is in it, as somebody else might during a run. */
  removeBucket(name: string): void {
    this.#desk.service.buckets.delete(name);
  }

  /** Throws away what is in a bucket: objects, unfinished uploads, and their bytes. */
  async emptyBucket(name: string): Promise<void> {
    const { objects, uploads } = this.#bucket(name);
    const parts = [...uploads.values()].flatMap((upload) => [...upload.parts.values()]);
    const blobs = [...objects.values(), ...parts].map(({ blob }) => blob);
    objects.clear();
    uploads.clear();
    await Promise.all(blobs.map((blob) => this.#desk.service.store.remove(blob)));
  }

  /** Cuts off whoever is connected, without an answer to what was asked; others may come. */
  cut(): void {
    this.#http.closeAllConnections();
  }

  /** Ends the server at once: whoever is connected is cut off. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #stop(): Promise<void> {
    this.#http.close();
    this.#http.closeAllConnections();
    await once(this.#http, 'close');
    await this.#release();
  }

  #bucket(name: string): Bucket {
    const bucket = this.#desk.service.buckets.get(name);
    if (bucket === undefined) throw new Error(`there is no bucket ${name}`);
    return bucket;
  }
}

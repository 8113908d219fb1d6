/**
 * The bytes of objects and parts. On disk each is one file; a multipart object is the list of its parts' files, so
 * that completing an upload copies nothing. The `discard` store counts and forgets, for benchmarks in which the disk
 * should not be measured; small blobs such as manifests it keeps.
 */
import { createReadStream, readFileSync } from 'node:fs';
import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { S3Error } from './s3-error.ts';

export type StoreKind = 'disk' | 'discard';

/** Bytes that have been stored. */
export interface Blob {
  readonly size: number;
  /** In order; together they are the blob. */
  readonly segments: readonly Segment[];
}

type Segment =
  | { readonly kind: 'file'; readonly path: string; readonly size: number }
  | { readonly kind: 'memory'; readonly bytes: Buffer; readonly size: number }
  | { readonly kind: 'gone'; readonly size: number };

/** Takes the bytes of one blob. */
export interface BlobWriter {
  write(bytes: Buffer): Promise<void> | undefined;
  finish(): Promise<Blob>;
  /** Instead of `finish`: removes what was written. */
  abandon(): Promise<void>;
}

/** Bytes that are gathered before they go to disk: fewer, larger writes. */
const FLUSH_BYTES = 1024 * 1024;
/** Up to here the `discard` store keeps a blob. */
const KEEP_BYTES = 1024 * 1024;

export class BlobStore {
  readonly #folder: string;
  readonly #kind: StoreKind;
  #count = 0;

  constructor(folder: string, kind: StoreKind) {
    this.#folder = folder;
    this.#kind = kind;
  }

  async prepare(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
  }

  async create(): Promise<BlobWriter> {
    if (this.#kind === 'discard') return discardingWriter();
    const file = path.join(this.#folder, `blob-${++this.#count}`);
    return new FileWriter(file, await open(file, 'wx'));
  }

  async remove(blob: Blob): Promise<void> {
    const files = blob.segments.flatMap((segment) => (segment.kind === 'file' ? segment.path : []));
    await Promise.all(files.map((file) => rm(file, { force: true })));
  }
}

class FileWriter implements BlobWriter {
  readonly #path: string;
  readonly #file: FileHandle;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #size = 0;

  constructor(file: string, handle: FileHandle) {
    this.#path = file;
    this.#file = handle;
  }

  write(bytes: Buffer): Promise<void> | undefined {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#size += bytes.length;
    return this.#waitingBytes < FLUSH_BYTES ? undefined : this.#flush();
  }

  async finish(): Promise<Blob> {
    await this.#flush();
    await this.#file.close();
    return { size: this.#size, segments: [{ kind: 'file', path: this.#path, size: this.#size }] };
  }

  async abandon(): Promise<void> {
    await this.#file.close();
    await rm(this.#path, { force: true });
  }

  async #flush(): Promise<void> {
    const buffers = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (buffers.length > 0) await this.#file.writev(buffers);
  }
}

function discardingWriter(): BlobWriter {
  const kept: Buffer[] = [];
  let size = 0;
  return {
    write(bytes) {
      size += bytes.length;
      if (size <= KEEP_BYTES) kept.push(bytes);
      else kept.length = 0;
      return undefined;
    },
    async finish() {
      const segment: Segment =
        size <= KEEP_BYTES ? { kind: 'memory', bytes: Buffer.concat(kept), size } : { kind: 'gone', size };
      return { size, segments: [segment] };
    },
    async abandon() {},
  };
}

/** One blob of several, in order. */
export function joinBlobs(blobs: readonly Blob[]): Blob {
  return {
    size: blobs.reduce((sum, blob) => sum + blob.size, 0),
    segments: blobs.flatMap((blob) => blob.segments),
  };
}

/** The bytes from `start` up to and not including `end`. @throws S3Error where the store has forgotten them */
export async function* readBlob(blob: Blob, start = 0, end = blob.size): AsyncGenerator<Buffer> {
  let at = 0;
  for (const segment of blob.segments) {
    const from = Math.max(start - at, 0);
    const to = Math.min(end - at, segment.size);
    at += segment.size;
    if (from >= to) continue;
    if (segment.kind === 'gone') throw forgotten();
    if (segment.kind === 'memory') yield segment.bytes.subarray(from, to);
    else yield* createReadStream(segment.path, { start: from, end: to - 1, highWaterMark: 256 * 1024 });
  }
}

/** The whole blob at once, for assertions. */
export function blobBytes(blob: Blob): Buffer {
  return Buffer.concat(
    blob.segments.map((segment) => {
      if (segment.kind === 'gone') throw forgotten();
      return segment.kind === 'memory' ? segment.bytes : readFileSync(segment.path);
    }),
  );
}

function forgotten(): S3Error {
  return new S3Error('NotImplemented', 'This server was told to keep no bytes.');
}

/** What a bucket holds: objects, and uploads that are not finished. In memory; only their bytes are on disk. */
import type { Blob } from './blob-store.ts';
import type { ObjectOptions } from './object-options.ts';
import type { Algorithm, Checksum, ChecksumType } from './checksum.ts';

/** Headers that S3 stores with an object and gives back. */
export interface ObjectHeaders {
  readonly 'content-type': string;
  readonly [name: string]: string;
}

export interface StoredObject {
  readonly key: string;
  readonly blob: Blob;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  readonly checksum: Checksum | undefined;
  readonly headers: ObjectHeaders;
  readonly options: ObjectOptions;
  readonly lastModified: Date;
}

export interface StoredPart {
  readonly number: number;
  readonly blob: Blob;
  readonly size: number;
  readonly etag: string;
  readonly checksum: Checksum | undefined;
  readonly lastModified: Date;
}

export interface Upload {
  readonly id: string;
  readonly key: string;
  readonly initiated: Date;
  readonly headers: ObjectHeaders;
  readonly options: ObjectOptions;
  readonly algorithm: Algorithm | undefined;
  readonly checksumType: ChecksumType;
  readonly parts: Map<number, StoredPart>;
}

/** What a bucket asks of those who write to it. */
export interface BucketRules {
  /** True where its owner has switched ACLs on, which is not the default. */
  readonly acls: boolean;
  readonly requesterPays: boolean;
}

export interface Bucket extends BucketRules {
  readonly name: string;
  readonly region: string;
  readonly objects: Map<string, StoredObject>;
  readonly uploads: Map<string, Upload>;
}

export function makeBucket(name: string, region: string, rules: Partial<BucketRules> = {}): Bucket {
  return {
    acls: false,
    requesterPays: false,
    ...rules,
    name,
    region,
    objects: new Map(),
    uploads: new Map(),
  };
}

/** S3 lists keys in the order of their UTF-8 bytes, which is not that of JavaScript's comparison. */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** What every call of the server works with. */
import type { IncomingMessage } from 'node:http';
import type { Blob, BlobStore } from './blob-store.ts';
import type { Bucket, StoredObject, Upload } from './bucket.ts';
import type { BodyFault, EtagKind } from './receive-body.ts';
import type { S3Request } from './request.ts';
import { S3Error } from './s3-error.ts';

/** What an S3-compatible server may lack; the clients have to live with it. */
export interface Features {
  /** `If-None-Match` and `If-Match` when writing. */
  readonly conditionalWrites: boolean;
  /** How `If-Match` is compared: with quotes or without, letter by letter as Ceph's gateway does, or never as equal. */
  readonly tags: 'alike' | 'bare' | 'refused';
  /** Additional checksums: compared always, but kept and returned only with this. */
  readonly checksums: boolean;
  /** CRC-64/NVME among them. */
  readonly crc64nvme: boolean;
  /** Answers 400 to every header that is about checksums, as some servers do. */
  readonly refusesChecksums: boolean;
  /** Checksums behind the body: understood, refused, or stored with their framing as if all of it were data. */
  readonly trailers: 'taken' | 'refused' | 'stored';
}

export interface Service {
  readonly region: string;
  readonly store: BlobStore;
  readonly buckets: Map<string, Bucket>;
  readonly etag: EtagKind;
  readonly features: Features;
  /** Keys of KMS that there are. */
  readonly kmsKeys: readonly string[];
  /** The most entries that a list gives at once, so that paging can be tested with a few. */
  readonly pageSize: number;
}

/** One request on its way through the server. */
export interface Exchange {
  readonly service: Service;
  readonly request: S3Request;
  readonly incoming: IncomingMessage;
  readonly bodyFault: BodyFault;
}

/** An answer: XML or nothing, or the bytes of a blob. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly xml?: string;
  readonly content?: { readonly blob: Blob; readonly start: number; readonly end: number };
}

/** @throws S3Error `NoSuchBucket` */
export function bucketOf({ service, request }: Exchange): Bucket {
  const bucket = service.buckets.get(request.bucket);
  if (bucket !== undefined) return bucket;
  throw new S3Error('NoSuchBucket', 'The specified bucket does not exist', {
    extra: { BucketName: request.bucket },
  });
}

/** Bytes of UTF-8. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const KEY_BYTES = 1_024;

/** @throws S3Error `KeyTooLongError` */
export function checkKey({ request }: Exchange): void {
  const size = Buffer.byteLength(request.key);
  if (size <= KEY_BYTES) return;
  throw new S3Error('KeyTooLongError', 'Your key is too long', {
    extra: { Size: String(size), MaxSizeAllowed: String(KEY_BYTES) },
  });
}

/** @throws S3Error `NoSuchKey` */
export function objectOf(exchange: Exchange): StoredObject {
  const object = bucketOf(exchange).objects.get(exchange.request.key);
  if (object !== undefined) return object;
  throw new S3Error('NoSuchKey', 'The specified key does not exist.', {
    extra: { Key: exchange.request.key },
  });
}

/** @throws S3Error `NoSuchUpload` */
export function uploadOf(exchange: Exchange): Upload {
  const upload = bucketOf(exchange).uploads.get(exchange.request.query.get('uploadId') ?? '');
  if (upload !== undefined && upload.key === exchange.request.key) return upload;
  throw new S3Error(
    'NoSuchUpload',
    'The specified multipart upload does not exist. The upload ID might be invalid, or the multipart upload might have been aborted or completed.',
  );
}

/** Puts the object in its place; what was there before is gone. */
export async function commitObject(exchange: Exchange, object: StoredObject): Promise<void> {
  const bucket = bucketOf(exchange);
  const before = bucket.objects.get(object.key);
  bucket.objects.set(object.key, object);
  if (before !== undefined) await exchange.service.store.remove(before.blob);
}

/**
 * How an object is to be kept: encryption, class, ACL, tags and the size of its metadata, with what S3 refuses.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
 */
import { createHash } from 'node:crypto';
import { bucketOf, type Exchange } from './service.ts';
import type { Bucket } from './bucket.ts';
import { header, type S3Request } from './request.ts';
import { S3Error } from './s3-error.ts';

export interface ObjectOptions {
  /** Told with every answer about the object. */
  readonly encryption: Readonly<Record<string, string>>;
  /** `STANDARD` where none was named. */
  readonly storageClass: string;
  readonly acl: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

const CLASSES = [
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER',
  'DEEP_ARCHIVE',
  'GLACIER_IR',
];
/** Classes from which nothing can be read before it has been restored. */
const ARCHIVES = ['GLACIER', 'DEEP_ARCHIVE'];

const ACLS = [
  'private',
  'public-read',
  'public-read-write',
  'authenticated-read',
  'aws-exec-read',
  'bucket-owner-read',
  'bucket-owner-full-control',
];

/** @throws S3Error for options that S3 refuses, also because of what the bucket is */
export function optionsOf(exchange: Exchange): ObjectOptions {
  const { request } = exchange;
  const bucket = bucketOf(exchange);
  checkMetadata(request);
  return {
    encryption: encryptionOf(exchange),
    storageClass: storageClassOf(request),
    acl: aclOf(request, bucket),
    tags: tagsOf(request),
  };
}

/** The headers that HEAD and GET show. S3 does not show STANDARD, and of tags only how many there are. */
export function optionHeaders({ encryption, storageClass, tags }: ObjectOptions): Record<string, string> {
  const count = Object.keys(tags).length;
  return {
    ...encryption,
    ...(storageClass === 'STANDARD' ? {} : { 'x-amz-storage-class': storageClass }),
    ...(count === 0 ? {} : { 'x-amz-tagging-count': String(count) }),
  };
}

/** @throws S3Error `InvalidObjectState` for what lies in an archive */
export function checkReadable({ storageClass }: ObjectOptions): void {
  if (!ARCHIVES.includes(storageClass)) return;
  throw new S3Error('InvalidObjectState', "The operation is not valid for the object's storage class", {
    extra: { StorageClass: storageClass },
  });
}

/** In a bucket whose readers pay, every request has to say so. @throws S3Error `AccessDenied` */
export function checkPayer({ service, request }: Exchange): void {
  if (service.buckets.get(request.bucket)?.requesterPays !== true) return;
  if (header(request.headers, 'x-amz-request-payer') === 'requester') return;
  throw new S3Error('AccessDenied', 'Access Denied');
}

function encryptionOf({ service, request }: Exchange): Record<string, string> {
  const method = header(request.headers, 'x-amz-server-side-encryption');
  const key = header(request.headers, 'x-amz-server-side-encryption-aws-kms-key-id');
  const bucketKey = header(request.headers, 'x-amz-server-side-encryption-bucket-key-enabled');
  if (method !== undefined && method !== 'AES256' && method !== 'aws:kms') {
    throw new S3Error('InvalidArgument', 'The encryption method specified is not supported');
  }
  if (key !== undefined && method !== 'aws:kms') {
    throw new S3Error(
      'InvalidArgument',
      'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms',
    );
  }
  if (key !== undefined && !service.kmsKeys.includes(key)) {
    throw new S3Error('KMS.NotFoundException', `Key '${key}' does not exist`);
  }
  // S3 encrypts everything, and says with what.
  if (method !== 'aws:kms') return { 'x-amz-server-side-encryption': 'AES256' };
  return {
    'x-amz-server-side-encryption': 'aws:kms',
    'x-amz-server-side-encryption-aws-kms-key-id': key ?? 'aws/s3',
    ...(bucketKey === 'true' ? { 'x-amz-server-side-encryption-bucket-key-enabled': 'true' } : {}),
  };
}

/** What is encrypted with KMS has an ETag that is no MD5 sum. */
export function sealedEtag(etag: string, { encryption }: ObjectOptions): string {
  if (encryption['x-amz-server-side-encryption'] !== 'aws:kms') return etag;
  return createHash('md5').update(`sealed ${etag}`).digest('hex');
}

function storageClassOf({ headers }: S3Request): string {
  const named = header(headers, 'x-amz-storage-class') ?? 'STANDARD';
  if (CLASSES.includes(named)) return named;
  throw new S3Error('InvalidStorageClass', 'The storage class you specified is not valid');
}

function aclOf({ headers }: S3Request, bucket: Bucket): string | undefined {
  const acl = header(headers, 'x-amz-acl');
  if (acl === undefined) return undefined;
  if (!ACLS.includes(acl)) throw new S3Error('InvalidArgument', '');
  if (bucket.acls || acl === 'bucket-owner-full-control') return acl;
  throw new S3Error('AccessControlListNotSupported', 'The bucket does not allow ACLs');
}

function tagsOf({ headers }: S3Request): Record<string, string> {
  const pairs = [...new URLSearchParams(header(headers, 'x-amz-tagging') ?? '')];
  if (pairs.length > 10) throw new S3Error('BadRequest', 'Object tags cannot be greater than 10');
  const tags = Object.fromEntries(pairs);
  if (Object.keys(tags).length < pairs.length) {
    throw new S3Error('InvalidTag', 'Cannot provide multiple Tags with the same key');
  }
  for (const [name, value] of pairs) {
    const text = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
    if (name === '' || name.length > 128 || !text.test(name) || name.startsWith('aws:')) {
      throw new S3Error('InvalidTag', 'The TagKey you have provided is invalid');
    }
    if (value.length > 256 || !text.test(value)) {
      throw new S3Error('InvalidTag', 'The TagValue you have provided is invalid');
    }
  }
  return tags;
}

const METADATA_LIMIT = 2_048;

function checkMetadata({ headers }: S3Request): void {
  const bytes = Object.entries(headers).reduce((sum, [name, value]) => {
    if (!name.startsWith('x-amz-meta-')) return sum;
    return sum + name.length - 'x-amz-meta-'.length + String(value).length;
  }, 0);
  if (bytes <= METADATA_LIMIT) return;
  throw new S3Error('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size');
}

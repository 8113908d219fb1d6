/**
 * What a request asks for, from its method, path and query. Pure.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
 */
import type { IncomingHttpHeaders } from 'node:http';
import { S3Error } from './s3-error.ts';

export const OPERATIONS = [
  'ListBuckets',
  'CreateBucket',
  'DeleteBucket',
  'HeadBucket',
  'GetBucketLocation',
  'ListObjectsV2',
  'ListMultipartUploads',
  'DeleteObjects',
  'GetObject',
  'HeadObject',
  'PutObject',
  'CopyObject',
  'DeleteObject',
  'CreateMultipartUpload',
  'UploadPart',
  'CompleteMultipartUpload',
  'AbortMultipartUpload',
  'ListParts',
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** A request that has been understood, and not yet been authenticated. */
export interface S3Request {
  readonly operation: Operation;
  readonly method: string;
  /** Path as it was sent, percent-encoded: it is what the client has signed. */
  readonly rawPath: string;
  /** Empty for the service itself. */
  readonly bucket: string;
  /** Empty for a bucket. */
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

/** @throws S3Error `MethodNotAllowed`, `NotImplemented` or `InvalidURI` */
export function parseRequest(method: string, url: string, headers: IncomingHttpHeaders): S3Request {
  const cut = url.indexOf('?');
  const rawPath = cut === -1 ? url : url.slice(0, cut);
  const query = new URLSearchParams(cut === -1 ? '' : url.slice(cut + 1));
  const { bucket, key } = addressOf(rawPath, headers.host ?? '');
  const scope = bucket === '' ? 'service' : key === '' ? 'bucket' : 'object';
  const operation = operationOf(scope, method, query, headers);
  return { operation, method, rawPath, bucket, key, query, headers };
}

/** `/bucket/key`, or `/key` at the host `bucket.localhost`. */
function addressOf(rawPath: string, host: string): { bucket: string; key: string } {
  const path = decodePath(rawPath).slice(1);
  const virtual = /^(.+)\.localhost(?::\d+)?$/.exec(host)?.[1];
  if (virtual !== undefined) return { bucket: virtual, key: path };
  const slash = path.indexOf('/');
  if (slash === -1) return { bucket: path, key: '' };
  return { bucket: path.slice(0, slash), key: path.slice(slash + 1) };
}

function decodePath(rawPath: string): string {
  try {
    return decodeURIComponent(rawPath);
  } catch {
    throw new S3Error('InvalidURI', "Couldn't parse the specified URI.");
  }
}

function operationOf(
  scope: 'service' | 'bucket' | 'object',
  method: string,
  query: URLSearchParams,
  headers: IncomingHttpHeaders,
): Operation {
  const marker = MARKERS.find((name) => query.has(name)) ?? '';
  const copy = method === 'PUT' && headers['x-amz-copy-source'] !== undefined ? '+copy' : '';
  const found = ROUTES[`${scope} ${method} ${marker}${copy}`];
  if (found !== undefined) return found;
  if (marker === '') throw new S3Error('MethodNotAllowed', 'The specified method is not allowed.');
  throw new S3Error('NotImplemented', `This server does not know ${method} with ?${marker}.`);
}

/** Query parameters that choose the operation, the more special first. */
const MARKERS = [
  'X-Amz-Signature',
  'partNumber',
  'uploadId',
  'uploads',
  'delete',
  'location',
  'list-type',
  'acl',
  'tagging',
  'versions',
  'versioning',
  'attributes',
];

const ROUTES: Readonly<Record<string, Operation>> = {
  'service GET ': 'ListBuckets',
  'bucket PUT ': 'CreateBucket',
  'bucket DELETE ': 'DeleteBucket',
  'bucket HEAD ': 'HeadBucket',
  'bucket GET location': 'GetBucketLocation',
  'bucket GET list-type': 'ListObjectsV2',
  'bucket GET uploads': 'ListMultipartUploads',
  'bucket POST delete': 'DeleteObjects',
  'object GET ': 'GetObject',
  'object HEAD ': 'HeadObject',
  'object PUT ': 'PutObject',
  'object PUT +copy': 'CopyObject',
  'object DELETE ': 'DeleteObject',
  'object POST uploads': 'CreateMultipartUpload',
  'object PUT partNumber': 'UploadPart',
  'object POST uploadId': 'CompleteMultipartUpload',
  'object DELETE uploadId': 'AbortMultipartUpload',
  'object GET uploadId': 'ListParts',
};

/** The number of the part that a request is about. @throws S3Error `InvalidArgument` outside of 1 to 10,000 */
export function partNumberOf(query: URLSearchParams): number {
  const number = Number(query.get('partNumber'));
  if (Number.isInteger(number) && number >= 1 && number <= 10_000) return number;
  throw new S3Error('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive');
}

/** One value of a header that can be sent once. */
export function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

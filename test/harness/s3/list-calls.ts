/** Calls that list: objects, uploads, parts, buckets. All of them page. */
import { compareKeys, type StoredObject } from './bucket.ts';
import { S3Error } from './s3-error.ts';
import { checksumElements } from './object-headers.ts';
import { bucketOf, uploadOf, type Exchange, type Reply } from './service.ts';
import { xmlDocument } from './xml.ts';

export async function listBuckets({ service }: Exchange): Promise<Reply> {
  const names = [...service.buckets.keys()].sort(compareKeys);
  return {
    status: 200,
    xml: xmlDocument('ListAllMyBucketsResult', {
      Owner: { ID: 'test' },
      Buckets: { Bucket: names.map((Name) => ({ Name, CreationDate: new Date(0).toISOString() })) },
    }),
  };
}

export async function listObjectsV2(exchange: Exchange): Promise<Reply> {
  const { query } = exchange.request;
  const bucket = bucketOf(exchange);
  const limit = pageLimit(exchange, 'max-keys');
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const token = query.get('continuation-token');
  const after = token === null ? (query.get('start-after') ?? '') : fromToken(token);

  const entries: ListEntry[] = [];
  let truncated = false;
  for (const object of [...bucket.objects.values()].sort((a, b) => compareKeys(a.key, b.key))) {
    if (!object.key.startsWith(prefix)) continue;
    const entry = entryOf(object, prefix, delimiter);
    if (entry.name === entries.at(-1)?.name || !isAfter(entry, after)) continue;
    if (entries.length === limit) {
      truncated = true;
      break;
    }
    entries.push(entry);
  }
  const last = entries.at(-1)?.name ?? '';
  const encode = query.get('encoding-type') === 'url' ? encodeKey : (key: string) => key;
  return {
    status: 200,
    xml: xmlDocument('ListBucketResult', {
      Name: bucket.name,
      Prefix: encode(prefix),
      Delimiter: delimiter === '' ? undefined : encode(delimiter),
      MaxKeys: limit,
      EncodingType: query.get('encoding-type') ?? undefined,
      KeyCount: entries.length,
      IsTruncated: truncated,
      ContinuationToken: token ?? undefined,
      NextContinuationToken: truncated ? toToken(last) : undefined,
      StartAfter: query.get('start-after') ?? undefined,
      Contents: entries.flatMap(({ object }) =>
        object === undefined
          ? []
          : {
              Key: encode(object.key),
              LastModified: object.lastModified.toISOString(),
              ETag: `"${object.etag}"`,
              ChecksumAlgorithm: object.checksum?.algorithm,
              ChecksumType: object.checksum?.type,
              Size: object.size,
              StorageClass: object.options.storageClass,
            },
      ),
      CommonPrefixes: entries.flatMap(({ name, object }) =>
        object === undefined ? { Prefix: encode(name) } : [],
      ),
    }),
  };
}

/** A line of a listing: an object, or a common prefix of several. */
interface ListEntry {
  readonly name: string;
  readonly object: StoredObject | undefined;
}

function entryOf(object: StoredObject, prefix: string, delimiter: string): ListEntry {
  const cut = delimiter === '' ? -1 : object.key.indexOf(delimiter, prefix.length);
  if (cut === -1) return { name: object.key, object };
  return { name: object.key.slice(0, cut + delimiter.length), object: undefined };
}

function isAfter({ name }: ListEntry, after: string): boolean {
  return after === '' || compareKeys(name, after) > 0;
}

function toToken(key: string): string {
  return Buffer.from(key).toString('base64');
}

function fromToken(token: string): string {
  return Buffer.from(token, 'base64').toString('utf8');
}

function encodeKey(key: string): string {
  return encodeURIComponent(key).replaceAll('%2F', '/');
}

function pageLimit({ service, request }: Exchange, parameter: string): number {
  const asked = Number(request.query.get(parameter) ?? 1_000);
  if (!Number.isInteger(asked) || asked < 0) {
    throw new S3Error('InvalidArgument', `Provided ${parameter} not an integer or within integer range`);
  }
  return Math.min(asked, service.pageSize);
}

export async function listMultipartUploads(exchange: Exchange): Promise<Reply> {
  const { query } = exchange.request;
  const bucket = bucketOf(exchange);
  const limit = pageLimit(exchange, 'max-uploads');
  const prefix = query.get('prefix') ?? '';
  const afterKey = query.get('key-marker') ?? '';
  const afterId = query.get('upload-id-marker') ?? '';
  const open = [...bucket.uploads.values()]
    .filter((upload) => upload.key.startsWith(prefix))
    .sort((a, b) => compareKeys(a.key, b.key) || compareKeys(a.id, b.id))
    .filter((upload) => {
      const order = compareKeys(upload.key, afterKey);
      return order > 0 || (order === 0 && afterId !== '' && compareKeys(upload.id, afterId) > 0);
    });
  const page = open.slice(0, limit);
  const truncated = open.length > page.length;
  return {
    status: 200,
    xml: xmlDocument('ListMultipartUploadsResult', {
      Bucket: bucket.name,
      Prefix: prefix,
      MaxUploads: limit,
      IsTruncated: truncated,
      NextKeyMarker: truncated ? page.at(-1)?.key : undefined,
      NextUploadIdMarker: truncated ? page.at(-1)?.id : undefined,
      Upload: page.map((upload) => ({
        Key: upload.key,
        UploadId: upload.id,
        StorageClass: 'STANDARD',
        Initiated: upload.initiated.toISOString(),
        ChecksumAlgorithm: upload.algorithm,
      })),
    }),
  };
}

export async function listParts(exchange: Exchange): Promise<Reply> {
  const { service, request } = exchange;
  const upload = uploadOf(exchange);
  const limit = pageLimit(exchange, 'max-parts');
  const after = Number(request.query.get('part-number-marker') ?? 0);
  const parts = [...upload.parts.values()]
    .sort((a, b) => a.number - b.number)
    .filter((part) => part.number > after);
  const page = parts.slice(0, limit);
  const truncated = parts.length > page.length;
  return {
    status: 200,
    xml: xmlDocument('ListPartsResult', {
      Bucket: request.bucket,
      Key: upload.key,
      UploadId: upload.id,
      PartNumberMarker: after,
      NextPartNumberMarker: truncated ? page.at(-1)?.number : undefined,
      MaxParts: limit,
      IsTruncated: truncated,
      StorageClass: 'STANDARD',
      ChecksumAlgorithm: upload.algorithm,
      ChecksumType: upload.algorithm === undefined ? undefined : upload.checksumType,
      Part: page.map((part) => ({
        PartNumber: part.number,
        LastModified: part.lastModified.toISOString(),
        ETag: `"${part.etag}"`,
        Size: part.size,
        ...checksumElements(service, part.checksum),
      })),
    }),
  };
}

/** Calls on one object, and the deletion of many. */
import { readBlob } from './blob-store.ts';
import type { StoredObject } from './bucket.ts';
import { header, type S3Request } from './request.ts';
import { S3Error } from './s3-error.ts';
import { storeBody, textBody } from './exchange-body.ts';
import { checksumElements, checksumHeaders, objectHeaders } from './object-headers.ts';
import { checkReadable, optionHeaders, optionsOf, sealedEtag } from './object-options.ts';
import { bucketOf, commitObject, objectOf, type Exchange, type Reply } from './service.ts';
import { checkWriteCondition } from './write-condition.ts';
import { innerXml, xmlDocument, xmlText } from './xml.ts';

export async function putObject(exchange: Exchange): Promise<Reply> {
  const { service, request } = exchange;
  const options = optionsOf(exchange);
  checkWriteCondition(exchange);
  const { blob, etag: sum, checksum } = await storeBody(exchange);
  const etag = sealedEtag(sum, options);
  try {
    // Again: another request may have been quicker while the body was on its way.
    checkWriteCondition(exchange);
  } catch (error) {
    await service.store.remove(blob);
    throw error;
  }
  await commitObject(exchange, {
    key: request.key,
    blob,
    size: blob.size,
    etag,
    checksum,
    headers: objectHeaders(request),
    options,
    lastModified: new Date(),
  });
  return {
    status: 200,
    headers: { etag: `"${etag}"`, ...options.encryption, ...checksumHeaders(service, checksum) },
  };
}

export async function headObject(exchange: Exchange): Promise<Reply> {
  const object = objectOf(exchange);
  checkReadCondition(exchange.request, object);
  return {
    status: 200,
    headers: { ...describe(exchange, object), 'content-length': String(object.size) },
  };
}

export async function getObject(exchange: Exchange): Promise<Reply> {
  const object = objectOf(exchange);
  checkReadable(object.options);
  checkReadCondition(exchange.request, object);
  const range = rangeOf(header(exchange.request.headers, 'range'), object.size);
  if (range === undefined) {
    return {
      status: 200,
      headers: { ...describe(exchange, object), 'content-length': String(object.size) },
      content: { blob: object.blob, start: 0, end: object.size },
    };
  }
  return {
    status: 206,
    headers: {
      ...describe(exchange, object, false),
      'content-length': String(range.end - range.start),
      'content-range': `bytes ${range.start}-${range.end - 1}/${object.size}`,
    },
    content: { blob: object.blob, ...range },
  };
}

export async function copyObject(exchange: Exchange): Promise<Reply> {
  const { service, request } = exchange;
  const source = sourceOf(exchange);
  const replace = header(request.headers, 'x-amz-metadata-directive') === 'REPLACE';
  bucketOf(exchange);
  checkWriteCondition(exchange);
  const writer = await service.store.create();
  for await (const bytes of readBlob(source.blob)) await writer.write(bytes);
  const copy: StoredObject = {
    ...source,
    key: request.key,
    blob: await writer.finish(),
    headers: replace ? objectHeaders(request) : source.headers,
    options: optionsOf(exchange),
    lastModified: new Date(),
  };
  await commitObject(exchange, copy);
  return {
    status: 200,
    xml: xmlDocument('CopyObjectResult', {
      LastModified: copy.lastModified.toISOString(),
      ETag: `"${copy.etag}"`,
      ...checksumElements(service, copy.checksum),
    }),
  };
}

export async function deleteObject(exchange: Exchange): Promise<Reply> {
  await removeObject(exchange, exchange.request.key);
  return { status: 204 };
}

export async function deleteObjects(exchange: Exchange): Promise<Reply> {
  bucketOf(exchange);
  const xml = await textBody(exchange);
  const quiet = xmlText(xml, 'Quiet') === 'true';
  const keys = innerXml(xml, 'Object').map((object) => xmlText(object, 'Key') ?? '');
  if (keys.length === 0 || keys.length > 1_000) {
    throw new S3Error('MalformedXML', 'The XML you provided was not well-formed or did not validate.');
  }
  for (const key of keys) await removeObject(exchange, key);
  return {
    status: 200,
    xml: xmlDocument('DeleteResult', { Deleted: quiet ? undefined : keys.map((Key) => ({ Key })) }),
  };
}

/** S3 does not mind a key that is not there. */
async function removeObject(exchange: Exchange, key: string): Promise<void> {
  const { objects } = bucketOf(exchange);
  const object = objects.get(key);
  if (object === undefined) return;
  objects.delete(key);
  await exchange.service.store.remove(object.blob);
}

function sourceOf(exchange: Exchange): StoredObject {
  const source = decodeURIComponent(header(exchange.request.headers, 'x-amz-copy-source') ?? '');
  const [, bucket = '', key = ''] = /^\/?([^/]+)\/(.+)$/s.exec(source) ?? [];
  return objectOf({ ...exchange, request: { ...exchange.request, bucket, key } });
}

/** The checksum is told to those who ask for it, and only for whole objects. */
function describe(
  { service, request }: Exchange,
  object: StoredObject,
  whole = true,
): Record<string, string> {
  const asked = header(request.headers, 'x-amz-checksum-mode')?.toUpperCase() === 'ENABLED';
  return {
    ...object.headers,
    ...optionHeaders(object.options),
    etag: `"${object.etag}"`,
    'last-modified': object.lastModified.toUTCString(),
    'accept-ranges': 'bytes',
    ...(asked && whole ? checksumHeaders(service, object.checksum) : {}),
  };
}

function checkReadCondition(request: S3Request, object: StoredObject): void {
  const match = header(request.headers, 'if-match');
  const noneMatch = header(request.headers, 'if-none-match');
  if (match !== undefined && match !== '*' && match.replaceAll('"', '') !== object.etag) {
    throw new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
  }
  if (noneMatch !== undefined && (noneMatch === '*' || noneMatch.replaceAll('"', '') === object.etag)) {
    throw new S3Error('NotModified', 'Not Modified');
  }
}

/** One range, as far as it lies within the object; `end` is exclusive. Headers of another form are ignored. */
function rangeOf(text: string | undefined, size: number): { start: number; end: number } | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(text ?? '');
  if (match === null || (match[1] === '' && match[2] === '')) return undefined;
  const suffix = match[1] === '';
  const start = suffix ? Math.max(size - Number(match[2]), 0) : Number(match[1]);
  const end = suffix || match[2] === '' ? size : Math.min(Number(match[2]) + 1, size);
  if (start < end) return { start, end };
  throw new S3Error('InvalidRange', 'The requested range is not satisfiable', {
    headers: { 'content-range': `bytes */${size}` },
  });
}

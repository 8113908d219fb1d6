/** What is stored beside the bytes, and told to those who ask. */
import type { ObjectHeaders } from './bucket.ts';
import { checksumElement, checksumHeader, type Checksum } from './checksum.ts';
import { header, type S3Request } from './request.ts';
import type { Service } from './service.ts';
import type { XmlElements } from './xml.ts';

const STORED_HEADERS = ['cache-control', 'content-disposition', 'content-language', 'expires'];

/** The headers of a request that belong to the object. */
export function objectHeaders(request: S3Request): ObjectHeaders {
  const stored: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (typeof value !== 'string') continue;
    if (name.startsWith('x-amz-meta-') || STORED_HEADERS.includes(name)) stored[name] = value;
  }
  const encoding = (header(request.headers, 'content-encoding') ?? '')
    .split(',')
    .map((token) => token.trim())
    .filter((token) => token !== '' && token !== 'aws-chunked');
  if (encoding.length > 0) stored['content-encoding'] = encoding.join(', ');
  return { ...stored, 'content-type': header(request.headers, 'content-type') ?? 'binary/octet-stream' };
}

/** Headers that tell a checksum; none where it is not kept here. */
export function checksumHeaders(service: Service, checksum: Checksum | undefined): Record<string, string> {
  if (checksum === undefined || !service.features.checksums) return {};
  return { [checksumHeader(checksum.algorithm)]: checksum.value, 'x-amz-checksum-type': checksum.type };
}

/** Elements that tell a checksum; none where it is not kept here. */
export function checksumElements(service: Service, checksum: Checksum | undefined): XmlElements {
  if (checksum === undefined || !service.features.checksums) return {};
  return { [checksumElement(checksum.algorithm)]: checksum.value };
}

/**
 * Multipart uploads with the rules that S3 holds clients to.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
 */
import { createHash, randomBytes } from 'node:crypto';
import { joinBlobs, readBlob } from './blob-store.ts';
import type { StoredPart, Upload } from './bucket.ts';
import {
  ALGORITHMS,
  checksumElement,
  checksumHeader,
  combineChecksums,
  parseAlgorithm,
  startChecksum,
  type Algorithm,
  type Checksum,
  type ChecksumType,
} from './checksum.ts';
import { header, partNumberOf } from './request.ts';
import { S3Error } from './s3-error.ts';
import { storeBody, textBody } from './exchange-body.ts';
import { checksumElements, checksumHeaders, objectHeaders } from './object-headers.ts';
import { optionsOf, sealedEtag } from './object-options.ts';
import { bucketOf, commitObject, uploadOf, type Exchange, type Reply, type Service } from './service.ts';
import { checkWriteCondition } from './write-condition.ts';
import { innerXml, xmlDocument, xmlText } from './xml.ts';

/** Smallest size of every part but the last. */
const PART_MIN = 5 * 1024 * 1024;

export async function createMultipartUpload(exchange: Exchange): Promise<Reply> {
  const { request } = exchange;
  const bucket = bucketOf(exchange);
  const named = header(request.headers, 'x-amz-checksum-algorithm');
  const type = header(request.headers, 'x-amz-checksum-type');
  const upload: Upload = {
    id: randomBytes(24).toString('base64url'),
    key: request.key,
    initiated: new Date(),
    headers: objectHeaders(request),
    options: optionsOf(exchange),
    algorithm:
      named === undefined || !exchange.service.features.checksums ? undefined : parseAlgorithm(named),
    checksumType: checksumTypeOf(named, type),
    parts: new Map(),
  };
  bucket.uploads.set(upload.id, upload);
  const algorithm: Record<string, string> =
    upload.algorithm === undefined
      ? {}
      : { 'x-amz-checksum-algorithm': upload.algorithm, 'x-amz-checksum-type': upload.checksumType };
  return {
    status: 200,
    headers: { ...algorithm, ...upload.options.encryption },
    xml: xmlDocument('InitiateMultipartUploadResult', {
      Bucket: bucket.name,
      Key: upload.key,
      UploadId: upload.id,
    }),
  };
}

export async function uploadPart(exchange: Exchange): Promise<Reply> {
  const { service, request } = exchange;
  const number = partNumberOf(request.query);
  const upload = uploadOf(exchange);
  const { blob, etag: sum, checksum } = await storeBody(exchange);
  const etag = sealedEtag(sum, upload.options);
  const gone = bucketOf(exchange).uploads.get(upload.id) === undefined;
  const mismatch = upload.algorithm !== undefined && checksum?.algorithm !== upload.algorithm;
  if (gone || mismatch) {
    await service.store.remove(blob);
    if (gone) uploadOf(exchange);
    throw new S3Error(
      'InvalidRequest',
      `Checksum Type mismatch occurred, expected checksum Type: ${upload.algorithm}, actual checksum Type: ${checksum?.algorithm ?? null}`,
    );
  }
  const before = upload.parts.get(number);
  upload.parts.set(number, { number, blob, size: blob.size, etag, checksum, lastModified: new Date() });
  if (before !== undefined) await service.store.remove(before.blob);
  return {
    status: 200,
    headers: { etag: `"${etag}"`, ...upload.options.encryption, ...checksumHeaders(service, checksum) },
  };
}

export async function completeMultipartUpload(exchange: Exchange): Promise<Reply> {
  const { service, request } = exchange;
  const xml = await textBody(exchange);
  const upload = uploadOf(exchange);
  const parts = chosenParts(upload, xml);
  const checksum = await objectChecksum(exchange, upload, parts, xml);
  checkWriteCondition(exchange);

  const bucket = bucketOf(exchange);
  const etag = combinedEtag(parts);
  const blob = joinBlobs(parts.map((part) => part.blob));
  const chosen = new Set(parts);
  const unused = [...upload.parts.values()].filter((part) => !chosen.has(part));
  bucket.uploads.delete(upload.id);
  await commitObject(exchange, {
    key: upload.key,
    blob,
    size: blob.size,
    etag,
    checksum,
    headers: upload.headers,
    options: upload.options,
    lastModified: new Date(),
  });
  await removeParts(service, unused);
  return {
    status: 200,
    xml: xmlDocument('CompleteMultipartUploadResult', {
      Location: `http://${request.headers.host ?? ''}/${bucket.name}/${encodeURIComponent(upload.key)}`,
      Bucket: bucket.name,
      Key: upload.key,
      ETag: `"${etag}"`,
      ...checksumElements(service, checksum),
      ChecksumType: checksum?.type,
    }),
  };
}

export async function abortMultipartUpload(exchange: Exchange): Promise<Reply> {
  const upload = uploadOf(exchange);
  bucketOf(exchange).uploads.delete(upload.id);
  await removeParts(exchange.service, [...upload.parts.values()]);
  return { status: 204 };
}

async function removeParts(service: Service, parts: readonly StoredPart[]): Promise<void> {
  await Promise.all(parts.map((part) => service.store.remove(part.blob)));
}

/** The parts that the client lists. @throws S3Error `MalformedXML`, `InvalidPartOrder`, `InvalidPart`, `EntityTooSmall` */
function chosenParts(upload: Upload, xml: string): StoredPart[] {
  const listed = innerXml(xml, 'Part');
  if (listed.length === 0 || listed.length > 10_000) {
    throw new S3Error('MalformedXML', 'The XML you provided was not well-formed or did not validate.');
  }
  const numbers = listed.map((part) => Number(xmlText(part, 'PartNumber')));
  if (numbers.some((number, index) => index > 0 && number <= (numbers[index - 1] ?? 0))) {
    throw new S3Error('InvalidPartOrder', 'The list of parts was not in ascending order.');
  }
  const parts = listed.map((element, index) => {
    const part = upload.parts.get(numbers[index] ?? 0);
    const etag = xmlText(element, 'ETag')?.replaceAll('"', '');
    if (part === undefined || part.etag !== etag || !checksumAgrees(part, element)) {
      throw new S3Error('InvalidPart', 'One or more of the specified parts could not be found.', {
        extra: { PartNumber: String(numbers[index]), UploadId: upload.id },
      });
    }
    return part;
  });
  const small = parts.slice(0, -1).find((part) => part.size < PART_MIN);
  if (small !== undefined) {
    throw new S3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', {
      extra: {
        ProposedSize: String(small.size),
        MinSizeAllowed: String(PART_MIN),
        PartNumber: String(small.number),
      },
    });
  }
  return parts;
}

function checksumAgrees(part: StoredPart, element: string): boolean {
  return ALGORITHMS.every((algorithm) => {
    const claimed = xmlText(element, checksumElement(algorithm));
    return (
      claimed === undefined || (part.checksum?.algorithm === algorithm && part.checksum.value === claimed)
    );
  });
}

/** @throws S3Error `InvalidRequest` where a checksum is missing, `BadDigest` where the whole is not as announced */
async function objectChecksum(
  { request }: Exchange,
  upload: Upload,
  parts: readonly StoredPart[],
  xml: string,
): Promise<Checksum | undefined> {
  const { algorithm, checksumType } = upload;
  const typeNow = header(request.headers, 'x-amz-checksum-type');
  if (typeNow !== undefined && algorithm !== undefined && typeNow !== checksumType) {
    throw new S3Error('InvalidRequest', `The upload was created with the checksum type ${checksumType}.`);
  }
  checkObjectSize(header(request.headers, 'x-amz-mp-object-size'), parts);
  if (algorithm === undefined) return undefined;
  if (checksumType === 'COMPOSITE') {
    const missing = innerXml(xml, 'Part').find(
      (part) => xmlText(part, checksumElement(algorithm)) === undefined,
    );
    if (missing !== undefined) {
      throw new S3Error(
        'InvalidRequest',
        `The upload was created using a ${algorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${xmlText(missing, 'PartNumber')} in the request.`,
      );
    }
  }
  const checksum =
    algorithm === 'CRC64NVME' && checksumType === 'FULL_OBJECT'
      ? await checksumOfBytes(algorithm, parts)
      : combineChecksums(
          algorithm,
          checksumType,
          parts.map((part) => ({ value: part.checksum?.value ?? '', size: part.size })),
        );
  const announced = header(request.headers, checksumHeader(algorithm));
  if (announced !== undefined && announced !== checksum.value) {
    throw new S3Error('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`);
  }
  return checksum;
}

/** Of the bytes themselves: an oracle for those who combine it from the parts. */
async function checksumOfBytes(algorithm: Algorithm, parts: readonly StoredPart[]): Promise<Checksum> {
  const running = startChecksum(algorithm);
  for await (const bytes of readBlob(joinBlobs(parts.map(({ blob }) => blob)))) running.update(bytes);
  return { algorithm, type: 'FULL_OBJECT', value: running.digest().toString('base64') };
}

/** CRC64NVME is of the whole object where nothing is said, and the others of the parts. */
function checksumTypeOf(algorithm: string | undefined, type: string | undefined): ChecksumType {
  if (type === 'FULL_OBJECT' || type === 'COMPOSITE') return type;
  return algorithm?.toUpperCase() === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE';
}

function checkObjectSize(announced: string | undefined, parts: readonly StoredPart[]): void {
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  if (announced === undefined || Number(announced) === size) return;
  throw new S3Error('InvalidRequest', 'The provided x-amz-mp-object-size header does not match the object.');
}

/** MD5 of the parts' MD5 sums, and their number. */
function combinedEtag(parts: readonly StoredPart[]): string {
  const hash = createHash('md5');
  for (const part of parts) hash.update(Buffer.from(part.etag, 'hex'));
  return `${hash.digest('hex')}-${parts.length}`;
}

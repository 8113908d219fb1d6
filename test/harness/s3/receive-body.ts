/**
 * Takes a request's body: unwraps aws-chunked, stores the bytes, and holds them against everything that the client
 * has said about them. A body that is not what was announced leaves nothing behind.
 */
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { AwsChunkedDecoder } from './aws-chunked.ts';
import type { Blob, BlobWriter } from './blob-store.ts';
import {
  ALGORITHMS,
  checksumHeader,
  parseAlgorithm,
  startChecksum,
  type Algorithm,
  type Checksum,
} from './checksum.ts';
import { header } from './request.ts';
import { S3Error } from './s3-error.ts';

/** Whether ETags are MD5 sums as S3 makes them, or made of CRC-32 and size, which costs a benchmark nothing. */
export type EtagKind = 'md5' | 'fast';

/** Damage that a fault does while a body arrives. */
export interface BodyFault {
  /** Cuts the connection when half of the body is here. */
  readonly cutAtHalf?: boolean;
  /** Stores half of the bytes, and says nothing about it. */
  readonly truncate?: boolean;
  /** Milliseconds between the end of the body and the work. */
  readonly laterMs?: number;
}

export interface ReceivedBody {
  readonly blob: Blob;
  /** Bytes that the client sent; more than the blob has where a fault cut it. */
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  /** What the client said about the bytes, and was right about. */
  readonly checksum: Checksum | undefined;
}

export interface ReceiveOptions {
  readonly writer: BlobWriter;
  readonly etag: EtagKind;
  readonly fault: BodyFault;
  /** False where the checksum header is about something other than this body: completing an upload. */
  readonly checksumIsOfBody?: boolean;
  /** Takes the framing of aws-chunked for data, as servers do that do not know it. */
  readonly keepFraming?: boolean;
}

/** @throws S3Error `BadDigest`, `XAmzContentSHA256Mismatch`, `IncompleteBody`, `MissingContentLength` and the like */
export async function receiveBody(request: IncomingMessage, options: ReceiveOptions): Promise<ReceivedBody> {
  try {
    return await receive(request, options);
  } catch (error) {
    await options.writer.abandon();
    throw error;
  }
}

async function receive(request: IncomingMessage, options: ReceiveOptions): Promise<ReceivedBody> {
  const { headers } = request;
  const claim = claimOf(
    options.keepFraming === true ? withoutFraming(headers) : headers,
    options.checksumIsOfBody ?? true,
  );
  const decoder = claim.chunked ? new AwsChunkedDecoder() : undefined;
  const crc = startChecksum('CRC32');
  const declared =
    claim.algorithm === undefined || claim.algorithm === 'CRC32' ? crc : startChecksum(claim.algorithm);
  const md5 = options.etag === 'md5' || headers['content-md5'] !== undefined ? createHash('md5') : undefined;
  const sha256 = claim.sha256 === undefined ? undefined : createHash('sha256');

  const half = Math.floor(claim.size / 2);
  const keep = options.fault.truncate === true ? half : Infinity;
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    for (const data of decoder === undefined ? [piece] : decoder.decode(piece)) {
      const before = size;
      size += data.length;
      crc.update(data);
      if (declared !== crc) declared.update(data);
      md5?.update(data);
      sha256?.update(data);
      const stored = size <= keep ? data : data.subarray(0, Math.max(keep - before, 0));
      const flushed = options.writer.write(stored);
      if (flushed !== undefined) await flushed;
    }
    if (options.fault.cutAtHalf === true && size >= half) {
      request.socket.resetAndDestroy();
      throw new S3Error('IncompleteBody', 'The connection was cut, as the script of faults asks.');
    }
  }
  decoder?.finish();
  if (options.fault.laterMs !== undefined) await sleep(options.fault.laterMs);

  if (size !== claim.size && options.keepFraming !== true) {
    throw new S3Error('IncompleteBody', 'You did not provide the number of bytes specified by the header');
  }
  const trailer = claim.algorithm && decoder?.trailers.get(checksumHeader(claim.algorithm));
  const value = claim.value ?? trailer;
  if (
    claim.algorithm !== undefined &&
    value !== undefined &&
    value !== declared.digest().toString('base64')
  ) {
    throw new S3Error(
      'BadDigest',
      `The ${claim.algorithm} you specified did not match the calculated checksum.`,
    );
  }
  if (claim.trailer && value === undefined) {
    throw new S3Error('InvalidRequest', 'The trailer that was announced did not come.');
  }
  const md5Digest = md5?.digest();
  if (md5Digest !== undefined && claim.md5 !== undefined && claim.md5 !== md5Digest.toString('base64')) {
    throw new S3Error('BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
  if (sha256 !== undefined && sha256.digest('hex') !== claim.sha256) {
    throw new S3Error(
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
  return {
    blob: await options.writer.finish(),
    size,
    etag:
      options.etag === 'md5' && md5Digest !== undefined
        ? md5Digest.toString('hex')
        : fastEtag(crc.digest(), size),
    checksum:
      claim.algorithm === undefined || value === undefined
        ? undefined
        : { algorithm: claim.algorithm, type: 'FULL_OBJECT', value },
  };
}

function withoutFraming(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const { 'x-amz-content-sha256': _, 'x-amz-trailer': __, 'transfer-encoding': ___, ...rest } = headers;
  return rest;
}

function fastEtag(crc: Buffer, size: number): string {
  return crc.toString('hex') + size.toString(16).padStart(24, '0');
}

/** What the headers say about the body. */
interface Claim {
  readonly size: number;
  readonly chunked: boolean;
  /** Hexadecimal SHA-256 of the body, where the signature covers it. */
  readonly sha256: string | undefined;
  readonly md5: string | undefined;
  readonly algorithm: Algorithm | undefined;
  readonly value: string | undefined;
  /** True where the checksum follows the body. */
  readonly trailer: boolean;
}

function claimOf(headers: IncomingHttpHeaders, checksumIsOfBody: boolean): Claim {
  const payload = header(headers, 'x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD';
  const chunked = payload.startsWith('STREAMING-');
  if (chunked && payload !== 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') {
    throw new S3Error('NotImplemented', `This server does not check ${payload}.`);
  }
  const length = header(headers, chunked ? 'x-amz-decoded-content-length' : 'content-length');
  const trailer = trailerAlgorithm(headers);
  const named = checksumIsOfBody
    ? ALGORITHMS.find((algorithm) => headers[checksumHeader(algorithm)] !== undefined)
    : undefined;
  return {
    size: bodyLength(length, headers),
    chunked,
    sha256: /^[0-9a-f]{64}$/.test(payload) ? payload : undefined,
    md5: header(headers, 'content-md5'),
    algorithm: named ?? trailer,
    value: named === undefined ? undefined : header(headers, checksumHeader(named)),
    trailer: named === undefined && trailer !== undefined,
  };
}

function bodyLength(length: string | undefined, headers: IncomingHttpHeaders): number {
  if (length === undefined && headers['transfer-encoding'] !== undefined) {
    throw new S3Error('MissingContentLength', 'You must provide the Content-Length HTTP header.');
  }
  return Number(length ?? 0);
}

function trailerAlgorithm(headers: IncomingHttpHeaders): Algorithm | undefined {
  const name = /^x-amz-checksum-(\w+)$/.exec(header(headers, 'x-amz-trailer') ?? '')?.[1];
  return name === undefined ? undefined : parseAlgorithm(name);
}

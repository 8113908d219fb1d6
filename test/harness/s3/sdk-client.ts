/** What the tests of the S3 server share: a client of the real SDK, and sums to compare with. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { S3Server } from './s3-server.ts';

/** A client that does not retry, so that each request is seen once. */
export function clientOf(server: S3Server, config: S3ClientConfig = {}): S3Client {
  return new S3Client({
    endpoint: server.endpoint,
    region: server.region,
    credentials: server.credentials,
    forcePathStyle: true,
    maxAttempts: 1,
    ...config,
  });
}

/** Hexadecimal, as in an ETag. */
export function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

/** As S3 writes it: base64 of the four bytes in network order. */
export function crc32Base64(bytes: Uint8Array): string {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(crc32(bytes));
  return buffer.toString('base64');
}

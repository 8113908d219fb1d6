import { crc32 } from 'node:zlib';

/** A CRC-32 as S3 writes it: base64 of the four bytes, most significant first. */
export function crc32Base64(value: number): string {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes.toString('base64');
}

/** Continues a CRC-32 (ISO-HDLC, the one of zip and of S3) over more bytes; begins with 0. */
export function crc32Of(bytes: Uint8Array, continued = 0): number {
  return crc32(bytes, continued);
}

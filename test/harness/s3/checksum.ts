/**
 * S3's additional checksums: computed while bytes arrive, compared with what the client says, kept with the object.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { startCrc64 } from './crc64.ts';
import { S3Error } from './s3-error.ts';

export const ALGORITHMS = ['CRC32', 'CRC64NVME', 'SHA1', 'SHA256'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

/** A checksum as it is stored: base64, with `-n` behind it where it was made of `n` parts' checksums. */
export interface Checksum {
  readonly algorithm: Algorithm;
  readonly type: ChecksumType;
  readonly value: string;
}

/** The header that carries a checksum of this algorithm. */
export function checksumHeader(algorithm: Algorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** The XML element that carries a checksum of this algorithm. */
export function checksumElement(algorithm: Algorithm): string {
  return `Checksum${algorithm}`;
}

/** @throws S3Error `NotImplemented` for an algorithm of S3's that this server does not compute */
export function parseAlgorithm(name: string): Algorithm {
  const known = ALGORITHMS.find((algorithm) => algorithm === name.toUpperCase());
  if (known === undefined)
    throw new S3Error('NotImplemented', `This server does not compute the checksum ${name}.`);
  return known;
}

/** A checksum in the making. */
export interface RunningChecksum {
  update(bytes: Buffer): void;
  /** The raw bytes, in network order. */
  digest(): Buffer;
}

export function startChecksum(algorithm: Algorithm): RunningChecksum {
  if (algorithm === 'CRC64NVME') return startCrc64();
  if (algorithm !== 'CRC32') {
    const hash = createHash(algorithm);
    return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
  }
  let crc = 0;
  return {
    update(bytes) {
      crc = crc32(bytes, crc);
    },
    digest() {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(crc);
      return bytes;
    },
  };
}

/** A part's checksum and length, from which that of the whole object follows. */
export interface PartChecksum {
  readonly value: string;
  readonly size: number;
}

/** The checksum of an object that was made of parts. @throws S3Error where the type does not go with the algorithm */
export function combineChecksums(
  algorithm: Algorithm,
  type: ChecksumType,
  parts: readonly PartChecksum[],
): Checksum {
  if (algorithm === 'CRC64NVME') {
    throw new S3Error('InvalidRequest', 'The COMPOSITE checksum type is not available for CRC64NVME.');
  }
  if (type === 'FULL_OBJECT') {
    if (algorithm !== 'CRC32') {
      throw new S3Error('InvalidRequest', `The FULL_OBJECT checksum type is not available for ${algorithm}.`);
    }
    const crc = parts.reduce(
      (sum, part) => combineCrc32(sum, Buffer.from(part.value, 'base64').readUInt32BE(), part.size),
      0,
    );
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(crc);
    return { algorithm, type, value: bytes.toString('base64') };
  }
  const running = startChecksum(algorithm);
  for (const part of parts) running.update(Buffer.from(part.value, 'base64'));
  return { algorithm, type, value: `${running.digest().toString('base64')}-${parts.length}` };
}

/** Reversed polynomial of CRC-32 (ISO-HDLC). */
const POLYNOMIAL = 0xedb88320;

/**
 * CRC-32 of two texts after one another, from the CRC of each and the length of the second. A CRC is the remainder
 * of a polynomial: appending `n` zero bytes multiplies it by x^(8n), and that power comes from squaring.
 */
export function combineCrc32(first: number, second: number, secondLength: number): number {
  let shifted = first;
  let power = 0x0080_0000; // x^8: one zero byte. The highest bit stands for x^0.
  for (let n = secondLength; n > 0; n = Math.floor(n / 2)) {
    if (n % 2 === 1) shifted = multiply(shifted, power);
    power = multiply(power, power);
  }
  return (shifted ^ second) >>> 0;
}

/** Product of two polynomials over GF(2), modulo the polynomial of the CRC. */
function multiply(a: number, b: number): number {
  let product = 0;
  let term = b;
  for (let bit = 0x8000_0000; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) product ^= term;
    term = (term & 1) === 0 ? term >>> 1 : (term >>> 1) ^ POLYNOMIAL;
  }
  return product >>> 0;
}

/** Checksums of parts, counted while their bytes come, and those of the whole object that follow from them. */
import { createHash, type Hash } from 'node:crypto';
import { combineCrc, CRC32, CRC64_NVME } from '../lib/combine-crc.ts';
import { crc32Base64, crc32Of } from '../lib/crc32.ts';
import { crc64Base64, Crc64Nvme } from '../lib/crc64-nvme.ts';

/** What a destination checks a body by. */
export type SumKind = 'crc32' | 'crc64nvme' | 'md5';

/** Checksums of one part. CRC-32 always, because the manifest has it; the others where the destination asks for them. */
export interface PartSums {
  readonly bytes: number;
  readonly crc32: number;
  readonly crc64nvme: bigint | undefined;
  readonly md5: Buffer | undefined;
}

/** Checksums of an object, as S3 writes them. */
export interface ObjectSums {
  readonly bytes: number;
  readonly crc32: string;
  readonly crc64nvme: string | undefined;
  /** What S3 calls the object when ETags are MD5 sums: of the object, or of the sums of its parts. */
  readonly etag: string | undefined;
}

export class RunningSums {
  readonly #crc64: Crc64Nvme | undefined;
  readonly #md5: Hash | undefined;
  #bytes = 0;
  #crc32 = 0;

  constructor(kind: SumKind) {
    this.#crc64 = kind === 'crc64nvme' ? new Crc64Nvme() : undefined;
    this.#md5 = kind === 'md5' ? createHash('md5') : undefined;
  }

  update(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    this.#crc32 = crc32Of(bytes, this.#crc32);
    this.#crc64?.update(bytes);
    this.#md5?.update(bytes);
  }

  digest(): PartSums {
    return {
      bytes: this.#bytes,
      crc32: this.#crc32,
      crc64nvme: this.#crc64?.digest(),
      md5: this.#md5?.digest(),
    };
  }
}

/** The sums of bytes that are all there. */
export function sumsOf(bytes: Uint8Array, kind: SumKind): PartSums {
  const running = new RunningSums(kind);
  running.update(bytes);
  return running.digest();
}

/** The sums with MD5, which is only counted while the bytes come where the endpoint is known to need it. */
export function withMd5(sums: PartSums, body: Uint8Array): PartSums & { readonly md5: Buffer } {
  return { ...sums, md5: sums.md5 ?? createHash('md5').update(body).digest() };
}

/** The fields of a request with a body: its checksum of this kind. */
export function sumFields(kind: SumKind, sums: PartSums, body: Uint8Array) {
  switch (kind) {
    case 'crc32':
      return { ChecksumCRC32: crc32Base64(sums.crc32) };
    case 'crc64nvme':
      return { ChecksumCRC64NVME: crc64Base64(sums.crc64nvme ?? sumsOf(body, kind).crc64nvme ?? 0n) };
    case 'md5':
      return { ContentMD5: withMd5(sums, body).md5.toString('base64') };
  }
}

/**
 * The sums of a whole object.
 * @param parts in order
 * @param multipart whether they were sent as such, which shows in an ETag
 * @param etagIsMd5 whether ETags of the endpoint are MD5 sums; otherwise there is none to expect
 */
export function joinSums(parts: readonly PartSums[], multipart: boolean, etagIsMd5: boolean): ObjectSums {
  const crc32 = parts.reduce((sum, part) => combineCrc(CRC32, sum, BigInt(part.crc32), part.bytes), 0n);
  return {
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
    crc32: crc32Base64(Number(crc32)),
    crc64nvme: joinedCrc64(parts),
    etag: etagIsMd5 ? joinedEtag(parts, multipart) : undefined,
  };
}

function joinedCrc64(parts: readonly PartSums[]): string | undefined {
  let sum = 0n;
  for (const { crc64nvme, bytes } of parts) {
    if (crc64nvme === undefined) return undefined;
    sum = combineCrc(CRC64_NVME, sum, crc64nvme, bytes);
  }
  return crc64Base64(sum);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html#checking-object-integrity-etag-and-md5 */
function joinedEtag(parts: readonly PartSums[], multipart: boolean): string | undefined {
  const sums = parts.flatMap(({ md5 }) => md5 ?? []);
  if (sums.length < parts.length) return undefined;
  if (!multipart) return sums[0]?.toString('hex');
  return `${createHash('md5').update(Buffer.concat(sums)).digest('hex')}-${parts.length}`;
}

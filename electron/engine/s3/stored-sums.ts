import { AppError } from '../../contract/app-error.ts';
import { crc32Base64 } from '../lib/crc32.ts';
import { crc64Base64 } from '../lib/crc64-nvme.ts';
import type { ChecksumPolicy, StoredSums } from './checksum-policy.ts';
import { withMd5, type PartSums, type SumKind } from './running-sums.ts';

/** A body that was sent, and what it was sent with. */
export interface SentBody {
  /** For people, at the beginning of a sentence: `Part 3 of orders.csv`. */
  readonly what: string;
  readonly kind: SumKind;
  readonly sums: PartSums;
  readonly body: Uint8Array;
}

/**
 * Compares what the endpoint says about a body with what was sent: its checksum, or its ETag where there is none.
 * @throws AppError `DEST_CHECKSUM_MISMATCH`
 */
export function assertSumsStored(policy: ChecksumPolicy, sent: SentBody, stored: StoredSums): void {
  const { what, kind, sums, body } = sent;
  if (kind !== 'md5') {
    const mine = kind === 'crc32' ? crc32Base64(sums.crc32) : crc64Base64(sums.crc64nvme ?? 0n);
    const theirs = kind === 'crc32' ? stored.ChecksumCRC32 : stored.ChecksumCRC64NVME;
    if (theirs === mine) return;
    if (theirs !== undefined) {
      const name = kind === 'crc32' ? 'CRC-32' : 'CRC-64';
      throw new AppError('DEST_CHECKSUM_MISMATCH', `${what} was stored with another ${name}.`);
    }
    policy.ignored();
  }
  if (policy.etagAgrees(stored, withMd5(sums, body).md5)) return;
  throw new AppError('DEST_CHECKSUM_MISMATCH', `${what} was stored with another MD5.`);
}

/**
 * How large the parts of a multipart upload are.
 *
 * S3 takes 10,000 parts an object, and nobody knows how large an object will be while its rows are still being read.
 * Parts of one size either run out at 80 GB or are needlessly large for everything smaller, so they double after
 * every thousand: 10,000 of them reach past the 5 TiB that S3 takes for an object.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
 */

const MIB = 1024 ** 2;

/** Parts of one upload, the most that S3 takes. */
export const MAX_PARTS = 10_000;

/** Bytes of an object, the most that S3 takes. */
export const MAX_OBJECT_BYTES = 5 * 1024 ** 4;

const FIRST_PART_BYTES = 8 * MIB;
const PARTS_PER_SIZE = 1_000;

/** Bytes of part number `part` (from 1). @throws RangeError past the last part */
export function partBytes(part: number): number {
  if (part < 1 || part > MAX_PARTS) throw new RangeError(`there is no part ${part}`);
  return FIRST_PART_BYTES * 2 ** Math.floor((part - 1) / PARTS_PER_SIZE);
}

/** Bytes of all parts that may be on their way at once, the one being filled included. */
const IN_FLIGHT_BYTES = 40 * MIB;

/**
 * Parts that may be on their way while another one is being filled. Fewer as they grow, because memory must not:
 * from 40 MiB on it is one.
 */
export function partsInFlight(part: number): number {
  return Math.max(1, Math.floor(IN_FLIGHT_BYTES / partBytes(part)) - 1);
}

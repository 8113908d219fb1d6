/**
 * How large the parts of a multipart upload are.
 *
 * S3 takes 10,000 parts an object, and nobody knows how large an object will be while its rows are still being read.
 * Parts of one size either run out at 50 GB or are needlessly large for everything smaller, so they double after
 * every 900: 10,000 of them reach 9.3 TiB. Where a larger object is asked for, its parts are of one size from the
 * first, and that is up to the 48.8 TiB that S3 takes.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
 */

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/** Parts of one upload, the most that S3 takes. */
export const MAX_PARTS = 10_000;

/** Bytes of a part, the most that S3 takes. */
const MAX_PART_BYTES = 5 * GIB;

/** Bytes of an object, the most that S3 takes: 48.8 TiB. */
export const MAX_OBJECT_BYTES = MAX_PARTS * MAX_PART_BYTES;

/** The least that S3 takes: memory is a multiple of it, and four on their way fill a line as well as larger ones do. */
const FIRST_PART_BYTES = 5 * MIB;
const PARTS_PER_SIZE = 900;

/**
 * Bytes of the parts that may be on their way at once, of all objects that are written side by side (part-budget.ts).
 * Besides them, each object has the part that is being filled. A part that is larger goes alone.
 */
export const IN_FLIGHT_BYTES = 20 * MIB;

/** Room behind the size that was asked for: an object ends behind the batch of rows that reached it. */
const ROOM = 1.01;

/** The parts of one object. */
export interface PartPlan {
  /** Bytes of part number `part` (from 1). @throws RangeError past the last part */
  bytes(part: number): number;
}

/** @param expectedBytes how large the object may become, where that is known */
export function planParts(expectedBytes = 0): PartPlan {
  const needed = Math.min(expectedBytes * ROOM, MAX_OBJECT_BYTES);
  const size = Math.ceil(needed / MAX_PARTS / MIB) * MIB;
  const bytes = needed <= GROWING_BYTES ? growingPart : (part: number) => sizeOf(part, size);
  return { bytes };
}

function growingPart(part: number): number {
  return sizeOf(part, FIRST_PART_BYTES * 2 ** Math.floor((part - 1) / PARTS_PER_SIZE));
}

function sizeOf(part: number, size: number): number {
  if (part < 1 || part > MAX_PARTS) throw new RangeError(`there is no part ${part}`);
  return Math.min(size, MAX_PART_BYTES);
}

/** What the growing parts reach. */
const GROWING_BYTES = Array.from({ length: Math.ceil(MAX_PARTS / PARTS_PER_SIZE) }, (_, index) => {
  const first = index * PARTS_PER_SIZE + 1;
  return growingPart(first) * Math.min(PARTS_PER_SIZE, MAX_PARTS - first + 1);
}).reduce((sum, bytes) => sum + bytes, 0);

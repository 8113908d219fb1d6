/**
 * Reads dates and times. Postgres counts from 2000-01-01, Parquet from 1970-01-01; both in days and microseconds.
 *
 * Microseconds need 64 bits. They are added up in two halves of 32, because a BigInt for each value would cost an
 * allocation. https://www.postgresql.org/docs/current/datatype-datetime.html
 */
import { UnholdableValue } from './unholdable.ts';

/** Days and microseconds from 1970-01-01 to 2000-01-01. */
const EPOCH_DAYS = 10_957;
const EPOCH_MICROS = BigInt(EPOCH_DAYS) * 86_400_000_000n;
const EPOCH_LOW = Number(EPOCH_MICROS & 0xffff_ffffn);
const EPOCH_HIGH = Number(EPOCH_MICROS >> 32n);

/** 24:00:00, which Postgres knows as a time of day of its own. */
const DAY_MICROS = 86_400_000_000n;
const DAY_LOW = Number(DAY_MICROS & 0xffff_ffffn);
const DAY_HIGH = Number(DAY_MICROS >> 32n);

const INT32_MAX = 0x7fff_ffff;
const INT32_MIN = -0x8000_0000;
const TWO_TO_32 = 0x1_0000_0000;

/** Days since 1970-01-01. @throws UnholdableValue for the infinities */
export function readDate(view: DataView, offset: number): number {
  const days = view.getInt32(offset);
  if (days === INT32_MAX) throw new UnholdableValue('the date infinity');
  if (days === INT32_MIN) throw new UnholdableValue('the date -infinity');
  return days + EPOCH_DAYS;
}

/** Copies 64 bits into `target` as its entries `2 * index`, the lower half, and the one after it. */
export function readInt64(view: DataView, offset: number, target: Int32Array, index: number): void {
  target[index * 2] = view.getInt32(offset + 4);
  target[index * 2 + 1] = view.getInt32(offset);
}

/**
 * Microseconds since 1970-01-01, stored as by {@link readInt64}.
 * @throws UnholdableValue for the infinities, and from 294247-01-10 on, where 64 bits end
 */
export function readTimestamp(view: DataView, offset: number, target: Int32Array, index: number): void {
  const high = view.getInt32(offset);
  const low = view.getUint32(offset + 4);
  if (high === INT32_MAX && low === 0xffff_ffff) throw new UnholdableValue('the timestamp infinity');
  if (high === INT32_MIN && low === 0) throw new UnholdableValue('the timestamp -infinity');
  const lowSum = low + EPOCH_LOW;
  const highSum = high + EPOCH_HIGH + (lowSum >= TWO_TO_32 ? 1 : 0);
  if (highSum > INT32_MAX) throw new UnholdableValue('a timestamp after the year 294246');
  target[index * 2] = lowSum;
  target[index * 2 + 1] = highSum;
}

/** Microseconds since midnight, stored as by {@link readInt64}. @throws UnholdableValue for 24:00 */
export function readTime(view: DataView, offset: number, target: Int32Array, index: number): void {
  if (view.getInt32(offset) === DAY_HIGH && view.getUint32(offset + 4) === DAY_LOW) {
    throw new UnholdableValue('the time 24:00');
  }
  readInt64(view, offset, target, index);
}

/** An unsigned 32-bit number, stored as by {@link readInt64}. */
export function readOid(view: DataView, offset: number, target: Int32Array, index: number): void {
  target[index * 2] = view.getInt32(offset);
  target[index * 2 + 1] = 0;
}

import type { PgTimestamp } from '../../decode/pgoutput/messages.ts';

/** Microseconds from 1970 to 2000, where Postgres begins to count. */
const MICROS_TO_2000 = 946_684_800_000_000n;

/** Microseconds since 1970. */
export function unixMicros(time: PgTimestamp): bigint {
  return time + MICROS_TO_2000;
}

/** The other way round, with what a Date has. */
export function pgTimestampOf(date: Date): PgTimestamp {
  return BigInt(date.getTime()) * 1000n - MICROS_TO_2000;
}

/** ISO 8601 in UTC with all microseconds. */
export function isoOfTimestamp(time: PgTimestamp): string {
  const micros = unixMicros(time);
  const millis = micros / 1000n - (micros % 1000n < 0n ? 1n : 0n);
  const rest = String(micros - millis * 1000n).padStart(3, '0');
  return new Date(Number(millis)).toISOString().replace('Z', `${rest}Z`);
}

/** For keys, which have no fractions of a second. */
export function dateOfTimestamp(time: PgTimestamp): Date {
  return new Date(Number(unixMicros(time) / 1000n));
}

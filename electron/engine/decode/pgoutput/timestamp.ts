import type { PgTimestamp } from './messages.ts';

/** Microseconds from 1970 to 2000, where Postgres begins to count. */
const EPOCH_MICROS = 946_684_800_000_000n;

/** A time of the protocol in ISO 8601 with all its microseconds, which a Date would lose. */
export function formatTimestamp(time: PgTimestamp): string {
  const micros = time + EPOCH_MICROS;
  const second = micros / 1_000_000n - (micros % 1_000_000n < 0n ? 1n : 0n);
  const date = new Date(Number(second) * 1_000);
  // Beyond the range of a Date: only a damaged clock gets there.
  if (Number.isNaN(date.getTime())) return `${micros} µs`;
  const fraction = String(micros - second * 1_000_000n).padStart(6, '0');
  return date.toISOString().replace('.000Z', `.${fraction}Z`);
}

/** Which part of the WAL is read where only its end, its beginning or its size was given. Pure. */
import { formatLsn, parseLsn } from '../decode/lsn.ts';

export interface InspectWish {
  readonly fromLsn?: string | undefined;
  readonly uptoLsn?: string | undefined;
  /** Bytes that are read at the most. */
  readonly bytes: number;
}

/** Never more than was allowed: the server reads all of it before it gives the first row. */
export function inspectRange(
  { fromLsn, uptoLsn, bytes }: InspectWish,
  endLsn: string,
): { readonly fromLsn: string; readonly uptoLsn: string; readonly bytes: number } {
  const size = BigInt(bytes);
  const end = parseLsn(endLsn);
  const wanted = uptoLsn === undefined ? end : parseLsn(uptoLsn);
  const wished = wanted < end ? wanted : end;
  // Position 0 is no position for Postgres.
  const last = wished < 1n ? 1n : wished;
  const first = fromLsn === undefined ? last - size : parseLsn(fromLsn);
  const from = first < 1n ? 1n : first > last ? last : first;
  const upto = last - from > size ? from + size : last;
  return { fromLsn: formatLsn(from), uptoLsn: formatLsn(upto), bytes: Number(upto - from) };
}

/** Positions in the WAL: bigint inside, `X/Y` outside. https://www.postgresql.org/docs/current/datatype-pg-lsn.html */
import { AppError } from '../../contract/app-error.ts';

const LSN = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/;

/** @throws AppError `SLOT_MESSAGE_INVALID` for what is no LSN */
export function parseLsn(text: string): bigint {
  const [, high, low] = LSN.exec(text) ?? [];
  if (high === undefined || low === undefined) {
    throw new AppError('SLOT_MESSAGE_INVALID', `"${text.slice(0, 40)}" is no position in the WAL.`);
  }
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

/** `16/B374D848`: upper case and without leading zeros, as Postgres writes it. */
export function formatLsn(lsn: bigint): string {
  const high = (lsn >> 32n).toString(16);
  const low = (lsn & 0xffff_ffffn).toString(16);
  return `${high}/${low}`.toUpperCase();
}

/** Bytes from one position to another; negative where the second lies before the first. */
export function lsnDistance(from: bigint, to: bigint): number {
  return Number(to - from);
}

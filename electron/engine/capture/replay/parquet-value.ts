/**
 * Values of Parquet as Postgres's text, the other way round than encode/binary-value.ts. Times with a zone are in UTC, which is
 * how captures ask for them. Floating point numbers get a text of their own: see floatText().
 */
import type { ParquetColumn } from '../../encode/parquet/parquet-column.ts';
import type { PhysicalValue } from '../../encode/parquet/read-row-groups.ts';
import { floatText } from './float-text.ts';

const DAY_MS = 86_400_000;
const SECOND_MICROS = 1_000_000n;
const MILLI_MICROS = 1_000n;

/** @throws SyntaxError for what captures do not write; the message has no value */
export function textOfParquet(
  { kind, scale }: Pick<ParquetColumn, 'kind' | 'scale'>,
  value: PhysicalValue,
): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return value ? 't' : 'f';
  switch (kind) {
    case 'date':
      return dateText(new Date(Number(value) * DAY_MS));
    case 'timestamp':
      return timestampText(BigInt(whole(value)), '');
    case 'timestamptz':
      return timestampText(BigInt(whole(value)), '+00');
    case 'decimal':
      return decimalText(typeof value === 'object' ? signedOf(value) : BigInt(whole(value)), scale);
    case 'uuid':
      return typeof value === 'object' ? uuidText(value) : unexpected();
    case 'float4':
    case 'float8':
      return typeof value === 'number' ? floatText(value) : unexpected();
    case 'boolean':
    case 'int2':
    case 'int4':
    case 'int8':
    case 'oid':
    case 'time':
    case 'numericDouble':
    case 'text':
    case 'json':
    case 'jsonb':
    case 'bytea':
      return typeof value === 'object' ? bytesText(value) : String(value);
  }
}

function whole(value: PhysicalValue): number | bigint {
  return typeof value === 'number' || typeof value === 'bigint' ? value : unexpected();
}

function unexpected(): never {
  throw new SyntaxError('no change');
}

function bytesText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}

function uuidText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Two's complement, the most significant byte first. */
function signedOf(bytes: Uint8Array): bigint {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex === '' ? '0' : hex}`));
}

function decimalText(unscaled: bigint, scale: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  const point = digits.length - scale;
  const fraction = scale === 0 ? '' : `.${digits.slice(point)}`;
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, point)}${fraction}`;
}

function dateText(date: Date): string {
  return `${dayText(date)}${eraOf(date)}`;
}

function timestampText(micros: bigint, zone: string): string {
  const rest = ((micros % SECOND_MICROS) + SECOND_MICROS) % SECOND_MICROS;
  const date = new Date(Number((micros - rest) / MILLI_MICROS));
  const time = date.toISOString().slice(-'00:00:00.000Z'.length, -'.000Z'.length);
  const fraction = rest === 0n ? '' : `.${String(rest).padStart(6, '0').replace(/0+$/, '')}`;
  return `${dayText(date)} ${time}${fraction}${zone}${eraOf(date)}`;
}

/** There is no year 0: it is 1 BC. */
function dayText(date: Date): string {
  const year = date.getUTCFullYear();
  const two = (part: number) => String(part).padStart(2, '0');
  const shown = String(year > 0 ? year : 1 - year).padStart(4, '0');
  return `${shown}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
}

function eraOf(date: Date): string {
  return date.getUTCFullYear() > 0 ? '' : ' BC';
}

/**
 * Values from Postgres's text to its binary form, which is what the writer of Parquet reads. Only ISO dates are
 * understood, which is how captures ask for them; a value that is not understood is said to have no binary form.
 */
import type { ParquetKind } from '../../encode/parquet/parquet-column.ts';

const EPOCH_2000_MS = Date.UTC(2000, 0, 1);
const DAY_MS = 86_400_000;

const DATE = /^(\d{4,6})-(\d\d)-(\d\d)( BC)?$/;
const TIMESTAMP =
  /^(\d{4,6}-\d\d-\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?)?( BC)?$/;
const NUMERIC = /^(-)?(\d+)(?:\.(\d+))?$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Digits of a group of the binary form of numeric. */
const GROUP = 4;
const NEGATIVE = 0x4000;

/** Undefined where the kind cannot hold the value. @throws RangeError for kinds that captures do not use, or pass on as text */
export function binaryValue(kind: ParquetKind, text: string): Buffer | undefined {
  switch (kind) {
    case 'boolean':
      return Buffer.of(text === 't' ? 1 : 0);
    case 'int2':
      return filled(2, (bytes) => bytes.writeInt16BE(Number(text)));
    case 'int4':
      return filled(4, (bytes) => bytes.writeInt32BE(Number(text)));
    case 'int8':
      return filled(8, (bytes) => bytes.writeBigInt64BE(BigInt(text)));
    case 'float4':
      return filled(4, (bytes) => bytes.writeFloatBE(Number(text)));
    case 'float8':
      return filled(8, (bytes) => bytes.writeDoubleBE(Number(text)));
    case 'decimal':
      return numeric(text);
    case 'date':
      return date(text);
    case 'timestamp':
    case 'timestamptz':
      return timestamp(text);
    case 'uuid':
      return UUID.test(text) ? Buffer.from(text.replaceAll('-', ''), 'hex') : undefined;
    case 'text':
    case 'json':
    case 'jsonb':
    case 'bytea':
    case 'oid':
    case 'time':
    case 'numericDouble':
      throw new RangeError(`captures make no ${kind} of text`);
  }
}

/** Milliseconds of midnight; undefined for what is no date that a Date can hold. */
function midnight(text: string, bc: boolean): number | undefined {
  const [, year, month, day] = DATE.exec(text) ?? [];
  if (year === undefined) return undefined;
  const moment = new Date(0);
  // Not Date.UTC, which takes the years up to 99 for those of the twentieth century.
  moment.setUTCFullYear(bc ? 1 - Number(year) : Number(year), Number(month) - 1, Number(day));
  const ms = moment.getTime();
  return Number.isNaN(ms) ? undefined : ms;
}

function date(text: string): Buffer | undefined {
  const bc = text.endsWith(' BC');
  const ms = midnight(bc ? text.slice(0, -3) : text, bc);
  return ms === undefined
    ? undefined
    : filled(4, (bytes) => bytes.writeInt32BE(Math.round((ms - EPOCH_2000_MS) / DAY_MS)));
}

function timestamp(text: string): Buffer | undefined {
  const [, day = '', hour, minute, second, fraction = '', sign, ...zone] = TIMESTAMP.exec(text) ?? [];
  const ms = midnight(day, text.endsWith(' BC'));
  if (ms === undefined) return undefined;
  const [zoneHours = 0, zoneMinutes = 0, zoneSeconds = 0] = zone.slice(0, 3).map((part) => Number(part ?? 0));
  const offset = (zoneHours * 3600 + zoneMinutes * 60 + zoneSeconds) * (sign === '-' ? -1 : 1);
  const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second) - offset;
  const micros = BigInt(ms - EPOCH_2000_MS) * 1000n + BigInt(seconds) * 1_000_000n;
  return filled(8, (bytes) => bytes.writeBigInt64BE(micros + BigInt(fraction.padEnd(6, '0'))));
}

/** Groups of four digits from the point in both directions. */
function numeric(text: string): Buffer | undefined {
  const [, sign, whole, fraction = ''] = NUMERIC.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const left = whole.padStart(Math.ceil(whole.length / GROUP) * GROUP, '0');
  const digits = left + fraction.padEnd(Math.ceil(fraction.length / GROUP) * GROUP, '0');
  const groups = digits.length / GROUP;
  return filled(8 + groups * 2, (bytes) => {
    bytes.writeUInt16BE(groups, 0);
    bytes.writeInt16BE(left.length / GROUP - 1, 2);
    bytes.writeUInt16BE(sign === undefined ? 0 : NEGATIVE, 4);
    bytes.writeUInt16BE(fraction.length, 6);
    for (let i = 0; i < groups; i++)
      bytes.writeUInt16BE(Number(digits.slice(i * GROUP, (i + 1) * GROUP)), 8 + i * 2);
  });
}

function filled(size: number, write: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  write(bytes);
  return bytes;
}

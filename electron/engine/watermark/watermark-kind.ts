/** Which types can be a watermark, and what can be calculated with their values. */
import { isTimed, type WatermarkAmount, type WatermarkKind } from '../../contract/watermark-spec.ts';

const BY_BASE_TYPE: Readonly<Record<string, WatermarkKind>> = {
  timestamptz: 'instant',
  timestamp: 'local',
  date: 'date',
  int2: 'integer',
  int4: 'integer',
  int8: 'integer',
  numeric: 'numeric',
  uuid: 'uuid',
  text: 'text',
  varchar: 'text',
};

/** @param baseType name in pg_type, domains resolved; undefined for a type that cannot be a watermark */
export function watermarkKind(baseType: string): WatermarkKind | undefined {
  return Object.hasOwn(BY_BASE_TYPE, baseType) ? BY_BASE_TYPE[baseType] : undefined;
}

/** True where an amount of this kind can be taken from a value. */
export function takesAmount(kind: WatermarkKind, amount: WatermarkAmount): boolean {
  if (amount.kind === 'number')
    return kind === 'numeric' || (kind === 'integer' && !amount.digits.includes('.'));
  return isTimed(kind);
}

/** Local times lag behind UTC by at most this; where nobody knows the zone, all of them are looked through. */
const WESTMOST_ZONE_MS = 12 * 3_600_000;

/**
 * The lowest value that a row can have which was stamped at this moment, as a text that Postgres reads; undefined where
 * values have nothing to do with time.
 * @param sample a value of the column: whether UUIDs carry a time shows on them (version 7)
 */
export function valueAtTime(kind: WatermarkKind, at: Date, sample: string | null): string | undefined {
  switch (kind) {
    case 'instant':
      return at.toISOString();
    case 'local':
      return new Date(at.getTime() - WESTMOST_ZONE_MS).toISOString().slice(0, -1);
    case 'date':
      return new Date(at.getTime() - WESTMOST_ZONE_MS).toISOString().slice(0, 10);
    case 'uuid':
      return sample !== null && isTimedUuid(sample) ? uuidAt(at) : undefined;
    case 'integer':
    case 'numeric':
    case 'text':
      return undefined;
  }
}

/** RFC 9562: the digit behind the second hyphen is the version. */
function isTimedUuid(uuid: string): boolean {
  return uuid.charAt(14) === '7';
}

/** Before every UUID of version 7 of this millisecond. https://www.rfc-editor.org/rfc/rfc9562#section-5.7 */
function uuidAt(at: Date): string {
  const hex = Math.max(0, at.getTime()).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/**
 * Reads the binary form of numeric: digits to the base of 10,000, with the weight of the first, a sign and a display
 * scale. https://github.com/postgres/postgres/blob/master/src/backend/utils/adt/numeric.c (numeric_send)
 */
import { UnholdableValue, malformedRows, type OnLoss } from './unholdable.ts';

const HEADER_BYTES = 8;
const NEGATIVE = 0x4000;
const SPECIAL: ReadonlyMap<number, string> = new Map([
  [0xc000, 'NaN'],
  [0xd000, 'Infinity'],
  [0xf000, '-Infinity'],
]);

/** Digits that a double holds exactly, with up to three powers of ten on top. */
const FAST_DIGITS = 3;

const POWERS = Array.from({ length: 64 }, (_, exponent) => 10n ** BigInt(exponent));

/** A power of ten. A numeric of the largest precision needs less than 64. */
function power(exponent: number): bigint {
  return POWERS[exponent] ?? 10n ** BigInt(exponent);
}

interface NumericParts {
  readonly digits: number;
  readonly weight: number;
  readonly negative: boolean;
  /** NaN or an infinity; undefined for a number. */
  readonly special: string | undefined;
}

function readParts(view: DataView, offset: number, length: number): NumericParts {
  if (length < HEADER_BYTES) throw malformedRows('a numeric is too short');
  const digits = view.getUint16(offset);
  if (length !== HEADER_BYTES + digits * 2) throw malformedRows('a numeric has another length than it says');
  const sign = view.getUint16(offset + 4);
  return {
    digits,
    weight: view.getInt16(offset + 2),
    negative: sign === NEGATIVE,
    special: SPECIAL.get(sign),
  };
}

/**
 * The value times ten to the power of `scale`, as DECIMAL stores it. Where losses are accepted, digits behind the last one
 * that fits are rounded as Postgres rounds them.
 * @throws UnholdableValue for NaN and the infinities, and for digits that do not fit
 */
export function readNumeric(
  view: DataView,
  offset: number,
  length: number,
  { precision, scale }: { readonly precision: number; readonly scale: number },
  onLoss?: OnLoss,
): bigint {
  const { digits, weight, negative, special } = readParts(view, offset, length);
  if (special !== undefined) throw new UnholdableValue(`the numeric ${special}`);
  // Beyond any DECIMAL, and beyond what a power of ten should be computed for.
  if (digits > 0 && weight > 16) throw tooManyDigits(precision);
  // The last digit counts 10,000 to the power of (weight - digits + 1).
  const exponent = (weight - digits + 1) * 4 + scale;
  const size = digits === 0 ? 0n : magnitude(view, offset + HEADER_BYTES, digits, exponent, onLoss);
  if (size >= power(precision)) throw tooManyDigits(precision);
  return negative ? -size : size;
}

/** The nearest double. @throws UnholdableValue for a number beyond all of them */
export function readNumericAsDouble(view: DataView, offset: number, length: number): number {
  const { digits, weight, negative, special } = readParts(view, offset, length);
  if (special !== undefined) return Number(special);
  let text = negative ? '-0' : '0';
  for (let i = 0; i < digits; i++) {
    text += String(view.getUint16(offset + HEADER_BYTES + i * 2)).padStart(4, '0');
  }
  const value = Number(`${text}e${(weight - digits + 1) * 4}`);
  if (!Number.isFinite(value)) throw new UnholdableValue('a number too large for a double');
  // Postgres knows no zero with a sign.
  return value === 0 ? 0 : value;
}

function tooManyDigits(precision: number): UnholdableValue {
  return new UnholdableValue(`a number of more than ${precision} digits`);
}

function magnitude(
  view: DataView,
  offset: number,
  digits: number,
  exponent: number,
  onLoss: OnLoss | undefined,
): bigint {
  if (digits <= FAST_DIGITS && exponent <= 3 && exponent > -4) {
    let value = 0;
    for (let i = 0; i < digits; i++) value = value * 10_000 + view.getUint16(offset + i * 2);
    const scaled = exponent >= 0 ? value * 10 ** exponent : value / 10 ** -exponent;
    if (Number.isInteger(scaled)) return BigInt(scaled);
  }
  let value = 0n;
  for (let i = 0; i < digits; i++) value = value * 10_000n + BigInt(view.getUint16(offset + i * 2));
  if (exponent >= 0) return value * power(exponent);
  const divisor = power(-exponent);
  if (value % divisor === 0n) return value / divisor;
  if (onLoss === undefined) throw new UnholdableValue('a number of more decimals than its column');
  onLoss('a number of more decimals than its column, rounded');
  return (value + divisor / 2n) / divisor;
}

/**
 * Reads the binary form of numeric: digits to the base of 10,000, with the weight of the first, a sign and a display
 * scale. https://github.com/postgres/postgres/blob/master/src/backend/utils/adt/numeric.c (numeric_send)
 */
import { UnholdableValue, malformedRows } from './unholdable.ts';

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

/**
 * The value times ten to the power of `scale`, as DECIMAL stores it.
 * @throws UnholdableValue for NaN and the infinities, and for digits that do not fit
 */
export function readNumeric(
  view: DataView,
  offset: number,
  length: number,
  { precision, scale }: { readonly precision: number; readonly scale: number },
): bigint {
  if (length < HEADER_BYTES) throw malformedRows('a numeric is too short');
  const digits = view.getUint16(offset);
  if (length !== HEADER_BYTES + digits * 2) throw malformedRows('a numeric has another length than it says');
  const weight = view.getInt16(offset + 2);
  const sign = view.getUint16(offset + 4);
  const special = SPECIAL.get(sign);
  if (special !== undefined) throw new UnholdableValue(`the numeric ${special}`);
  // The last digit counts 10,000 to the power of (weight - digits + 1).
  const exponent = (weight - digits + 1) * 4 + scale;
  const size = digits === 0 ? 0n : magnitude(view, offset + HEADER_BYTES, digits, exponent);
  if (size >= power(precision)) throw new UnholdableValue(`a number of more than ${precision} digits`);
  return sign === NEGATIVE ? -size : size;
}

function magnitude(view: DataView, offset: number, digits: number, exponent: number): bigint {
  if (digits <= FAST_DIGITS && exponent <= 3 && exponent > -4) {
    let value = 0;
    for (let i = 0; i < digits; i++) value = value * 10_000 + view.getUint16(offset + i * 2);
    const scaled = exponent >= 0 ? value * 10 ** exponent : value / 10 ** -exponent;
    if (!Number.isInteger(scaled)) throw new UnholdableValue('a number of more decimals than its column');
    return BigInt(scaled);
  }
  let value = 0n;
  for (let i = 0; i < digits; i++) value = value * 10_000n + BigInt(view.getUint16(offset + i * 2));
  if (exponent >= 0) return value * power(exponent);
  const divisor = power(-exponent);
  if (value % divisor !== 0n) throw new UnholdableValue('a number of more decimals than its column');
  return value / divisor;
}

/**
 * The CRC of two texts after one another, from the CRC of each and the length of the second: what makes a checksum of a
 * whole object out of those of its parts, without looking at the bytes a second time.
 *
 * A CRC is the remainder of a polynomial over GF(2). Appending n zero bytes multiplies it by x^(8n), and that power comes
 * from squaring, so the work grows with the number of digits of n. The inversion of the register at both ends, which
 * both CRCs have, cancels out.
 */

/** A CRC whose bits are reflected, as those of zip and of NVME are. */
export interface CrcKind {
  /** Bits of the register. */
  readonly width: bigint;
  /** Reflected polynomial, without its highest term. */
  readonly polynomial: bigint;
}

/** CRC-32/ISO-HDLC. */
export const CRC32: CrcKind = { width: 32n, polynomial: 0xedb8_8320n };
/** CRC-64/NVME. */
export const CRC64_NVME: CrcKind = { width: 64n, polynomial: 0x9a6c_9329_ac4b_c9b5n };

/** @param secondBytes length of the second text in bytes */
export function combineCrc(kind: CrcKind, first: bigint, second: bigint, secondBytes: number): bigint {
  let shifted = first;
  // x^8. The highest bit of the register stands for x^0.
  let power = 1n << (kind.width - 9n);
  for (let n = secondBytes; n > 0; n = Math.floor(n / 2)) {
    if (n % 2 === 1) shifted = multiply(kind, shifted, power);
    power = multiply(kind, power, power);
  }
  return shifted ^ second;
}

/** Product of two polynomials, modulo that of the CRC. */
function multiply({ width, polynomial }: CrcKind, a: bigint, b: bigint): bigint {
  let product = 0n;
  let term = b;
  for (let bit = 1n << (width - 1n); bit !== 0n; bit >>= 1n) {
    if ((a & bit) !== 0n) product ^= term;
    term = (term & 1n) === 0n ? term >> 1n : (term >> 1n) ^ polynomial;
  }
  return product;
}

/** Entries of a table, the least and the most. */
const SLOTS_MIN = 16;
const SLOTS_MAX = 4096;

/** Entries of all tables of a file together, because each holds on to a value: measured, 230 bytes. */
const SLOTS_OF_FILE = 81_920;

/** Values after which it is decided whether looking for equal ones pays. */
const TRIAL = 8192;

/** Longer values are hardly ever equal, and cost more to compare. */
const MAX_LENGTH = 64;

/** Entries of the table of each of so many columns; a power of two. */
export function slotsOf(columns: number): number {
  const share = 2 ** Math.floor(Math.log2(SLOTS_OF_FILE / columns));
  return Math.min(SLOTS_MAX, Math.max(SLOTS_MIN, share));
}

/**
 * Gives equal values as one object. Columns of text mostly repeat few values: the writer then finds them in its
 * dictionary by identity, and there is no object for each value, which costs more than the bytes.
 */
export class InternedBytes {
  readonly #slots: (Uint8Array | undefined)[];
  #asked = 0;
  #found = 0;
  #pays = true;

  /** @param slots as {@link slotsOf} */
  constructor(slots: number) {
    this.#slots = Array.from({ length: slots });
  }

  /**
   * The bytes from `offset` on, as a view, or as an equal array that was given before. `view` and `bytes` show the
   * same memory.
   */
  of(view: DataView, bytes: Uint8Array, offset: number, length: number): Uint8Array {
    if (!this.#pays || length > MAX_LENGTH) return bytes.subarray(offset, offset + length);
    if (++this.#asked === TRIAL && this.#found * 2 <= TRIAL) {
      this.#pays = false;
      // Nobody looks at them again, and they would stay as long as the file.
      this.#slots.length = 0;
      return bytes.subarray(offset, offset + length);
    }
    const slot = hashOf(view, offset, length) & (this.#slots.length - 1);
    const known = this.#slots[slot];
    if (known !== undefined && isSame(known, bytes, offset, length)) {
      this.#found++;
      return known;
    }
    // A copy, because the table outlives the batch that the value came with.
    return (this.#slots[slot] = bytes.slice(offset, offset + length));
  }
}

/**
 * From the length, the beginning, the middle and the end: reading all of the bytes would cost as much as comparing them.
 * Values that share these push each other out, which costs time and nothing else.
 */
function hashOf(view: DataView, offset: number, length: number): number {
  let hash = length;
  if (length >= 4) {
    const middle = offset + ((length - 4) >> 1);
    hash ^= Math.imul(view.getInt32(offset), 0x9e37_79b1);
    hash ^= Math.imul(view.getInt32(middle), 0x85eb_ca6b);
    hash ^= Math.imul(view.getInt32(offset + length - 4), 0xc2b2_ae35);
  } else {
    for (let i = 0; i < length; i++) hash = Math.imul(hash, 31) + view.getUint8(offset + i);
  }
  return hash ^ (hash >>> 12) ^ (hash >>> 22);
}

function isSame(known: Uint8Array, bytes: Uint8Array, offset: number, length: number): boolean {
  if (known.length !== length) return false;
  for (let i = 0; i < length; i++) if (known[i] !== bytes[offset + i]) return false;
  return true;
}

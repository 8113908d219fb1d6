/** Entries of the table; a power of two. */
const SLOTS = 4096;

/** Values after which it is decided whether looking for equal ones pays. */
const TRIAL = 8192;

/** Longer values are hardly ever equal, and cost more to compare. */
const MAX_LENGTH = 64;

/**
 * Gives equal values as one object. Columns of text mostly repeat few values: the writer then finds them in its
 * dictionary by identity, and there is no object for each value, which costs more than the bytes.
 */
export class InternedBytes {
  readonly #slots: (Uint8Array | undefined)[] = Array.from({ length: SLOTS });
  #asked = 0;
  #found = 0;
  #pays = true;

  /** The bytes from `offset` on, as a view, or as an equal array that was given before. */
  of(bytes: Uint8Array, offset: number, length: number): Uint8Array {
    if (!this.#pays || length > MAX_LENGTH) return bytes.subarray(offset, offset + length);
    if (++this.#asked === TRIAL) this.#pays = this.#found * 2 > TRIAL;
    let hash = length;
    for (let i = offset; i < offset + length; i++) hash = (Math.imul(hash, 31) + (bytes[i] as number)) | 0;
    const slot = (hash ^ (hash >>> 12)) & (SLOTS - 1);
    const known = this.#slots[slot];
    if (known !== undefined && isSame(known, bytes, offset, length)) {
      this.#found++;
      return known;
    }
    // A copy, because the table outlives the batch that the value came with.
    return (this.#slots[slot] = bytes.slice(offset, offset + length));
  }
}

function isSame(known: Uint8Array, bytes: Uint8Array, offset: number, length: number): boolean {
  if (known.length !== length) return false;
  for (let i = 0; i < length; i++) if (known[i] !== bytes[offset + i]) return false;
  return true;
}

/** Bytes after which a batch is handed over. Larger ones gain nothing; smaller ones cost a promise each. */
export const BATCH_BYTES = 256 * 1024;

/** Room behind a full batch for the rest of the row that filled it. */
const BUFFER_BYTES = BATCH_BYTES + 68 * 1024;

/** Bytes of a buffer that one huge row has grown, the most that are kept for others. */
const LARGEST_KEPT = 8 * BUFFER_BYTES;

/**
 * The two buffers of a tap: one is filled while what is in the other is used. The COPYs of a connection have them one after
 * the other: with some for each range of a large table, those of the ranges before lie about until the collector comes.
 */
export class TapBuffers {
  #filling = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #spare = Buffer.allocUnsafeSlow(BUFFER_BYTES);

  /** The one that is filled. */
  get filling(): Buffer {
    return this.#filling;
  }

  /** Makes room for `needed` bytes where it is filled, and keeps the first `filled`. */
  grow(needed: number, filled: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#filling.length * 2));
    this.#filling.copy(larger, 0, 0, filled);
    this.#filling = larger;
  }

  /**
   * Swaps the two; the one to be filled then has room for `needed` bytes, and begins with those of the other from `from`
   * to `to`. Gives the full one, whose bytes stay what they are until the next swap.
   */
  swap(from: number, to: number, needed: number): Buffer {
    const full = this.#filling;
    const reusable = this.#spare.length >= needed && this.#spare.length <= LARGEST_KEPT;
    this.#filling = reusable ? this.#spare : Buffer.allocUnsafeSlow(Math.max(BUFFER_BYTES, needed));
    full.copy(this.#filling, 0, from, to);
    this.#spare = full;
    return full;
  }

  /** Gives up what a huge row has made large, when nobody reads it any more. */
  shrink(): void {
    if (this.#filling.length > LARGEST_KEPT) this.#filling = Buffer.allocUnsafeSlow(BUFFER_BYTES);
    if (this.#spare.length > LARGEST_KEPT) this.#spare = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  }
}

/** Memory for parts, used again and again: what an upload needs is the same for a small table and a large one. */
export class PartBuffers {
  readonly #free: Buffer[] = [];

  /** A buffer of exactly this size. Smaller ones are let go: parts only ever grow. */
  take(bytes: number): Buffer {
    for (let buffer = this.#free.pop(); buffer !== undefined; buffer = this.#free.pop()) {
      if (buffer.length === bytes) return buffer;
    }
    return Buffer.allocUnsafeSlow(bytes);
  }

  /** Gives a buffer back, when nobody reads it any more. */
  give(buffer: Buffer): void {
    this.#free.push(buffer);
  }
}

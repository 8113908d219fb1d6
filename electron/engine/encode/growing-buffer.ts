/** Below this many bytes a loop beats a call into native code. */
const SMALL = 64;

/** A buffer that is filled, read, and filled again. Whoever fills it says beforehand how much it could become. */
export class GrowingBuffer {
  #buffer = Buffer.allocUnsafeSlow(64 * 1024);
  #length = 0;

  /** Empties the buffer and makes room for `capacity` bytes. */
  reset(capacity: number): void {
    this.#length = 0;
    if (this.#buffer.length < capacity) this.#buffer = Buffer.allocUnsafeSlow(Math.ceil(capacity * 1.25));
  }

  push(byte: number): void {
    this.#buffer[this.#length++] = byte;
  }

  append(source: Uint8Array, from: number, to: number): void {
    if (to - from > SMALL) {
      this.#buffer.set(source.subarray(from, to), this.#length);
      this.#length += to - from;
      return;
    }
    const target = this.#buffer;
    let length = this.#length;
    for (let i = from; i < to; i++) target[length++] = source[i] as number;
    this.#length = length;
  }

  /** Appends text of the ASCII characters only. */
  appendAscii(text: string): void {
    this.#length += this.#buffer.write(text, this.#length, 'latin1');
  }

  /** What has been filled in; valid until {@link reset}. */
  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }
}

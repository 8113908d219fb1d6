/** Below this many bytes a loop beats a call into native code. */
const SMALL = 64;

/** Up to here four bytes at a time in a loop do. */
const SHORT = 128;

/** Bytes that such a loop can go too far. */
const OVERSHOOT = 3;

/** A buffer that is filled, read, and filled again. Whoever fills it says beforehand how much it could become. */
export class GrowingBuffer {
  #buffer = Buffer.allocUnsafeSlow(64 * 1024);
  #view = viewOf(this.#buffer);
  #length = 0;

  /** Empties the buffer and makes room for `capacity` bytes. */
  reset(capacity: number): void {
    this.#length = 0;
    if (this.#buffer.length >= capacity + OVERSHOOT) return;
    this.#buffer = Buffer.allocUnsafeSlow(Math.ceil(capacity * 1.25) + OVERSHOOT);
    this.#view = viewOf(this.#buffer);
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

  /** Like {@link append}, in half the time for rows that are short and many. */
  appendShort(source: DataView, from: number, to: number): void {
    const bytes = to - from;
    if (bytes > SHORT || to + OVERSHOOT > source.byteLength) {
      this.append(new Uint8Array(source.buffer, source.byteOffset, source.byteLength), from, to);
      return;
    }
    const target = this.#view;
    const at = this.#length;
    for (let i = 0; i < bytes; i += 4) target.setInt32(at + i, source.getInt32(from + i, true), true);
    this.#length = at + bytes;
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

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
}

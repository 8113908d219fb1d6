/**
 * Bytes of JSON, or of rows of COPY, on their way into an object. Values are copied from where the WAL has them: a text for each of them
 * would cost more than everything else that a capture does.
 */
const FIRST_BYTES = 4 * 1024;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const ZERO = 0x30;

/** A character that is escaped becomes up to six: `\u001f`. */
const LONGEST_ESCAPE = 6;

/** Below this many bytes a loop beats a call into native code. */
const SMALL = 48;

/** Up to this size a value gets the room of its worst case at once. */
const MODERATE = 4 * 1024;

/** The letter of the short form of an escape, or 0. */
const SHORT = new Uint8Array(SPACE);
for (const [code, letter] of [
  [0x08, 'b'],
  [0x09, 't'],
  [0x0a, 'n'],
  [0x0c, 'f'],
  [0x0d, 'r'],
] as const)
  SHORT[code] = letter.charCodeAt(0);

const HEX = Buffer.from('0123456789abcdef');

export class JsonBuffer {
  #bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Bytes of memory. */
  get capacity(): number {
    return this.#bytes.length;
  }

  /** What was written; valid until something else is. */
  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Begins anew with another piece of memory. What {@link bytes} gave stays as it is. */
  replace(memory: Buffer): void {
    this.#bytes = memory;
    this.#length = 0;
  }

  clear(): void {
    this.#length = 0;
  }

  /** Takes back what was written after that length. */
  truncate(length: number): void {
    this.#length = length;
  }

  byte(byte: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#length++] = byte;
  }

  /** Bytes as they are. */
  raw(source: Uint8Array, from = 0, to = source.length): void {
    const size = to - from;
    if (this.#length + size > this.#bytes.length) this.#grow(size);
    if (size > SMALL) {
      this.#bytes.set(from === 0 && to === source.length ? source : source.subarray(from, to), this.#length);
      this.#length += size;
      return;
    }
    const bytes = this.#bytes;
    let at = this.#length;
    for (let i = from; i < to; i++) bytes[at++] = source[i] as number;
    this.#length = at;
  }

  /** A number of 16 bits, the most significant byte first. */
  int16(value: number): void {
    this.byte((value >> 8) & 0xff);
    this.byte(value & 0xff);
  }

  /** A number of 32 bits, likewise. */
  int32(value: number): void {
    this.int16(value >> 16);
    this.int16(value);
  }

  /** Text of ASCII characters, of which none needs an escape. */
  ascii(text: string): void {
    if (this.#length + text.length > this.#bytes.length) this.#grow(text.length);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i);
    this.#length = at;
  }

  /** A whole number that is not negative, in digits. @param value up to 2^53 */
  digits(value: number): void {
    if (value < 10) {
      this.byte(ZERO + value);
      return;
    }
    if (value > 0x7fff_ffff) {
      // Beyond 32 bits the engine divides in floating point: two halves are quicker than sixteen digits.
      const high = Math.floor(value / 1e9);
      this.digits(high);
      this.#padded(value - high * 1e9, 9);
      return;
    }
    let count = 1;
    for (let rest = value; rest >= 10; rest = (rest / 10) | 0) count++;
    this.#padded(value, count);
  }

  /** A JSON string of UTF-8. */
  string(source: Uint8Array, from: number, to: number): void {
    const size = to - from;
    if (size > MODERATE) {
      this.#longString(source, from, to);
      return;
    }
    const most = size * LONGEST_ESCAPE + 2;
    if (this.#length + most > this.#bytes.length) this.#grow(most);
    const bytes = this.#bytes;
    let at = this.#length;
    bytes[at++] = QUOTE;
    for (let i = from; i < to; i++) {
      const code = source[i] as number;
      if (code >= SPACE && code !== QUOTE && code !== BACKSLASH) bytes[at++] = code;
      else at = escapeTo(bytes, at, code);
    }
    bytes[at++] = QUOTE;
    this.#length = at;
  }

  /** Runs without escapes are copied as a whole, so that a megabyte does not ask for room for six. */
  #longString(source: Uint8Array, from: number, to: number): void {
    this.byte(QUOTE);
    let start = from;
    for (let i = from; i < to; i++) {
      const code = source[i] as number;
      if (code >= SPACE && code !== QUOTE && code !== BACKSLASH) continue;
      this.raw(source, start, i);
      if (this.#length + LONGEST_ESCAPE > this.#bytes.length) this.#grow(LONGEST_ESCAPE);
      this.#length = escapeTo(this.#bytes, this.#length, code);
      start = i + 1;
    }
    this.raw(source, start, to);
    this.byte(QUOTE);
  }

  #padded(value: number, count: number): void {
    if (this.#length + count > this.#bytes.length) this.#grow(count);
    let rest = value;
    for (let at = this.#length + count - 1; at >= this.#length; at--) {
      const next = (rest / 10) | 0;
      this.#bytes[at] = ZERO + rest - next * 10;
      rest = next;
    }
    this.#length += count;
  }

  #grow(size: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#length + size));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

function escapeTo(bytes: Uint8Array, from: number, code: number): number {
  let at = from;
  bytes[at++] = BACKSLASH;
  if (code >= SPACE) {
    bytes[at++] = code;
    return at;
  }
  const short = SHORT[code] as number;
  if (short !== 0) {
    bytes[at++] = short;
    return at;
  }
  bytes[at++] = 0x75; // u
  bytes[at++] = ZERO;
  bytes[at++] = ZERO;
  bytes[at++] = HEX[code >> 4] as number;
  bytes[at++] = HEX[code & 15] as number;
  return at;
}

/**
 * Rewrites COPY's text format into its CSV, byte for byte what the server would have written. A batch in which nothing
 * differs goes through as it is; of any other, most rows without a difference are copied as they are.
 *
 * Text has a backslash before whatever needs one; CSV has quotes around it. So rows differ where there is a backslash
 * (which NULL has as well), the quote, a text that looks like the token for NULL, or an empty text where that token is
 * empty. https://www.postgresql.org/docs/current/sql-copy.html
 */
import type { CsvFormat } from '../../contract/format.ts';
import type { RowBatch } from '../ports.ts';
import { unescapeCopyText, unescapedByte } from './copy-text.ts';
import { emptySigns, NextSign } from './next-sign.ts';

const LF = 0x0a;
const CR = 0x0d;
const DOT = 0x2e;
const BACKSLASH = 0x5c;
const UPPER_N = 0x4e;

/** Rows without a difference after which the next one is searched for, which for one row takes longer than to go on. */
const SAME_ROWS = 4;

/** Below this many bytes a loop beats a call into native code. */
const FEW_BYTES = 48;

/** What a byte says about the field that it is in. */
const NOTHING = 0;
const ENDS = 1;
/** CSV writes it, or something in the field, in another way. */
const DIFFERS = 2;
const NEEDS_QUOTES = 4;

export class TextToCsv {
  readonly #quote: number;
  readonly #escape: number;
  readonly #nullToken: Buffer;
  /** True where a value that is the token has an escape in it. */
  readonly #tokenIsEscaped: boolean;
  readonly #width: number;
  /** What each byte says. */
  readonly #says = new Uint8Array(256);
  /** What each byte says behind a backslash. */
  readonly #saysEscaped = new Uint8Array(256);
  readonly #differences: NextSign;
  #target: Buffer = Buffer.allocUnsafeSlow(0);
  /** Bytes of the target that have been written. */
  #filled = 0;

  /** @param mayBeEmpty of each column, whether it can have an empty text */
  constructor(format: CsvFormat, mayBeEmpty: readonly boolean[]) {
    const { quote = '"', escape = quote, nullToken } = format;
    const delimiter = format.delimiter.charCodeAt(0);
    this.#quote = quote.charCodeAt(0);
    this.#escape = escape.charCodeAt(0);
    this.#nullToken = Buffer.from(nullToken);
    this.#tokenIsEscaped = /[\\\b\f\n\r\t\v]/.test(nullToken);
    this.#width = mayBeEmpty.length;
    this.#says[this.#escape] = DIFFERS;
    this.#says[BACKSLASH] = DIFFERS;
    this.#says[this.#quote] = DIFFERS | NEEDS_QUOTES;
    this.#says[delimiter] = ENDS;
    this.#says[LF] = ENDS;
    for (let byte = 0; byte < 256; byte++) {
      const meant = unescapedByte(byte);
      if (meant === delimiter || meant === LF || meant === CR) this.#saysEscaped[byte] = NEEDS_QUOTES;
    }
    this.#differences = new NextSign([
      { bytes: Buffer.of(BACKSLASH), behind: 0 },
      { bytes: Buffer.of(this.#quote), behind: 0 },
      ...(nullToken === ''
        ? emptySigns(delimiter, mayBeEmpty)
        : [{ bytes: this.#nullToken, behind: 0 as const }]),
    ]);
  }

  /** Takes whole rows. What it gives is valid until the next call, and as long as the bytes of the batch are. */
  rewrite({ bytes: view, rows }: RowBatch): Uint8Array {
    const bytes = Buffer.from(view.buffer, view.byteOffset, view.length);
    this.#differences.begin(bytes);
    let different = this.#differences.from(0);
    if (different === undefined) return view;
    this.#makeRoom(bytes.length * 2 + rows * this.#width * (this.#nullToken.length + 2));
    let done = 0;
    while (different !== undefined) {
      const start = behindLineBefore(bytes, different, done);
      this.#copy(bytes, done, start);
      done = this.#writeRows(bytes, start);
      different = this.#differences.from(done);
    }
    this.#copy(bytes, done, bytes.length);
    return this.#target.subarray(0, this.#filled);
  }

  #makeRoom(bytes: number): void {
    this.#filled = 0;
    if (this.#target.length < bytes) this.#target = Buffer.allocUnsafeSlow(Math.ceil(bytes * 1.25));
  }

  #copy(bytes: Buffer, from: number, to: number): void {
    bytes.copy(this.#target, this.#filled, from, to);
    this.#filled += to - from;
  }

  /** Writes rows from `start` on, as long as there is a difference every now and then; gives the offset behind them. */
  #writeRows(bytes: Buffer, start: number): number {
    const says = this.#says;
    const tokenLength = this.#nullToken.length;
    const target = this.#target;
    let filled = this.#filled;
    let from = start;
    for (let same = 0; same < SAME_ROWS && from < bytes.length;) {
      let to = from;
      let seen = NOTHING;
      for (let byte = bytes[to] as number; ; byte = bytes[++to] as number) {
        const said = says[byte] as number;
        if (said === NOTHING) continue;
        if (said === ENDS) break;
        seen |= said;
        // What stands behind a backslash belongs to it, also where it is a delimiter or a quote.
        if (byte === BACKSLASH) seen |= this.#saysEscaped[bytes[++to] as number] as number;
      }
      if (seen !== NOTHING || (to - from === tokenLength && this.#isToken(bytes, from, to))) {
        filled = this.#writeField(bytes, from, to, seen, filled);
        same = -1;
      } else {
        filled = copyTo(target, filled, bytes, from, to);
      }
      const end = bytes[to] as number;
      target[filled++] = end;
      if (end === LF) same++;
      from = to + 1;
    }
    this.#filled = filled;
    return from;
  }

  /** Writes a field that differs to `at` of the target; gives the offset behind it. */
  #writeField(bytes: Buffer, from: number, to: number, seen: number, at: number): number {
    const target = this.#target;
    const says = this.#says;
    let filled = at;
    if (to - from === 2 && bytes[from] === BACKSLASH && bytes[from + 1] === UPPER_N) {
      return copyTo(target, filled, this.#nullToken, 0, this.#nullToken.length);
    }
    const quoted = (seen & NEEDS_QUOTES) !== 0 || this.#isQuoted(bytes, from, to);
    const quote = quoted ? this.#quote : -1;
    const escape = quoted ? this.#escape : -1;
    if (quoted) target[filled++] = quote;
    for (let i = from; i < to; i++) {
      const run = i;
      while (i < to && says[bytes[i] as number] === NOTHING) i++;
      filled = copyTo(target, filled, bytes, run, i);
      if (i === to) break;
      let byte = bytes[i] as number;
      if (byte === BACKSLASH) byte = unescapedByte(bytes[++i] as number);
      if (byte === quote || byte === escape) target[filled++] = escape;
      target[filled++] = byte;
    }
    if (quoted) target[filled++] = quote;
    return filled;
  }

  /** Of a field with no character that needs quotes: whether it is a text that CSV would take for something else. */
  #isQuoted(bytes: Buffer, from: number, to: number): boolean {
    // COPY quotes the old end-of-data mark where it would stand alone on a line.
    const endOfData = to - from === 3 && bytes[from + 1] === BACKSLASH && bytes[from + 2] === DOT;
    return (this.#width === 1 && endOfData) || this.#isToken(bytes, from, to);
  }

  /** True for a text that is the token for NULL. */
  #isToken(bytes: Buffer, from: number, to: number): boolean {
    const token = this.#nullToken;
    if (this.#tokenIsEscaped) return unescapeCopyText(bytes, from, to).equals(token);
    if (to - from !== token.length) return false;
    for (let i = 0; i < token.length; i++) if (bytes[from + i] !== token[i]) return false;
    return true;
  }
}

/** Copies bytes to `at` of the target; gives the offset behind them. */
function copyTo(target: Buffer, at: number, source: Buffer, from: number, to: number): number {
  if (to - from > FEW_BYTES) return at + source.copy(target, at, from, to);
  let filled = at;
  for (let i = from; i < to; i++) target[filled++] = source[i] as number;
  return filled;
}

/** Where the row begins that has a byte at `at`, and before which all is done up to `done`. */
function behindLineBefore(bytes: Buffer, at: number, done: number): number {
  let start = at;
  while (start > done && bytes[start - 1] !== LF) start--;
  return start;
}

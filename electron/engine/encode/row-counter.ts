/** Counts the rows in the bytes of a format, piece by piece, without taking the values apart. */
import type { Format } from '../../contract/format.ts';
import { FooterRows } from './parquet/footer-rows.ts';

const LF = 0x0a;
const QUOTE = 0x22;

export interface RowCounter {
  push(bytes: Uint8Array): void;
  /** Rows so far, the header left out. @throws UnreadableFooter for a file of Parquet that is not whole */
  rows(): number;
}

/** The counter for a format. In delimited text a line end between quotes belongs to a value. */
export function createRowCounter(format: Format): RowCounter {
  if (format.kind === 'parquet') return new FooterRows();
  return new LineCounter(format.kind === 'csv', format.kind === 'csv' && format.header ? 1 : 0);
}

class LineCounter implements RowCounter {
  readonly #quotes: boolean;
  readonly #headers: number;
  #quoted = false;
  #lines = 0;

  constructor(quotes: boolean, headers: number) {
    this.#quotes = quotes;
    this.#headers = headers;
  }

  push(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (byte === LF && !this.#quoted) this.#lines++;
      // A quote within a quoted value is doubled, so switching at each one comes out right.
      else if (byte === QUOTE && this.#quotes) this.#quoted = !this.#quoted;
    }
  }

  rows(): number {
    return Math.max(0, this.#lines - this.#headers);
  }
}

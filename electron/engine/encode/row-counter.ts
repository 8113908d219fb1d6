/** Counts the rows in the bytes of a format, piece by piece, without taking the values apart. */
import type { CsvFormat, Format } from '../../contract/format.ts';
import { FooterRows } from './parquet/footer-rows.ts';

const LF = 0x0a;

export interface RowCounter {
  push(bytes: Uint8Array): void;
  /** Rows so far, the header left out. @throws UnreadableFooter for a file of Parquet that is not whole */
  rows(): number;
}

/** The counter for a format. In delimited text a line end between quotes belongs to a value. */
export function createRowCounter(format: Format): RowCounter {
  switch (format.kind) {
    case 'parquet':
      return new FooterRows();
    case 'jsonl':
      return new LineCounter(undefined, 0);
    case 'csv':
      return new LineCounter(quotingOf(format), format.header ? 1 : 0);
  }
}

interface Quoting {
  readonly quote: number;
  readonly escape: number;
}

/** The text dialect has no quotes: it escapes the line ends of values. */
function quotingOf({ dialect, quote = '"', escape = quote }: CsvFormat): Quoting | undefined {
  if (dialect === 'text') return undefined;
  return { quote: quote.charCodeAt(0), escape: escape.charCodeAt(0) };
}

class LineCounter implements RowCounter {
  readonly #quote: number | undefined;
  /** Undefined where a quote is doubled: switching at each one then comes out right. */
  readonly #escape: number | undefined;
  readonly #headers: number;
  #quoted = false;
  #escaped = false;
  #lines = 0;

  constructor(quoting: Quoting | undefined, headers: number) {
    this.#quote = quoting?.quote;
    this.#escape = quoting?.escape === quoting?.quote ? undefined : quoting?.escape;
    this.#headers = headers;
  }

  push(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (byte === LF && !this.#quoted) this.#lines++;
      else if (this.#escaped) this.#escaped = false;
      else if (byte === this.#escape && this.#quoted) this.#escaped = true;
      else if (byte === this.#quote) this.#quoted = !this.#quoted;
    }
  }

  rows(): number {
    return Math.max(0, this.#lines - this.#headers);
  }
}

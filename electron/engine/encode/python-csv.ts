/**
 * The python dialect: byte for byte what `csv.writer(file, delimiter=…)` writes for rows as psycopg2 returns them.
 *
 * Rows come in COPY's text format, one line each, with the delimiter of the file. Most go through as they are but for the
 * line end; only values that Python writes differently are taken apart. https://docs.python.org/3/library/csv.html (QUOTE_MINIMAL, doublequote, CRLF)
 */
import { AppError } from '../../contract/app-error.ts';
import type { CsvFormat } from '../../contract/format.ts';
import type { RowBatch, SourceColumn } from '../ports.ts';
import { GrowingBuffer } from './growing-buffer.ts';
import { AS_IS, pythonKind, type PythonKind } from './python-kinds.ts';
import { PythonRangeError } from './python-values.ts';
import { Losses } from './losses.ts';
import { NextSign } from './next-sign.ts';
import { NO_BYTES, plainEncoder, type RowEncoder } from './row-encoder.ts';
import { unescapeCopyText } from './copy-text.ts';

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ZERO = 0x30;
const NINE = 0x39;

/** In place of an offset. */
const NO_END = -1;

/** Rows that are taken apart at once where one has to be. */
const CAREFUL_ROWS = 4;

/** What a byte says about the field that it is in: an end, or an escape or a quote. */
const NOTHING = 0;
const ENDS = 1;
const SPECIAL = 2;

/** More bytes than this no value can gain: `1e+15` becomes `1000000000000000.0`, and quotes and delimiter come on top. */
const GROWTH_PER_VALUE = 24;

/** @throws AppError `DATA_TYPE_UNSUPPORTED` for a column whose values Python would write as an object */
export function pythonCsv(
  format: CsvFormat,
  columns: readonly SourceColumn[],
  acceptLossy: boolean,
): RowEncoder {
  const losses = acceptLossy ? new Losses() : undefined;
  const encoder = new PythonCsvEncoder(format.delimiter, columns, losses);
  return plainEncoder({
    // Python writes NULL and the empty text alike, so they may come alike.
    form: { kind: 'text', delimiter: format.delimiter, nullToken: '' },
    header: format.header ? encoder.header() : NO_BYTES,
    encode: (batch) => encoder.encode(batch),
    losses: () => losses?.list() ?? [],
  });
}

class PythonCsvEncoder {
  readonly #delimiter: number;
  readonly #delimiterText: string;
  readonly #columns: readonly SourceColumn[];
  readonly #kinds: readonly PythonKind[];
  /** What the kinds say about values that go through as they are, each in the order of the columns. */
  readonly #verbatim: Readonly<Record<'least' | 'most' | 'mostFirst', Int32Array>>;
  /** By byte. */
  readonly #says = new Uint8Array(256);
  readonly #losses: Losses | undefined;
  readonly #specials = new NextSign([
    { bytes: Buffer.of(BACKSLASH), behind: 0 },
    { bytes: Buffer.of(QUOTE), behind: 0 },
  ]);
  readonly #output = new GrowingBuffer();

  /** @param losses given where losses are accepted, and then told of them */
  constructor(delimiter: string, columns: readonly SourceColumn[], losses: Losses | undefined) {
    this.#delimiter = delimiter.charCodeAt(0);
    this.#delimiterText = delimiter;
    this.#columns = columns;
    this.#losses = losses;
    this.#kinds = columns.map(pythonKind);
    this.#verbatim = {
      least: Int32Array.from(this.#kinds, ({ verbatim }) => verbatim.least),
      most: Int32Array.from(this.#kinds, ({ verbatim }) => verbatim.most),
      mostFirst: Int32Array.from(this.#kinds, ({ verbatim }) => verbatim.mostFirst),
    };
    this.#says[BACKSLASH] = SPECIAL;
    this.#says[QUOTE] = SPECIAL;
    this.#says[this.#delimiter] = ENDS;
    this.#says[LF] = ENDS;
  }

  header(): Uint8Array {
    const names = this.#columns.map(({ name }) => Buffer.from(name));
    this.#output.reset(names.reduce((sum, name) => sum + name.length * 2 + GROWTH_PER_VALUE, 2));
    names.forEach((name, index) => {
      if (index > 0) this.#output.push(this.#delimiter);
      this.#writeText(name);
    });
    this.#endRow();
    return Uint8Array.from(this.#output.bytes());
  }

  encode({ bytes: view, rows }: RowBatch): Uint8Array {
    const bytes = Buffer.from(view.buffer, view.byteOffset, view.length);
    const source = new DataView(view.buffer, view.byteOffset, view.length);
    const output = this.#output;
    output.reset(bytes.length * 2 + rows * (this.#kinds.length * GROWTH_PER_VALUE + 2));
    this.#specials.begin(bytes);
    let special = this.#specials.from(0) ?? Infinity;
    for (let from = 0; from < bytes.length;) {
      const end = this.#endOfVerbatim(bytes, from);
      if (special > end && end !== NO_END) {
        output.appendShort(source, from, end);
        this.#endRow();
        from = end + 1;
        continue;
      }
      // Where there was one, another is not far: a row is read byte by byte in less time than it is searched for.
      for (let careful = CAREFUL_ROWS; careful > 0 && from < bytes.length; careful--)
        from = this.#writeRow(bytes, from);
      special = this.#specials.from(from) ?? Infinity;
    }
    return output.bytes();
  }

  /**
   * The end of the row that begins at `from`, where all of its values go through as they are, or {@link NO_END}. With an
   * escape in the row it is some place behind that.
   */
  #endOfVerbatim(bytes: Buffer, from: number): number {
    const { least, most, mostFirst } = this.#verbatim;
    const delimiter = this.#delimiter;
    const width = this.#kinds.length;
    let at = from - 1;
    let column = 0;
    do {
      const start = ++at;
      const first = bytes[at] as number;
      // What is of one length, and begins with a digit, is never shorter.
      if (first >= ZERO && first <= NINE && least[column] === most[column]) at += least[column] as number;
      for (let byte = bytes[at] as number; byte !== delimiter && byte !== LF;) byte = bytes[++at] as number;
      const length = at - start;
      const verbatim =
        length === 0
          ? width > 1
          : length >= (least[column] as number) &&
            length <= (most[column] as number) &&
            first <= (mostFirst[column] as number);
      if (!verbatim) return NO_END;
      column++;
    } while (column < width);
    return at;
  }

  /** Writes the row that begins at `start`, whatever is in it; gives the offset behind it. */
  #writeRow(bytes: Buffer, start: number): number {
    const says = this.#says;
    const output = this.#output;
    const { least, most, mostFirst } = this.#verbatim;
    const width = this.#kinds.length;
    // What lies between these two goes through as it is.
    let run = start;
    let from = start;
    let column = 0;
    do {
      let to = from;
      let special = false;
      for (let byte = bytes[to] as number; ; byte = bytes[++to] as number) {
        const said = says[byte];
        if (said === NOTHING) continue;
        if (said === ENDS) break;
        special = true;
        // What stands behind a backslash belongs to it, also where it is the delimiter.
        if (byte === BACKSLASH) to++;
      }
      const length = to - from;
      const verbatim =
        length === 0
          ? width > 1
          : length >= (least[column] as number) &&
            length <= (most[column] as number) &&
            (bytes[from] as number) <= (mostFirst[column] as number);
      if (special || !verbatim) {
        output.append(bytes, run, from);
        if (length === 0) this.#writeEmpty();
        else if (special) this.#writeSpecial(bytes, from, to, column);
        else this.#writeConverted(this.#convert(asciiOf(bytes, from, to), column));
        run = to;
      }
      from = to + 1;
      column++;
    } while (column < width);
    output.append(bytes, run, from - 1);
    this.#endRow();
    return from;
  }

  /** A value with an escape or a quote in it. */
  #writeSpecial(bytes: Uint8Array, start: number, end: number, column: number): void {
    const text = unescapeCopyText(bytes, start, end);
    if ((this.#kinds[column] as PythonKind) === AS_IS) this.#writeText(text);
    else this.#writeConverted(this.#convert(text.toString('latin1'), column));
  }

  /** What Python makes of a value can have the delimiter in it where Postgres's text has not: `1E-7`, `True`. */
  #writeConverted(text: string): void {
    if (text === '') this.#writeEmpty();
    else if (text.includes(this.#delimiterText)) this.#writeText(Buffer.from(text));
    else this.#output.appendAscii(text);
  }

  /** Python writes NULL as nothing; a row of nothing but that would be an empty line, so there it writes quotes. */
  #writeEmpty(): void {
    if (this.#kinds.length !== 1) return;
    this.#output.push(QUOTE);
    this.#output.push(QUOTE);
  }

  #writeText(text: Uint8Array): void {
    if (text.length === 0) {
      this.#writeEmpty();
      return;
    }
    const delimiter = this.#delimiter;
    const quoted = text.some((byte) => byte === delimiter || byte === QUOTE || byte === LF || byte === CR);
    if (!quoted) {
      this.#output.append(text, 0, text.length);
      return;
    }
    this.#output.push(QUOTE);
    for (const byte of text) {
      if (byte === QUOTE) this.#output.push(QUOTE);
      this.#output.push(byte);
    }
    this.#output.push(QUOTE);
  }

  /** Gives an empty text, which is how NULL looks, for a value that was lost. */
  #convert(text: string, column: number): string {
    const kind = this.#kinds[column] as PythonKind;
    try {
      return kind.convert(text);
    } catch (error) {
      if (!(error instanceof PythonRangeError)) throw error;
      const name = this.#columns[column]?.name ?? '';
      if (this.#losses !== undefined) {
        this.#losses.add(name, 'a date outside the years 1 to 9999, written as NULL');
        return '';
      }
      throw new AppError(
        'DATA_ENCODE_FAILED',
        `Column "${name}" has a date outside the years 1 to 9999, which Python cannot hold.`,
        { cause: error, details: { column: name } },
      );
    }
  }

  #endRow(): void {
    this.#output.push(CR);
    this.#output.push(LF);
  }
}

/** Text of ASCII characters, as all types that are converted have. */
function asciiOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}

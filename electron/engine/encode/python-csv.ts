/**
 * The python dialect: byte for byte what `csv.writer(file, delimiter=…)` writes for rows as psycopg2 returns them.
 *
 * Rows come in COPY's text format, one line each. Most values go through as they are; only the ones that Python writes
 * differently are taken apart. https://docs.python.org/3/library/csv.html (QUOTE_MINIMAL, doublequote, CRLF)
 */
import { AppError } from '../../contract/app-error.ts';
import type { CsvFormat } from '../../contract/format.ts';
import type { RowBatch, SourceColumn } from '../ports.ts';
import { GrowingBuffer } from './growing-buffer.ts';
import { pythonKind, type PythonKind } from './python-kinds.ts';
import { PythonRangeError } from './python-values.ts';
import { Losses } from './losses.ts';
import { NO_BYTES, plainEncoder, type RowEncoder } from './row-encoder.ts';
import { unescapeCopyText } from './copy-text.ts';

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const UPPER_N = 0x4e;

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
    form: { kind: 'text' },
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
  readonly #losses: Losses | undefined;
  readonly #output = new GrowingBuffer();

  /** @param losses given where losses are accepted, and then told of them */
  constructor(delimiter: string, columns: readonly SourceColumn[], losses: Losses | undefined) {
    this.#delimiter = delimiter.charCodeAt(0);
    this.#delimiterText = delimiter;
    this.#columns = columns;
    this.#losses = losses;
    this.#kinds = columns.map(pythonKind);
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

  encode({ bytes, rows }: RowBatch): Uint8Array {
    const kinds = this.#kinds;
    const width = kinds.length;
    const delimiter = this.#delimiter;
    this.#output.reset(bytes.length * 2 + rows * (width * GROWTH_PER_VALUE + 2));
    let column = 0;
    for (let start = 0; start < bytes.length;) {
      let special = false;
      let end = start;
      for (let byte = bytes[end]; byte !== TAB && byte !== LF; byte = bytes[++end]) {
        if (byte === BACKSLASH || byte === QUOTE || byte === delimiter || byte === CR) special = true;
      }
      if (column > 0) this.#output.push(delimiter);
      const kind = kinds[column] as PythonKind;
      if (special) this.#writeSpecial(bytes, start, end, column);
      else if (end === start) this.#writeEmpty();
      else if (kind.verbatim(end - start, bytes[start] as number)) this.#output.append(bytes, start, end);
      else this.#writeConverted(this.#convert(kind, asciiOf(bytes, start, end), column));
      if (bytes[end] === LF) {
        this.#endRow();
        column = 0;
      } else {
        column++;
      }
      start = end + 1;
    }
    return this.#output.bytes();
  }

  /** NULL, or a value with an escape, a quote or the delimiter in it. */
  #writeSpecial(bytes: Uint8Array, start: number, end: number, column: number): void {
    if (end - start === 2 && bytes[start] === BACKSLASH && bytes[start + 1] === UPPER_N) {
      this.#writeEmpty();
      return;
    }
    const text = unescapeCopyText(bytes, start, end);
    const kind = this.#kinds[column] as PythonKind;
    if (kind.verbatim(text.length, text[0] ?? 0)) this.#writeText(text);
    else this.#writeConverted(this.#convert(kind, text.toString('latin1'), column));
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
  #convert(kind: PythonKind, text: string, column: number): string {
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

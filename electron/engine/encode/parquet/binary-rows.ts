import { AppError } from '../../../contract/app-error.ts';
import { columnBuffer, type ColumnBuffer, type TakenColumn } from './column-buffer.ts';
import type { ParquetColumn } from './parquet-column.ts';
import type { Losses } from '../losses.ts';
import { AS_NULL, UnholdableValue, malformedRows } from './unholdable.ts';
import { FIELD_WIDTH, NULL, fieldLength } from './value-readers.ts';

/**
 * Takes rows of COPY's binary format apart into columns: a row is the number of its fields, and each field a length and
 * that many bytes. https://www.postgresql.org/docs/current/sql-copy.html (File Formats, Binary Format)
 */
export class BinaryRows {
  readonly #columns: readonly ParquetColumn[];
  readonly #buffers: readonly ColumnBuffer[];
  readonly #widths: readonly (number | undefined)[];
  readonly #losses: Losses | undefined;

  /** @param losses given where losses are accepted, and then told of them */
  constructor(columns: readonly ParquetColumn[], losses?: Losses) {
    this.#columns = columns;
    this.#losses = losses;
    this.#buffers = columns.map((column) =>
      columnBuffer(column, columns.length, losses && ((reason) => losses.add(column.name, reason))),
    );
    this.#widths = columns.map(({ kind, list }) => (list ? undefined : FIELD_WIDTH[kind]));
  }

  /**
   * Takes whole rows. Values of text and bytes stay views of `bytes`.
   * @throws AppError `DATA_ENCODE_FAILED` for a value that Parquet cannot hold, `INTERNAL_INVARIANT` for other bytes
   */
  add(bytes: Uint8Array, rows: number): void {
    if (this.addFrom(bytes, 0, rows) !== bytes.length) throw malformedRows('there are more bytes than rows');
  }

  /** Like {@link add}, for rows that begin at `from` and may not be the last ones; gives the offset behind them. */
  addFrom(bytes: Uint8Array, from: number, rows: number): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const end = bytes.length;
    const width = this.#buffers.length;
    let offset = from;
    for (let row = 0; row < rows; row++) {
      if (offset + 2 > end || view.getInt16(offset) !== width) throw malformedRows('a row has other columns');
      offset = this.#addRow(view, bytes, offset + 2);
    }
    return offset;
  }

  /** The columns of all rows since the last time. */
  take(): readonly TakenColumn[] {
    return this.#buffers.map((buffer) => buffer.take());
  }

  /** Gives the offset behind the row. */
  #addRow(view: DataView, bytes: Uint8Array, from: number): number {
    let offset = from;
    for (let column = 0; column < this.#buffers.length; column++) {
      const length = fieldLength(view, offset, bytes.length, this.#widths[column]);
      const buffer = this.#buffers[column] as ColumnBuffer;
      offset += 4;
      if (length === NULL) {
        buffer.addNull();
        continue;
      }
      try {
        buffer.add(view, bytes, offset, length);
      } catch (error) {
        this.#lose(error, column);
      }
      offset += length;
    }
    return offset;
  }

  /** NULL in place of a value that cannot be held, where that is accepted. */
  #lose(error: unknown, column: number): void {
    if (!(error instanceof UnholdableValue)) throw error;
    const name = this.#columns[column]?.name ?? '';
    if (this.#losses === undefined) throw unholdable(name, error);
    this.#losses.add(name, `${error.message}, ${AS_NULL}`);
    this.#buffers[column]?.addNull();
  }
}

function unholdable(column: string, error: UnholdableValue): AppError {
  return new AppError(
    'DATA_ENCODE_FAILED',
    `Column "${column}" has ${error.message}, which Parquet cannot hold. Cast it to text in a query, or leave it out.`,
    { cause: error, details: { column } },
  );
}

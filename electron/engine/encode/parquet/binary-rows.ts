import { AppError } from '../../../contract/app-error.ts';
import { columnBuffer, type ColumnBuffer, type TakenColumn } from './column-buffer.ts';
import type { ParquetColumn } from './parquet-column.ts';
import { UnholdableValue, malformedRows } from './unholdable.ts';
import { FIELD_WIDTH, NULL, fieldLength } from './value-readers.ts';

/**
 * Takes rows of COPY's binary format apart into columns: a row is the number of its fields, and each field a length and
 * that many bytes. https://www.postgresql.org/docs/current/sql-copy.html (File Formats, Binary Format)
 */
export class BinaryRows {
  readonly #columns: readonly ParquetColumn[];
  readonly #buffers: readonly ColumnBuffer[];
  readonly #widths: readonly (number | undefined)[];

  constructor(columns: readonly ParquetColumn[]) {
    this.#columns = columns;
    this.#buffers = columns.map(columnBuffer);
    this.#widths = columns.map(({ kind, list }) => (list ? undefined : FIELD_WIDTH[kind]));
  }

  /**
   * Takes whole rows. Values of text and bytes stay views of `bytes`.
   * @throws AppError `DATA_ENCODE_FAILED` for a value that Parquet cannot hold, `INTERNAL_INVARIANT` for other bytes
   */
  add(bytes: Uint8Array, rows: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const end = bytes.length;
    const width = this.#buffers.length;
    let offset = 0;
    for (let row = 0; row < rows; row++) {
      if (offset + 2 > end || view.getInt16(offset) !== width) throw malformedRows('a row has other columns');
      offset = this.#addRow(view, bytes, offset + 2);
    }
    if (offset !== end) throw malformedRows('there are more bytes than rows');
  }

  /** The columns of all rows since the last time. */
  take(): readonly TakenColumn[] {
    return this.#buffers.map((buffer) => buffer.take());
  }

  /** Gives the offset behind the row. */
  #addRow(view: DataView, bytes: Uint8Array, from: number): number {
    let offset = from;
    let column = 0;
    try {
      for (; column < this.#buffers.length; column++) {
        const length = fieldLength(view, offset, bytes.length, this.#widths[column]);
        const buffer = this.#buffers[column] as ColumnBuffer;
        offset += 4;
        if (length === NULL) {
          buffer.addNull();
        } else {
          buffer.add(view, bytes, offset, length);
          offset += length;
        }
      }
      return offset;
    } catch (error) {
      throw error instanceof UnholdableValue ? unholdable(this.#columns[column]?.name ?? '', error) : error;
    }
  }
}

function unholdable(column: string, error: UnholdableValue): AppError {
  return new AppError(
    'DATA_ENCODE_FAILED',
    `Column "${column}" has ${error.message}, which Parquet cannot hold. Cast it to text in a query, or leave it out.`,
    { cause: error, details: { column } },
  );
}

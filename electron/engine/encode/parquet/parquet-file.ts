/**
 * One file of Parquet, made row group by row group. Rows are held back until a row group is full, so a file costs the
 * memory of one row group, whatever its size.
 */
import { ByteWriter } from 'hyparquet-writer';
import { schemaPathResolver } from 'hyparquet-writer/src/schema.js';
import type { Compression, RowGroup } from '../../../contract/format.ts';
import type { Losses } from '../losses.ts';
import { BinaryRows } from './binary-rows.ts';
import type { TakenColumn } from './column-buffer.ts';
import { writeChunk, type ChunkColumn } from './column-chunk.ts';
import { FooterWriter } from './footer-writer.ts';
import { pageCodec, type PageCodec } from './page-codec.ts';
import type { ParquetColumn } from './parquet-column.ts';
import { parquetSchema, physicalSchema } from './parquet-schema.ts';
import { malformedRows } from './unholdable.ts';

/**
 * Whatever is asked for, a row group is written when it has this many bytes, as they came, or values: each value costs memory of its own,
 * whatever its size. The elements of arrays are not counted, so there the bytes have to stand for them.
 */
const ROW_GROUP_BYTES = 16 * 1024 * 1024;
const ROW_GROUP_BYTES_WITH_LISTS = 4 * 1024 * 1024;
const ROW_GROUP_VALUES = 400_000;

/** `PAR1`, with which a file begins and ends. */
const MAGIC = 0x31_52_41_50;

/**
 * Of these bounds, what each of several files has that are made side by side. Less than its part, because every thread has
 * costs of its own: measured, two take as much as one this way.
 */
export function rowGroupShare(lanes: number): number {
  return lanes === 1 ? 1 : 1 / (2 * lanes);
}

/** What a file is made from. */
export interface ParquetFileOptions {
  readonly columns: readonly ParquetColumn[];
  readonly compression: Compression;
  /** Where a row group ends, if the bounds on memory have not ended it before. */
  readonly rowGroup?: RowGroup | undefined;
  /** Files that are made side by side; left out, it is one. */
  readonly lanes?: number | undefined;
  /** Given where losses are accepted, and then told of them. */
  readonly losses?: Losses | undefined;
}

export class ParquetFile {
  readonly #chunkColumns: readonly ChunkColumn[];
  readonly #pending: BinaryRows;
  readonly #output = new ByteWriter(1024 * 1024);
  readonly #footer: FooterWriter;
  readonly #codec: PageCodec;
  readonly #rowGroupBytes: number;
  readonly #rowGroupRows: number;
  #pendingBytes = 0;
  #pendingRows = 0;

  constructor(options: ParquetFileOptions) {
    const { columns, compression, rowGroup = { bytes: ROW_GROUP_BYTES }, lanes = 1, losses } = options;
    const share = rowGroupShare(lanes);
    const most = (columns.some(({ list }) => list) ? ROW_GROUP_BYTES_WITH_LISTS : ROW_GROUP_BYTES) * share;
    const mostRows = Math.max(1, Math.floor((ROW_GROUP_VALUES * share) / columns.length));
    this.#rowGroupBytes = 'bytes' in rowGroup ? Math.min(rowGroup.bytes, most) : most;
    this.#rowGroupRows = 'rows' in rowGroup ? Math.min(rowGroup.rows, mostRows) : mostRows;
    this.#pending = new BinaryRows(columns, losses);
    const pathOf = schemaPathResolver(physicalSchema(columns));
    this.#chunkColumns = columns.map((column) => ({
      column,
      path: pathOf(column.list ? [column.name, 'list', 'element'] : [column.name]),
    }));
    this.#codec = pageCodec(compression);
    this.#footer = new FooterWriter(parquetSchema(columns));
    this.#output.appendUint32(MAGIC);
  }

  /** Rows that are in row groups that have been written. */
  get writtenRows(): number {
    return Number(this.#footer.rows);
  }

  /**
   * Takes whole rows of COPY's binary format.
   * @throws AppError `DATA_ENCODE_FAILED` for a value that Parquet cannot hold
   */
  add(bytes: Uint8Array, rows: number): void {
    let offset = 0;
    for (let left = rows; left > 0;) {
      const some = Math.min(
        left,
        this.#rowGroupRows - this.#pendingRows,
        this.#rowsUntilFull(bytes.length / rows),
      );
      const end = this.#pending.addFrom(bytes, offset, some);
      this.#pendingBytes += end - offset;
      this.#pendingRows += some;
      if (this.#pendingBytes >= this.#rowGroupBytes || this.#pendingRows >= this.#rowGroupRows) {
        this.#writeRowGroup();
      }
      left -= some;
      offset = end;
    }
    if (offset !== bytes.length) throw malformedRows('there are more bytes than rows');
  }

  /** Rows of this size, on average, after which the row group has its bytes: a batch can be larger than all of them. */
  #rowsUntilFull(rowBytes: number): number {
    return Math.ceil((this.#rowGroupBytes - this.#pendingBytes) / rowBytes);
  }

  /** Writes what is left, and the footer. */
  end(): void {
    if (this.#pendingRows > 0) this.#writeRowGroup();
    this.#footer.write(this.#output);
    this.#output.appendUint32(MAGIC);
  }

  /** The bytes that have been written since the last time. */
  takeOutput(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.#output.getBytes());
    this.#output.index = 0;
    return bytes;
  }

  #writeRowGroup(): void {
    const start = this.#output.offset;
    const taken = this.#pending.take();
    const columns = this.#chunkColumns.map((column, index) =>
      writeChunk(this.#output, column, taken[index] as TakenColumn, this.#codec),
    );
    this.#footer.add({
      columns,
      num_rows: BigInt(this.#pendingRows),
      total_byte_size: columns.reduce(
        (sum, chunk) => sum + (chunk.meta_data?.total_uncompressed_size ?? 0n),
        0n,
      ),
      total_compressed_size: BigInt(this.#output.offset - start),
    });
    this.#pendingBytes = 0;
    this.#pendingRows = 0;
  }
}

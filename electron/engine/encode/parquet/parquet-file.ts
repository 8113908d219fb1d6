/**
 * One file of Parquet, made row group by row group. Rows are held back until a row group is full, so a file costs the
 * memory of one row group, whatever its size.
 */
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { CompressionCodec, Statistics } from 'hyparquet';
import type { Compression } from '../../../contract/extract-spec.ts';
import { BinaryRows } from './binary-rows.ts';
import type { TakenColumn } from './column-buffer.ts';
import type { ParquetColumn, ParquetKind } from './parquet-column.ts';
import { parquetSchema, physicalSchema } from './parquet-schema.ts';

/**
 * A row group is written when it has this many bytes, as they came, or values: each value costs memory of its own,
 * whatever its size. The elements of arrays are not counted, so there the bytes have to stand for them.
 */
const ROW_GROUP_BYTES = 16 * 1024 * 1024;
const ROW_GROUP_BYTES_WITH_LISTS = 4 * 1024 * 1024;
const ROW_GROUP_VALUES = 400_000;

/** Bounds that are longer are left out: they stay in memory, and go into the footer, for every row group. */
const BOUND_MAX_BYTES = 256;

/** As for text. https://facebook.github.io/zstd/zstd_manual.html (3 is zstd's own default) */
const ZSTD_LEVEL = 3;
const GZIP_LEVEL = 4;

const CODECS: Readonly<Record<Compression, CompressionCodec>> = {
  none: 'UNCOMPRESSED',
  gzip: 'GZIP',
  zstd: 'ZSTD',
};

const COMPRESSORS = {
  GZIP: (bytes: Uint8Array) => gzipSync(bytes, { level: GZIP_LEVEL }),
  ZSTD: (bytes: Uint8Array) =>
    zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL } }),
};

type Bound = NonNullable<Statistics['min_value']>;

export class ParquetFile {
  readonly #columns: readonly ParquetColumn[];
  readonly #pending: BinaryRows;
  readonly #output = new ByteWriter(1024 * 1024);
  readonly #writer: ParquetWriter;
  readonly #rowGroupBytes: number;
  #pendingBytes = 0;
  #pendingRows = 0;

  constructor(columns: readonly ParquetColumn[], compression: Compression) {
    this.#columns = columns;
    this.#rowGroupBytes = columns.some(({ list }) => list) ? ROW_GROUP_BYTES_WITH_LISTS : ROW_GROUP_BYTES;
    this.#pending = new BinaryRows(columns);
    this.#writer = new ParquetWriter({
      writer: this.#output,
      schema: physicalSchema(columns),
      codec: CODECS[compression],
      compressors: COMPRESSORS,
      createdBy: 'Sluice',
    });
  }

  /** Rows that are in row groups that have been written. */
  get writtenRows(): number {
    return Number(this.#writer.num_rows);
  }

  /**
   * Takes whole rows of COPY's binary format.
   * @throws AppError `DATA_ENCODE_FAILED` for a value that Parquet cannot hold
   */
  add(bytes: Uint8Array, rows: number): void {
    this.#pending.add(bytes, rows);
    this.#pendingBytes += bytes.length;
    this.#pendingRows += rows;
    const values = this.#pendingRows * this.#columns.length;
    if (this.#pendingBytes >= this.#rowGroupBytes || values >= ROW_GROUP_VALUES) this.#writeRowGroup();
  }

  /** Writes what is left, and the footer. */
  end(): void {
    if (this.#pendingRows > 0) this.#writeRowGroup();
    this.#writer.schema = parquetSchema(this.#columns);
    void this.#writer.finish();
  }

  /** The bytes that have been written since the last time. */
  takeOutput(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.#output.getBytes());
    this.#output.index = 0;
    return bytes;
  }

  #writeRowGroup(): void {
    const taken = this.#pending.take();
    void this.#writer.write({
      rowGroupSize: this.#pendingRows,
      columnData: taken.map((values, index) => columnSource(this.#columns[index] as ParquetColumn, values)),
    });
    this.#keepBounds(taken);
    this.#pendingBytes = 0;
    this.#pendingRows = 0;
  }

  /** They are kept until the footer is written: as views they would keep the batches that they lie in. */
  #keepBounds(taken: readonly TakenColumn[]): void {
    const chunks = this.#writer.row_groups.at(-1)?.columns ?? [];
    for (const [index, { meta_data: meta }] of chunks.entries()) {
      const { bounds, nulls } = taken[index] as TakenColumn;
      if (meta === undefined) continue;
      const { min_value, max_value, ...counts } = meta.statistics ?? { null_count: BigInt(nulls) };
      const [min, max] = bounds === undefined ? [min_value, max_value] : [bounds?.min, bounds?.max];
      meta.statistics = { ...counts, ...keptBounds(min, max) };
    }
  }
}

function keptBounds(
  min: Bound | undefined,
  max: Bound | undefined,
): Pick<Statistics, 'min_value' | 'max_value'> {
  if (min === undefined || max === undefined) return {};
  if (!(min instanceof Uint8Array) || !(max instanceof Uint8Array)) return { min_value: min, max_value: max };
  if (min.length > BOUND_MAX_BYTES || max.length > BOUND_MAX_BYTES) return {};
  return { min_value: new Uint8Array(min), max_value: new Uint8Array(max) };
}

/** Kinds whose values mostly follow each other closely: differences take a fraction of the room. */
const DELTA_KINDS: ReadonlySet<ParquetKind> = new Set([
  'int2',
  'int4',
  'int8',
  'oid',
  'date',
  'time',
  'timestamp',
  'timestamptz',
]);

function columnSource({ name, kind }: ParquetColumn, { values, bounds }: TakenColumn) {
  const data = values as Int32Array | BigInt64Array | unknown[];
  const base = { name, data, offsetIndex: false, statistics: bounds === undefined };
  if (DELTA_KINDS.has(kind)) return { ...base, encoding: 'DELTA_BINARY_PACKED' as const };
  // A dictionary would take 0 and -0 for one value.
  if (kind === 'float4' || kind === 'float8') return { ...base, encoding: 'PLAIN' as const };
  // Documents have no order that a reader could use.
  if (kind === 'json' || kind === 'jsonb') return { ...base, statistics: false };
  return base;
}

import { TEXT_ENCODINGS } from '../../contract/encoding.ts';
import type { Compression, CsvFormat, Format } from '../../contract/format.ts';
import type { SourceColumn } from '../ports.ts';
import { jsonl } from './jsonl.ts';
import { parquet, parquetColumns } from './parquet/parquet.ts';
import { postgresCsv } from './postgres-csv.ts';
import { postgresText } from './postgres-text.ts';
import { pythonCsv } from './python-csv.ts';
import type { RowEncoder } from './row-encoder.ts';

/** What an encoder is made from; all but the columns is the job's. */
export interface EncoderOptions {
  readonly format: Format;
  readonly compression: Compression;
  readonly columns: readonly SourceColumn[];
  readonly acceptLossy: boolean;
  /** Encoders that work side by side, this one included: they share the memory that one would have. */
  readonly lanes: number;
  /** Ends an encoder that has work of its own going on. */
  readonly signal: AbortSignal;
}

/**
 * The encoder for a format and the columns at hand.
 * @throws AppError `DATA_TYPE_UNSUPPORTED`, `DATA_LOSSY` for a loss that was chosen and not accepted
 */
export function createEncoder({ format, ...options }: EncoderOptions): RowEncoder {
  const { columns, acceptLossy } = options;
  switch (format.kind) {
    case 'jsonl':
      return jsonl(columns);
    case 'parquet':
      return parquet(format, options);
    case 'csv':
      return csvEncoder(format, columns, acceptLossy);
  }
}

/**
 * Refuses what {@link createEncoder} would refuse, and makes nothing.
 * @throws AppError the same
 */
export function assertEncodable(
  format: Format,
  columns: readonly SourceColumn[],
  acceptLossy: boolean,
): void {
  if (format.kind === 'jsonl') jsonl(columns);
  else if (format.kind === 'parquet') parquetColumns(format, columns, acceptLossy);
  else csvEncoder(format, columns, acceptLossy);
}

function csvEncoder(format: CsvFormat, columns: readonly SourceColumn[], acceptLossy: boolean): RowEncoder {
  switch (format.dialect) {
    case 'postgres':
      return postgresCsv(format, columns);
    case 'text':
      return postgresText(format, columns);
    case 'python':
      return pythonCsv(format, columns, acceptLossy);
  }
}

/** How the bytes of the encoder are packed on their way to the object. Parquet has packed its pages already. */
export function outerCompression(format: Format, compression: Compression): Compression {
  return format.kind === 'parquet' ? 'none' : compression;
}

/**
 * The type that an object is stored with. The compression is part of the key (`.gz`) and not a content encoding:
 * with that, some readers would unpack it on the way and find other bytes than the manifest says.
 */
export function contentTypeOf(format: Format, compression: Compression): string {
  if (format.kind === 'parquet') return 'application/vnd.apache.parquet';
  if (compression === 'gzip') return 'application/gzip';
  if (compression === 'zstd') return 'application/zstd';
  if (format.kind === 'jsonl') return 'application/jsonl';
  const type = format.dialect === 'text' ? 'text/plain' : 'text/csv';
  return `${type}; charset=${TEXT_ENCODINGS[format.encoding ?? 'UTF8']}`;
}

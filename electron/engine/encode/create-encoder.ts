import type { Compression, Format } from '../../contract/format.ts';
import type { SourceColumn } from '../ports.ts';
import { jsonl } from './jsonl.ts';
import { parquet } from './parquet/parquet.ts';
import { postgresCsv } from './postgres-csv.ts';
import { pythonCsv } from './python-csv.ts';
import type { RowEncoder } from './row-encoder.ts';

/** What an encoder is made from; the format and the compression are the job's. */
export interface EncoderOptions {
  readonly format: Format;
  readonly compression: Compression;
  readonly columns: readonly SourceColumn[];
  /** Ends an encoder that has work of its own going on. */
  readonly signal: AbortSignal;
}

/** The encoder for a format and the columns at hand. @throws AppError `DATA_TYPE_UNSUPPORTED` */
export function createEncoder({ format, compression, columns, signal }: EncoderOptions): RowEncoder {
  switch (format.kind) {
    case 'jsonl':
      return jsonl(columns);
    case 'parquet':
      return parquet(compression, columns, signal);
    case 'csv':
      return format.dialect === 'python' ? pythonCsv(format, columns) : postgresCsv(format, columns);
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
  return format.kind === 'csv' ? 'text/csv; charset=utf-8' : 'application/jsonl';
}

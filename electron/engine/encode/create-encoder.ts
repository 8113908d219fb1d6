import type { Compression, Format } from '../../contract/extract-spec.ts';
import type { SourceColumn } from '../ports.ts';
import { jsonl } from './jsonl.ts';
import { postgresCsv } from './postgres-csv.ts';
import { pythonCsv } from './python-csv.ts';
import type { RowEncoder } from './row-encoder.ts';

/** The encoder for a format and the columns at hand. @throws AppError `DATA_TYPE_UNSUPPORTED` */
export function createEncoder(format: Format, columns: readonly SourceColumn[]): RowEncoder {
  if (format.kind === 'jsonl') return jsonl(columns);
  return format.dialect === 'python' ? pythonCsv(format, columns) : postgresCsv(format, columns);
}

/**
 * The type that an object is stored with. The compression is part of the key (`.gz`) and not a content encoding:
 * with that, some readers would unpack it on the way and find other bytes than the manifest says.
 */
export function contentTypeOf(format: Format, compression: Compression): string {
  if (compression === 'gzip') return 'application/gzip';
  if (compression === 'zstd') return 'application/zstd';
  return format.kind === 'csv' ? 'text/csv; charset=utf-8' : 'application/jsonl';
}

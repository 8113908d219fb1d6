import type { CaptureFormat } from '../../../contract/capture-spec.ts';
import type { TableShape } from '../change.ts';
import type { LineEncoder, LineFacts } from './change-encoder.ts';
import { DebeziumLines } from './debezium-lines.ts';
import { FlatLines } from './flat-lines.ts';
import { ParquetRows } from './parquet-rows.ts';

/** What writes the changes of one shape of a table. */
export function createLineEncoder(format: CaptureFormat, shape: TableShape, facts: LineFacts): LineEncoder {
  switch (format) {
    case 'jsonl':
      return new DebeziumLines(shape, facts);
    case 'flat':
      return new FlatLines(shape, facts);
    case 'parquet':
      return new ParquetRows(shape);
  }
}

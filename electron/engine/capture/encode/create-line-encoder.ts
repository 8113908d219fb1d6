import { AppError } from '../../../contract/app-error.ts';
import type { CaptureFormat } from '../../../contract/capture-spec.ts';
import type { TableShape } from '../change.ts';
import type { LineEncoder, LineFacts } from './change-encoder.ts';
import { DebeziumLines } from './debezium-lines.ts';
import { FlatLines } from './flat-lines.ts';

/** @throws AppError `CONFIG_NOT_SUPPORTED` */
export function createLineEncoder(format: CaptureFormat, shape: TableShape, facts: LineFacts): LineEncoder {
  switch (format) {
    case 'jsonl':
      return new DebeziumLines(shape, facts);
    case 'flat':
      return new FlatLines(shape, facts);
    case 'parquet':
      throw new AppError('CONFIG_NOT_SUPPORTED', 'Captures write jsonl and flat.');
  }
}

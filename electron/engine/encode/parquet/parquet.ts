import { Worker, type ResourceLimits } from 'node:worker_threads';
import { AppError } from '../../../contract/app-error.ts';
import type { ParquetFormat } from '../../../contract/format.ts';
import { assertNamesDiffer } from '../column-names.ts';
import type { SourceColumn } from '../../ports.ts';
import type { EncoderOptions } from '../create-encoder.ts';
import type { RowEncoder } from '../row-encoder.ts';
import { lossOfChoice, parquetColumn, type ParquetColumn } from './parquet-column.ts';
import { rowGroupShare } from './parquet-file.ts';
import { ParquetEncoder } from './parquet-encoder.ts';
import type { WorkerTask } from './worker-messages.ts';

/**
 * The heap of a thread: a row group of the most and smallest values, and what the writer makes of it. The part for
 * young objects is small, because V8 lets it fill before it tidies up: measured, 70 MB less for the same time. Of several
 * threads each has smaller row groups, and less for them.
 */
function heapOf(lanes: number): ResourceLimits {
  return {
    maxOldGenerationSizeMb: HEAP_OF_THREAD_MB + Math.ceil(HEAP_OF_ROWS_MB * rowGroupShare(lanes)),
    maxYoungGenerationSizeMb: lanes === 1 ? 16 : 8,
  };
}

const HEAP_OF_THREAD_MB = 24;
const HEAP_OF_ROWS_MB = 104;

/**
 * An encoder for Parquet, with a thread of its own until it is disposed of.
 * @throws AppError as {@link parquetColumns}
 */
export function parquet(
  format: ParquetFormat,
  { columns, compression, acceptLossy, lanes, signal }: Omit<EncoderOptions, 'format'>,
): RowEncoder {
  const made = parquetColumns(format, columns, acceptLossy);
  const task: WorkerTask = { columns: made, compression, rowGroup: format.rowGroup, lanes, acceptLossy };
  const form = { kind: 'binary', casts: made.map(({ cast }) => cast) } as const;
  return new ParquetEncoder({ form, worker: startWorker(task), lanes, signal });
}

/**
 * The columns of a file.
 * @throws AppError `DATA_TYPE_UNSUPPORTED` when there is none, or two have one name; `DATA_LOSSY`
 */
export function parquetColumns(
  { unboundedNumeric }: ParquetFormat,
  columns: readonly SourceColumn[],
  acceptLossy: boolean,
): readonly ParquetColumn[] {
  if (columns.length === 0) {
    throw new AppError('DATA_TYPE_UNSUPPORTED', 'There are no columns, and a file of Parquet needs one.');
  }
  assertNamesDiffer(columns, 'a file of Parquet');
  const made = columns.map((column) => parquetColumn(column, unboundedNumeric));
  if (!acceptLossy) assertNothingLost(made);
  return made;
}

function assertNothingLost(columns: readonly ParquetColumn[]): void {
  for (const column of columns) {
    const loss = lossOfChoice(column);
    if (loss === undefined) continue;
    throw new AppError('DATA_LOSSY', `Column "${column.name}" would lose digits: ${loss}.`, {
      details: { column: column.name },
    });
  }
}

function startWorker(task: WorkerTask): Worker {
  return new Worker(workerUrl(import.meta.url), {
    name: 'sluice-parquet',
    workerData: task,
    // What the program was started with (a debugger, a probe) is not meant for the thread.
    execArgv: [],
    resourceLimits: heapOf(task.lanes),
  });
}

/**
 * The file of the thread: beside this one in the sources; in a folder of its own for the built programs, which are one
 * file each. Not written as the pattern that bundlers look for, because they would make an asset of it.
 */
function workerUrl(here: string): URL {
  const file = here.endsWith('.ts') ? './parquet-worker.ts' : '../worker/parquet-worker.js';
  return new URL(file, here);
}

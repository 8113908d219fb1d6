import { Worker } from 'node:worker_threads';
import { AppError } from '../../../contract/app-error.ts';
import type { Compression } from '../../../contract/format.ts';
import type { SourceColumn } from '../../ports.ts';
import { assertNamesDiffer } from '../column-names.ts';
import type { RowEncoder } from '../row-encoder.ts';
import { parquetColumn } from './parquet-column.ts';
import { ParquetEncoder } from './parquet-encoder.ts';
import type { WorkerTask } from './worker-messages.ts';

/**
 * The heap of the thread: a row group of the most and smallest values, and what the writer makes of it. The part for
 * young objects is small, because V8 lets it fill before it tidies up: measured, 70 MB less for the same time.
 */
const HEAP = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16 };

/**
 * An encoder for Parquet, with a thread of its own until it is disposed of.
 * @throws AppError `DATA_TYPE_UNSUPPORTED` when there is no column, or two have one name
 */
export function parquet(
  compression: Compression,
  columns: readonly SourceColumn[],
  signal: AbortSignal,
): RowEncoder {
  if (columns.length === 0) {
    throw new AppError('DATA_TYPE_UNSUPPORTED', 'There are no columns, and a file of Parquet needs one.');
  }
  assertNamesDiffer(columns, 'a file of Parquet');
  const task: WorkerTask = { columns: columns.map(parquetColumn), compression };
  const form = { kind: 'binary', casts: task.columns.map(({ cast }) => cast) } as const;
  return new ParquetEncoder(form, startWorker(task), signal);
}

function startWorker(task: WorkerTask): Worker {
  return new Worker(workerUrl(import.meta.url), {
    name: 'sluice-parquet',
    workerData: task,
    // What the program was started with (a debugger, a probe) is not meant for the thread.
    execArgv: [],
    resourceLimits: HEAP,
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

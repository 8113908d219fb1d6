/** The thread that makes files of Parquet: reading and packing millions of values would hold up everything else. */
import { parentPort, workerData } from 'node:worker_threads';
import { toWireError } from '../../../contract/app-error.ts';
import { Losses } from '../losses.ts';
import { ParquetFile } from './parquet-file.ts';
import type { FromWorker, ToWorker, WorkerTask } from './worker-messages.ts';

const task = workerData as WorkerTask;
const losses = task.acceptLossy ? new Losses() : undefined;
let file: ParquetFile | undefined;

function handle(message: ToWorker): FromWorker | undefined {
  if (message.tag === 'begin') {
    file = new ParquetFile({ ...task, losses });
    return undefined;
  }
  if (file === undefined) throw new TypeError('rows came before a file was begun');
  if (message.tag === 'rows') {
    // Read first: the bytes belong to the file from then on.
    const bytes = message.bytes.length;
    file.add(message.bytes, message.rows);
    return { tag: 'taken', bytes, output: file.takeOutput() };
  }
  file.end();
  const ended = file;
  // Or the memory of two files would be taken while the next one is begun.
  file = undefined;
  return { tag: 'ended', rows: ended.writtenRows, losses: losses?.list() ?? [], output: ended.takeOutput() };
}

function send(message: FromWorker): void {
  parentPort?.postMessage(message, message.tag === 'failed' ? [] : [message.output.buffer]);
}

parentPort?.on('message', (message: ToWorker) => {
  try {
    const answer = handle(message);
    if (answer !== undefined) send(answer);
  } catch (error) {
    send({ tag: 'failed', error: toWireError(error) });
    parentPort?.close();
  }
});

/**
 * Encodes rows as Parquet in a thread of its own. What is on its way to the thread is bounded: while that much is
 * there, the run waits, and through it the server.
 */
import type { Worker } from 'node:worker_threads';
import { AppError, fromWireError, unexpected } from '../../../contract/app-error.ts';
import type { Loss } from '../../../contract/manifest.ts';
import type { CopyForm } from '../../copy-form.ts';
import type { RowBatch } from '../../ports.ts';
import { NO_BYTES, type RowEncoder } from '../row-encoder.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

/** Bytes on their way to all threads: enough for the server to go on while a row group is written. */
const IN_FLIGHT_BYTES = 4 * 1024 * 1024;

/** What an encoder is made from. */
export interface ParquetEncoderOptions {
  readonly form: CopyForm;
  readonly worker: Worker;
  /** Encoders that work side by side. */
  readonly lanes: number;
  readonly signal: AbortSignal;
}

export class ParquetEncoder implements RowEncoder {
  readonly form: CopyForm;
  readonly #worker: Worker;
  readonly #mostInFlight: number;
  readonly #signal: AbortSignal;
  readonly #onAbort = () => this.#fail(this.#signal.reason);
  #inFlight = 0;
  /** Rows of the file that have been sent, and that the thread says it has written. */
  #sentRows = 0;
  #writtenRows: number | undefined;
  #losses: readonly Loss[] = [];
  #output: Uint8Array[] = [];
  #failure: { readonly error: unknown } | undefined;
  #changed = Promise.withResolvers<void>();

  constructor({ form, worker, lanes, signal }: ParquetEncoderOptions) {
    this.form = form;
    this.#worker = worker;
    this.#mostInFlight = IN_FLIGHT_BYTES / lanes;
    this.#signal = signal;
    worker.on('message', (message: FromWorker) => this.#receive(message));
    worker.on('messageerror', (error) => this.#fail(unexpected(error)));
    worker.on('error', (error) => this.#fail(crash(error)));
    worker.on('exit', (code) =>
      this.#fail(
        new AppError('INTERNAL_INVARIANT', `The thread that writes Parquet ended with code ${code}.`),
      ),
    );
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  begin(): Uint8Array {
    this.#sentRows = 0;
    this.#writtenRows = undefined;
    this.#send({ tag: 'begin' });
    return NO_BYTES;
  }

  async encode({ bytes, rows }: RowBatch): Promise<Uint8Array> {
    // A copy: the reader fills its buffer again while the thread is still busy with this one.
    const own = new Uint8Array(bytes);
    this.#inFlight += own.length;
    this.#sentRows += rows;
    this.#send({ tag: 'rows', bytes: own, rows }, own.buffer);
    await this.#until(() => this.#inFlight <= this.#mostInFlight);
    return this.#takeOutput();
  }

  async end(): Promise<Uint8Array> {
    this.#send({ tag: 'end' });
    await this.#until(() => this.#writtenRows !== undefined);
    if (this.#writtenRows !== this.#sentRows) throw countMismatch(this.#sentRows, this.#writtenRows ?? 0);
    return this.#takeOutput();
  }

  losses(): readonly Loss[] {
    return this.#losses;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal.removeEventListener('abort', this.#onAbort);
    await this.#worker.terminate();
  }

  #send(message: ToWorker, bytes?: ArrayBuffer): void {
    this.#worker.postMessage(message, bytes === undefined ? [] : [bytes]);
  }

  #receive(message: FromWorker): void {
    if (message.tag === 'failed') {
      this.#fail(fromWireError(message.error));
      return;
    }
    if (message.output.length > 0) this.#output.push(message.output);
    if (message.tag === 'taken') {
      this.#inFlight -= message.bytes;
    } else {
      this.#writtenRows = message.rows;
      this.#losses = message.losses;
    }
    this.#announce();
  }

  /** What comes first is the reason; a thread that failed also exits. */
  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#announce();
  }

  #announce(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  async #until(holds: () => boolean): Promise<void> {
    while (this.#failure === undefined && !holds()) await this.#changed.promise;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #takeOutput(): Uint8Array {
    const output = this.#output;
    this.#output = [];
    return output.length === 1 ? (output[0] ?? NO_BYTES) : Buffer.concat(output);
  }
}

function crash(error: unknown): AppError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'ERR_WORKER_OUT_OF_MEMORY') return unexpected(error);
  return new AppError(
    'DATA_ENCODE_FAILED',
    'The rows are too large for the memory that Parquet may take: single values of them are very large.',
    { cause: error },
  );
}

function countMismatch(read: number, written: number): AppError {
  return new AppError(
    'DATA_COUNT_MISMATCH',
    `${read} rows were sent to the encoder, and ${written} were written.`,
    {
      details: { read, written },
    },
  );
}

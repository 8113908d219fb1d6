/** One attempt to write a range: its series of objects, and all that has to go should it not reach its end. */
import { AppError } from '../../contract/app-error.ts';
import type { Loss } from '../../contract/manifest.ts';
import { contentTypeOf } from '../encode/create-encoder.ts';
import { lossesSince } from '../encode/losses.ts';
import type { RowEncoder } from '../encode/row-encoder.ts';
import type { ObjectWriter, OpenUpload, RowBatch, SourcePlan } from '../ports.ts';
import type { FinishedRange, ReadRange } from '../reading-state.ts';
import type { ExtractJournal, ExtractRequest } from './extract-request.ts';
import { objectKey } from './object-key.ts';
import { ObjectSeries, rolls } from './object-series.ts';
import type { PartNumbers } from './part-numbers.ts';
import { RangeTally } from './range-tally.ts';

/** What the attempts of one snapshot share. */
export interface AttemptContext {
  readonly request: ExtractRequest;
  readonly journal: ExtractJournal;
  readonly plan: SourcePlan;
  /** Which snapshot of the run it is, from 1. */
  readonly snapshotNumber: number;
  readonly numbers: PartNumbers;
}

export class RangeAttempt implements AsyncDisposable {
  readonly #range: ReadRange;
  readonly #context: AttemptContext;
  readonly #signal: AbortSignal;
  readonly #series: ObjectSeries;
  readonly #tally: RangeTally;
  readonly #keys = new Set<string>();
  readonly #uploads: OpenUpload[] = [];
  readonly #parts: number[] = [];
  readonly #encoder: RowEncoder;
  /** What the encoder had lost before, in other ranges. */
  readonly #lossesBefore: readonly Loss[];
  #losses: readonly Loss[] = [];

  constructor(range: ReadRange, encoder: RowEncoder, context: AttemptContext, signal: AbortSignal) {
    const { spec, counters } = context.request;
    this.#range = range;
    this.#encoder = encoder;
    this.#lossesBefore = encoder.losses();
    this.#context = context;
    this.#signal = signal;
    this.#tally = new RangeTally(counters);
    this.#series = new ObjectSeries({
      spec,
      encoder,
      create: () => this.#create(),
      onWritten: ({ uri, rows, bytes, crc32 }) => {
        this.#tally.add('objectsWritten', 1);
        context.journal.note('info', `Wrote ${uri}: ${rows} rows, ${bytes} bytes, CRC-32 ${crc32}.`);
      },
      onEncoded: (bytes) => this.#tally.add('bytesEncoded', bytes),
    });
  }

  /** Rows that were written so far. */
  get rows(): number {
    return this.#tally.rows;
  }

  /** Opens the first object before a row is read; there will be one also without rows. */
  async begin(): Promise<void> {
    await this.#series.begin();
  }

  /** Writes whole rows, as soon as the run may go on. */
  async write(batch: RowBatch): Promise<void> {
    await this.#context.request.gate.pass(batch.bytes.length, this.#signal);
    this.#tally.add('bytesRead', batch.bytes.length);
    await this.#series.write(batch);
    this.#tally.add('rows', batch.rows);
  }

  /** Takes no more rows. The encoder is free for the next range; the last object is not whole yet. */
  async seal(): Promise<void> {
    await this.#series.seal();
    this.#losses = lossesSince(this.#lossesBefore, this.#encoder.losses());
  }

  /** Ends the last object. @throws AppError `DATA_COUNT_MISMATCH` where rows were read and not written */
  async finish(): Promise<FinishedRange> {
    const objects = await this.#series.finish();
    const { plan, snapshotNumber } = this.#context;
    const { rows, bytesRead } = this.#tally;
    const written = objects.reduce((sum, object) => sum + object.rows, 0);
    if (written !== rows) {
      throw new AppError('DATA_COUNT_MISMATCH', `${rows} rows were read, and ${written} were written.`, {
        details: { read: rows, written },
      });
    }
    const counted = this.#range.partition?.rows ?? rows;
    if (counted !== rows) {
      throw new AppError(
        'DATA_COUNT_MISMATCH',
        `A partition has ${counted} rows, and ${rows} of them were read: its values are not equal to themselves.`,
        { details: { counted, read: rows } },
      );
    }
    return {
      ...this.#range,
      rows,
      bytesRead,
      objects,
      uploads: this.#uploads,
      parts: this.#parts,
      losses: this.#losses,
      snapshotNumber,
      snapshot: plan.snapshot,
      lsn: plan.lsn,
    };
  }

  /** Removes what was written, and takes it out of the counters. @throws AppError of the DEST_ family */
  async discard(): Promise<void> {
    const { request, journal, numbers } = this.#context;
    await this.#series[Symbol.asyncDispose]();
    if (this.#keys.size > 0) {
      const keys = [...this.#keys];
      await request.sink.remove({ runId: request.runId, uploads: this.#uploads, keys }, this.#signal);
      await journal.removed(keys);
    }
    numbers.giveBack(this.#parts);
    this.#tally.takeBack();
  }

  /** Ends what is on its way. What has been written stays. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#series[Symbol.asyncDispose]();
  }

  /** Without rolling, a range has one object and gives it its own number: numbers then follow the scan. */
  #part(): number {
    if (!rolls(this.#context.request.spec)) return this.#range.number;
    const part = this.#context.numbers.take();
    this.#parts.push(part);
    return part;
  }

  async #create(): Promise<ObjectWriter> {
    const { request, journal, plan } = this.#context;
    const { spec, sink, runId } = request;
    const key = objectKey(this.#part(), plan, request, this.#range);
    const { overwrite, tags, metadata, objectSize } = spec;
    const contentType = contentTypeOf(spec.format, spec.compression);
    return await sink.create(
      { key, runId, overwrite, contentType, expectedBytes: objectSize, tags, metadata },
      {
        onNote: (message) => journal.note('warn', message),
        onPartStarted: () => this.#tally.add('partsInFlight', 1),
        onPartUploaded: (bytes) => {
          this.#tally.add('partsInFlight', -1);
          this.#tally.add('partsUploaded', 1);
          this.#tally.add('bytesUploaded', bytes);
        },
        onWriting: async () => {
          this.#keys.add(key);
          await journal.willWrite(key);
        },
        onRefused: () => {
          this.#keys.delete(key);
          journal.didNotWrite(key);
        },
        onUploadOpened: async (upload) => {
          this.#uploads.push(upload);
          await journal.uploadOpened(upload);
        },
      },
      this.#signal,
    );
  }
}

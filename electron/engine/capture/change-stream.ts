/**
 * From the slot to the history, and the acknowledgement back: the one loop that every change goes through. It ends between
 * two transactions, when it is told to; the law of the marks is asserted with every step.
 */
import type { CapturedTable } from '../../contract/capture-spec.ts';
import type { CaptureStream } from './capture-source.ts';
import type { CaptureReport } from './capture-report.ts';
import type { CaptureWriter } from './capture-writer.ts';
import type { CaptureBatch, CaptureItem, TableShape } from './change.ts';
import type { ProgressMarks } from './progress-marks.ts';

/** Milliseconds that a transaction which is half read may take to end, when the capture is to end. */
const HALF_READ_PATIENCE_MS = 10_000;

/** Microseconds from 1970 to 2000, where Postgres begins to count. */
const EPOCH_MICROS = 946_684_800_000_000n;

export interface ChangeStreamDeps {
  readonly stream: CaptureStream;
  readonly writer: CaptureWriter;
  readonly marks: ProgressMarks;
  readonly report: CaptureReport;
  /** Tables whose changes are wanted; undefined: all that come. */
  readonly tables: readonly CapturedTable[] | undefined;
  /** Called when everything up to this position has been decoded. */
  readonly onDecoded: (lsn: bigint) => void;
}

export class ChangeStream {
  readonly #deps: ChangeStreamDeps;
  readonly #reading = new AbortController();
  readonly #wanted: ReadonlySet<string> | undefined;
  readonly #known = new WeakMap<TableShape, boolean>();
  #ending = false;
  #between = true;
  #late: NodeJS.Timeout | undefined;
  #commitMs = 0;

  constructor(deps: ChangeStreamDeps) {
    this.#deps = deps;
    this.#wanted = deps.tables === undefined ? undefined : new Set(deps.tables.map(tableKey));
  }

  /** Lets the loop end behind the transaction that is being read. */
  end(): void {
    this.#ending = true;
    if (this.#between) this.#reading.abort();
    else this.#late ??= setTimeout(() => this.#reading.abort(), HALF_READ_PATIENCE_MS);
  }

  /** Reads and writes until {@link end} or an error. */
  async run(signal: AbortSignal): Promise<void> {
    const { stream, marks, report } = this.#deps;
    const either = AbortSignal.any([signal, this.#reading.signal]);
    try {
      for await (const batch of stream.read(either)) {
        marks.receive(stream.received);
        report.gauge.server(stream.received);
        const taken = this.#ending ? upToLastCommit(batch) : batch;
        await this.#take(taken, signal);
        if (this.#ending && this.#between) return;
      }
    } catch (error) {
      // Of a transaction whose end has not come nothing is kept: it comes again.
      if (!this.#reading.signal.aborted || signal.aborted) throw error;
    } finally {
      clearTimeout(this.#late);
    }
  }

  async #take(batch: CaptureBatch, signal: AbortSignal): Promise<void> {
    const { writer, report, onDecoded } = this.#deps;
    if (batch.length === 0) return;
    const wanted = this.#chosen(batch);
    this.#between = batch.at(-1)?.kind === 'commit' || batch.at(-1)?.kind === 'position';
    const counted = this.#count(wanted);
    await unlessAborted(writer.write(wanted), signal);
    report.read(counted.changes, counted.transactions);
    onDecoded(this.#deps.marks.decoded);
  }

  /** Before the writer gets them: it may say that they are durable before it gives control back. */
  #count(batch: CaptureBatch): { changes: number; transactions: number } {
    const { marks, report } = this.#deps;
    let changes = 0;
    let transactions = 0;
    for (const item of batch) {
      if (item.kind === 'change') changes++;
      else if (item.kind === 'begin') this.#commitMs = Number((item.time + EPOCH_MICROS) / 1_000n);
      else if (item.kind === 'commit') {
        transactions++;
        // A commit whose end is beyond what the socket said so far has come nevertheless.
        marks.receive(item.endLsn);
        marks.decode(item.endLsn);
        report.gauge.committed(item.endLsn, this.#commitMs);
      } else {
        marks.receive(item.lsn);
        marks.decode(item.lsn);
        report.gauge.server(item.lsn);
      }
    }
    return { changes, transactions };
  }

  #chosen(batch: CaptureBatch): CaptureBatch {
    if (this.#wanted === undefined) return batch;
    return batch.every((item) => this.#isWanted(item)) ? batch : batch.filter((item) => this.#isWanted(item));
  }

  #isWanted(item: CaptureItem): boolean {
    if (item.kind !== 'change' || this.#wanted === undefined) return true;
    const known = this.#known.get(item.shape);
    if (known !== undefined) return known;
    const wanted = this.#wanted.has(tableKey(item.shape.file.table));
    this.#known.set(item.shape, wanted);
    return wanted;
  }
}

export function tableKey({ schema, name }: CapturedTable): string {
  return JSON.stringify([schema, name]);
}

/** Lets go of the writer, which may wait for a destination that is away: whoever gave the signal closes it. */
async function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  work.catch(() => undefined);
  try {
    signal.throwIfAborted();
    await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function upToLastCommit(batch: CaptureBatch): CaptureBatch {
  const last = batch.findLastIndex(({ kind }) => kind === 'commit' || kind === 'position');
  return last < 0 ? batch : batch.slice(0, last + 1);
}

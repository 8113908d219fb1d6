/** The files of one job at its destination, as its run sees them: where they end, and a writer that goes on. */
import { AppError } from '../../contract/app-error.ts';
import type { Reread } from '../../contract/capture-calls.ts';
import type {
  CaptureCheckpoint,
  CaptureWriter as LoggedWriter,
  TableSnapshot,
} from '../../contract/capture-log.ts';
import type { CaptureSpec } from '../../contract/capture-spec.ts';
import { formatLsn } from '../decode/lsn.ts';
import type { Clock, ObjectSink } from '../ports.ts';
import { checkpointDocument } from './capture-ledger.ts';
import type { CaptureOwner } from './capture-shelf.ts';
import type { SlotFacts, SlotRef } from './capture-source.ts';
import { CaptureWriter } from './capture-writer.ts';
import type { CaptureWriterObserver } from './writer-options.ts';
import { claimCapture, withLog, type CaptureClaim } from './claim-capture.ts';
import { DestinationPatience } from './destination-patience.ts';
import { rereadAsAsked } from './table-states.ts';

export interface HistoryDeps {
  readonly spec: CaptureSpec;
  readonly sink: ObjectSink;
  readonly owner: CaptureOwner;
  readonly clock: Clock;
  /** For objects that wait for the destination; this job's alone. */
  readonly stagingFolder: string;
}

/** Where a history begins, or begins again. */
export interface HistoryBegin {
  readonly lsn: bigint;
  readonly tables: readonly TableSnapshot[];
}

export class CaptureHistory implements AsyncDisposable {
  readonly #deps: HistoryDeps;

  constructor(deps: HistoryDeps) {
    this.#deps = deps;
  }

  /** Of the checkpoint, for people. */
  get uri(): string {
    const { sink, spec } = this.#deps;
    return checkpointDocument(sink, spec.name).uri;
  }

  /**
   * The checkpoint as it lies there, with what the log has beyond it: one that is older than the log would look like a gap.
   * Undefined where the job has never run. @throws AppError `DATA_LOG_INVALID`, or of the DEST_ family
   */
  async look(signal: AbortSignal): Promise<CaptureCheckpoint | undefined> {
    const { sink, spec } = this.#deps;
    const found = await checkpointDocument(sink, spec.name).read(signal);
    return found && (await withLog({ sink, job: spec.name }, found.value, signal));
  }

  /**
   * Takes the history over. A job without a checkpoint begins where `begin` says; one that has a checkpoint goes on there.
   * @throws AppError `DEST_CAPTURE_FENCED`, `DATA_STATE_INVALID`, or of the DEST_ family
   */
  async open(
    facts: SlotFacts,
    ref: SlotRef,
    begin: HistoryBegin | undefined,
    observer: CaptureWriterObserver,
    signal: AbortSignal,
  ): Promise<CaptureWriter> {
    const { spec, sink, clock, stagingFolder } = this.#deps;
    const claim = this.#claim(facts, ref, begin, observer);
    const staging = { folder: stagingFolder, bytes: spec.spoolBytes };
    return await CaptureWriter.open({ spec, sink, clock, claim, observer, staging }, signal);
  }

  /**
   * Lets a history that there is go on from another position, with tables to be read anew; 0 says that there is none for
   * now. Readers find the snapshots at the new position.
   */
  async restart(
    facts: SlotFacts,
    ref: SlotRef,
    begin: HistoryBegin,
    observer: CaptureWriterObserver,
    signal: AbortSignal,
  ): Promise<void> {
    const { spec, sink, clock } = this.#deps;
    const world = { job: spec.name, sink, clock, patience: new DestinationPatience(observer) };
    const ledger = await claimCapture(world, this.#claim(facts, ref, begin, observer), signal);
    const durableLsn = formatLsn(begin.lsn);
    // It has ended: whoever opens the history next need not close the log to it, at a position that may be none.
    await ledger.change(
      (state) => ({ ...state, writer: null, durableLsn, tables: [...begin.tables] }),
      signal,
    );
  }

  /**
   * Notes for the next start which tables are to be read anew, later, or on.
   * @throws AppError `STORE_CAPTURE_BUSY` while a process on another computer writes, `DEST_NO_JOB`, or of the DEST_ family
   */
  async reread(asked: Reread, signal: AbortSignal): Promise<void> {
    const { sink, spec, owner } = this.#deps;
    const world = { sink, job: spec.name };
    const moved = await checkpointDocument(sink, spec.name).update(async (found) => {
      if (found === undefined) return { result: false };
      const writer = found.writer?.host === owner.host ? null : found.writer;
      if (writer !== null) throw writesElsewhere(spec.name, writer);
      // What a process that died has written last would otherwise be counted in later, as if it were of the new reading.
      const counted = await withLog(world, found, signal);
      return { write: { ...counted, tables: rereadAsAsked(counted.tables, asked) }, result: true };
    }, signal);
    if (moved?.value !== undefined) return;
    throw new AppError('DEST_NO_JOB', `There is no checkpoint of a capture "${spec.name}" at ${sink.label}.`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#deps.sink[Symbol.asyncDispose]();
  }

  #claim(
    facts: SlotFacts,
    ref: SlotRef,
    begin: HistoryBegin | undefined,
    { onNote }: Pick<CaptureWriterObserver, 'onNote'>,
  ): CaptureClaim {
    const { spec, owner } = this.#deps;
    const { database, systemIdentifier, timeline } = facts;
    const { name: job, format, compression } = spec;
    return {
      identity: { job, ...ref, database, systemIdentifier, timeline, format, compression },
      writer: { pid: owner.pid, host: owner.host, processStartedAt: owner.startedAt },
      keyTemplate: spec.key,
      onNote: (message) => onNote(message),
      begin,
    };
  }
}

function writesElsewhere(job: string, { pid, host }: LoggedWriter): AppError {
  return new AppError(
    'STORE_CAPTURE_BUSY',
    `Process ${pid} on ${host} writes the capture "${job}": ask it there.`,
  );
}

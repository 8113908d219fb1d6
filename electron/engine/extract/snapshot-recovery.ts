/**
 * What becomes of a run whose snapshot is lost. All that was written goes and everything is read again, or the ranges
 * that are finished stay and the others are read in a new snapshot: the job says which.
 */
import { AppError } from '../../contract/app-error.ts';
import type { RowReader } from '../ports.ts';
import type { FinishedRange } from '../reading-state.ts';
import type { ExtractJournal, ExtractRequest } from './extract-request.ts';
import { pause } from './read-snapshot.ts';
import type { Reading } from './reading.ts';
import { mayPass, nextAttempt, type Trouble } from './retry.ts';

/** New snapshots, one after the other, without a range that was finished and stayed. */
const MOST_IN_VAIN = 3;

/** The same, where a table was replaced: somebody loads tables one after the other, and comes to an end. */
const MOST_REPLACED = 20;

export class SnapshotRecovery {
  readonly #reading: Reading;
  readonly #request: ExtractRequest;
  readonly #journal: ExtractJournal;
  readonly #signal: AbortSignal;
  #inVain = 0;
  /** Ranges that were finished when the last snapshot began. */
  #kept: number;

  constructor(reading: Reading, request: ExtractRequest, journal: ExtractJournal, signal: AbortSignal) {
    this.#reading = reading;
    this.#request = request;
    this.#journal = journal;
    this.#signal = signal;
    this.#kept = reading.state.done.length;
  }

  /**
   * Looks whether what an earlier attempt has finished is still there. What is not is read again.
   * @throws AppError of the DEST_ family, where the destination cannot say
   */
  async checkKept(): Promise<void> {
    const { done } = this.#reading.state;
    if (done.length === 0) return;
    const lost: FinishedRange[] = [];
    for (const range of done) if (!(await this.#isThere(range))) lost.push(range);
    if (lost.length > 0) {
      this.#journal.note(
        'warn',
        `${lost.length} finished ranges are not there any more, and are read again.`,
      );
      await this.#remove(lost);
    }
    this.#request.counters.begin(this.#reading.state.done);
  }

  /**
   * Makes everything ready for a new snapshot.
   * @throws the failure, when that has been in vain too often
   */
  async after(failure: AppError): Promise<void> {
    const { done, ranges } = this.#reading.state;
    const resuming = this.#request.spec.recovery === 'resume' && done.length > 0;
    this.#inVain = resuming && done.length > this.#kept ? 0 : this.#inVain + 1;
    const most = failure.details['relation'] === undefined ? MOST_IN_VAIN : MOST_REPLACED;
    if (this.#inVain > most) throw failure;
    if (resuming) {
      this.#kept = done.length;
      const what = `${done.length} of ${ranges.length} ranges stay, and the others are read in a new one`;
      this.#journal.note('warn', `The snapshot is lost: ${what}. ${failure.message}`);
    } else {
      const what = 'all that was written is removed, and everything is read again in a new one';
      this.#journal.note('warn', `The snapshot is lost: ${what}. ${failure.message}`);
      await this.#remove(done);
    }
  }

  /**
   * Opens the first snapshot. A server that is starting or stopping says so, and is waited for; one that is not reached at
   * all is not, because a mistake in the connection would be told two minutes late.
   * @throws the failure that did not pass
   */
  async whenStarted(open: () => Promise<RowReader>): Promise<RowReader> {
    try {
      return await open();
    } catch (error) {
      this.#signal.throwIfAborted();
      if (!(error instanceof AppError && error.code === 'SOURCE_SHUTDOWN')) throw error;
      this.#journal.note('warn', `The server takes no connections now, and is waited for: ${error.message}`);
      return await this.whenReachable(open, error);
    }
  }

  /**
   * Opens a new snapshot, as soon as the server can be reached.
   * @param failure why it could not be before
   * @throws the failure that did not pass
   */
  async whenReachable(
    open: () => Promise<RowReader>,
    failure = new AppError('SOURCE_CONNECTION_LOST', 'The connection broke.'),
  ): Promise<RowReader> {
    const { clock, giveUpMs } = this.#request;
    let trouble: Trouble | undefined;
    let last = failure;
    for (;;) {
      const retry = nextAttempt(trouble, clock.monotonicMs(), Math.random(), giveUpMs);
      if (retry.tag === 'give-up') throw last;
      trouble = retry.trouble;
      await pause(retry.delayMs, this.#signal);
      try {
        return await open();
      } catch (error) {
        this.#signal.throwIfAborted();
        if (!mayPass(error)) throw error;
        last = error;
        this.#journal.note('warn', `The server cannot be reached yet: ${error.message}`);
      }
    }
  }

  async #isThere({ objects }: FinishedRange): Promise<boolean> {
    try {
      await this.#request.sink.verify(objects, this.#signal);
      return true;
    } catch (error) {
      const gone =
        error instanceof AppError &&
        (error.code === 'DEST_NO_OBJECT' || error.code === 'DEST_CHECKSUM_MISMATCH');
      if (!gone) throw error;
      return false;
    }
  }

  async #remove(ranges: readonly FinishedRange[]): Promise<void> {
    const { sink, runId, counters } = this.#request;
    const keys = ranges.flatMap(({ objects }) => objects.map(({ key }) => key));
    await this.#reading.lose(ranges);
    counters.begin(this.#reading.state.done);
    if (keys.length === 0) return;
    await sink.remove({ runId, keys, uploads: ranges.flatMap(({ uploads }) => uploads) }, this.#signal);
    await this.#journal.removed(keys);
  }
}

/**
 * What a run has read of its ranges, on disk before anything relies on it: the next attempt, in this process or in
 * another one, begins where it ended.
 */
import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../contract/app-error.ts';
import type { Consistency, Loss, Manifest } from '../../contract/manifest.ts';
import type { WrittenObject } from '../../contract/run.ts';
import { Losses } from '../encode/losses.ts';
import type { RowReader } from '../ports.ts';
import type { FinishedRange, ReadingState, ReadRange } from '../reading-state.ts';
import { withFinished } from '../run-change.ts';
import type { ExtractJournal } from './extract-request.ts';
import type { RunCounters } from './run-counters.ts';

const NOTHING: ReadingState = {
  columns: [],
  identity: '',
  workers: 1,
  ranges: [],
  done: [],
  snapshots: 0,
  retries: 0,
  restarts: 0,
  resumes: 0,
};

export class Reading {
  #state: ReadingState;
  readonly #journal: ExtractJournal;
  readonly #counters: RunCounters;

  /** @param before what an earlier attempt has left; undefined for a run that begins */
  constructor(before: ReadingState | undefined, journal: ExtractJournal, counters: RunCounters) {
    this.#state = before ?? NOTHING;
    this.#journal = journal;
    this.#counters = counters;
  }

  get state(): ReadingState {
    return this.#state;
  }

  /** The ranges that were planned; undefined where nothing is to be kept of them. */
  get planned(): readonly ReadRange[] | undefined {
    return this.#state.done.length === 0 ? undefined : this.#state.ranges;
  }

  /** The ranges that are still to be read. */
  get left(): readonly ReadRange[] {
    const done = new Set(this.#state.done.map(({ number }) => number));
    return this.#state.ranges.filter(({ number }) => !done.has(number));
  }

  /** In the order of the scan. */
  get objects(): readonly WrittenObject[] {
    return this.#state.done.flatMap(({ objects }) => objects);
  }

  get rows(): number {
    return this.#state.done.reduce((sum, { rows }) => sum + rows, 0);
  }

  /** Of all ranges, column by column. */
  get losses(): readonly Loss[] {
    const all = new Losses();
    for (const { column, reason, count } of this.#state.done.flatMap(({ losses }) => losses))
      all.add(column, reason, count);
    return all.list();
  }

  get consistency(): Consistency {
    const snapshots = new Set(this.#state.done.map(({ snapshotNumber }) => snapshotNumber));
    return snapshots.size > 1 ? 'snapshot-per-range' : 'one-snapshot';
  }

  get recoveries(): NonNullable<Manifest['recoveries']> {
    const { retries, restarts, resumes } = this.#state;
    return { retries, restarts, resumes };
  }

  /**
   * A snapshot was taken, and reading begins in it.
   * @throws AppError `SOURCE_CHANGED` where finished ranges do not go with what is there now
   */
  async begin({ plan, ranges, workers }: RowReader): Promise<void> {
    const { columns, identity, done, snapshots, restarts, resumes } = this.#state;
    if (done.length > 0) assertUnchanged({ columns, identity }, plan);
    await this.#keep({
      columns: plan.columns.map(({ name, type, baseType }) => ({ name, type, baseType })),
      identity: plan.identity,
      ranges,
      workers,
      snapshots: snapshots + 1,
      restarts: restarts + (snapshots > 0 && done.length === 0 ? 1 : 0),
      resumes: resumes + (done.length > 0 ? 1 : 0),
    });
  }

  /** A range is written and safe. */
  async finish(range: FinishedRange): Promise<void> {
    this.#change({ done: withFinished(this.#state.done, range) });
    await this.#journal.rangeFinished(range);
  }

  /** Ranges turned out not to be there any more. */
  async lose(lost: readonly FinishedRange[]): Promise<void> {
    await this.#keep({ done: this.#state.done.filter((range) => !lost.includes(range)) });
  }

  /** A range was read again in the same snapshot. */
  async retry(): Promise<void> {
    await this.#keep({ retries: this.#state.retries + 1 });
  }

  #change(change: Partial<ReadingState>): void {
    this.#state = { ...this.#state, ...change };
    this.#counters.ranges = this.#state.ranges.length;
    this.#counters.rangesDone = this.#state.done.length;
  }

  async #keep(change: Partial<ReadingState>): Promise<void> {
    this.#change(change);
    await this.#journal.keepReading(this.#state);
  }
}

function assertUnchanged(
  before: Pick<ReadingState, 'columns' | 'identity'>,
  now: Pick<ReadingState, 'columns' | 'identity'>,
): void {
  const namesAndTypes = ({ columns }: Pick<ReadingState, 'columns'>) =>
    columns.map(({ name, type, baseType }) => ({ name, type, baseType }));
  const problem = !isDeepStrictEqual(namesAndTypes(before), namesAndTypes(now))
    ? 'Its columns are not what they were.'
    : before.identity === now.identity
      ? undefined
      : 'It was made anew, rewritten or emptied, or has other partitions.';
  if (problem === undefined) return;
  throw new AppError('SOURCE_CHANGED', `The table has changed since this run began. ${problem}`);
}

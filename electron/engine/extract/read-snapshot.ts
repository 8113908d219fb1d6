/**
 * Reads what is left of the ranges in one snapshot. Lanes take them from one queue, so that a slow one does not hold the
 * others; each lane has an encoder and a connection of its own, and reads on while the destination makes objects of the
 * range before. A range whose connection is lost is thrown away and put back; whoever is free begins it again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createEncoder } from '../encode/create-encoder.ts';
import type { RowEncoder } from '../encode/row-encoder.ts';
import type { RowReader } from '../ports.ts';
import type { ReadRange } from '../reading-state.ts';
import { rolls } from './object-series.ts';
import { RangeAttempt, type AttemptContext } from './range-attempt.ts';
import { RangeEnds } from './range-ends.ts';
import { RangeQueue } from './range-queue.ts';
import type { Reading } from './reading.ts';
import { mayPass, nextAttempt, type Trouble } from './retry.ts';

/** Times that a range is tried in one snapshot: one that breaks off each time after a while has no end. */
const ATTEMPTS = 5;

export class SnapshotRead {
  readonly #reader: RowReader;
  readonly #reading: Reading;
  readonly #context: AttemptContext;
  readonly #queue: RangeQueue;
  /** Attempts of each range that broke off. */
  readonly #broken = new Map<number, number>();
  /** Fires when a lane fails for good. */
  readonly #failing = new AbortController();
  readonly #signal: AbortSignal;

  constructor(reader: RowReader, reading: Reading, context: AttemptContext, signal: AbortSignal) {
    this.#reader = reader;
    this.#reading = reading;
    this.#context = context;
    this.#queue = new RangeQueue(reading.left);
    this.#signal = AbortSignal.any([signal, this.#failing.signal]);
  }

  /**
   * Reads until no range is left.
   * @throws the failure that no lane could get over, or the signal's reason
   */
  async run(): Promise<void> {
    let lanes = Math.min(this.#reader.workers, this.#queue.size);
    while (this.#queue.size > 0) {
      const ends = await this.#together(lanes);
      const failures = ends.filter((end) => end !== undefined);
      // Those that came to a good end have a connection, with which they can take over what others left.
      lanes = Math.min(ends.length - failures.length, this.#queue.size);
      if (lanes === 0 && this.#queue.size > 0) throw failures.at(-1);
    }
    if (this.#reading.objects.length === 0 && this.#writesEmpty) await this.#writeEmpty();
  }

  /** Waits for all lanes, also when one fails: they must not go on behind our back. @throws what failed first */
  async #together(count: number): Promise<unknown[]> {
    const lanes = Array.from({ length: count }, () => this.#lane());
    await Promise.allSettled(lanes);
    this.#failing.signal.throwIfAborted();
    return await Promise.all(lanes);
  }

  /** Takes ranges until there are none; resolves to what it could not get over, and others perhaps can. */
  async #lane(): Promise<unknown> {
    const ends = new RangeEnds((range, attempt) => this.#finish(range, attempt));
    try {
      const obstacle = await this.#readRanges(ends);
      await ends.settled();
      return obstacle;
    } catch (error) {
      // Everybody stops, and what this lane still waits for as well. What comes of that is no news.
      this.#failing.abort(error);
      await ends.settled().catch(() => undefined);
      throw error;
    }
  }

  async #readRanges(ends: RangeEnds): Promise<unknown> {
    let trouble: Trouble | undefined;
    let encoder: RowEncoder | undefined;
    try {
      for (let range = this.#queue.take(); range !== undefined; range = this.#queue.take()) {
        encoder ??= this.#createEncoder();
        const attempt = new RangeAttempt(range, encoder, this.#context, this.#signal);
        try {
          await this.#read(range, attempt, encoder);
          trouble = undefined;
        } catch (error) {
          await using _attempt = attempt;
          this.#signal.throwIfAborted();
          if (!mayPass(error)) {
            this.#failing.abort(error);
            throw error;
          }
          // The failure before was got over, where rows have come since.
          if (attempt.rows > 0) trouble = undefined;
          await attempt.discard();
          await encoder[Symbol.asyncDispose]();
          encoder = undefined;
          trouble = await this.#waitAfter(error, range, trouble);
          if (trouble === undefined) return error;
          continue;
        }
        await ends.add(range, attempt);
        // Objects that roll are completed beside the next one already: of a lane, one is behind, and not two.
        if (rolls(this.#context.request.spec)) await ends.settled();
      }
      return undefined;
    } finally {
      await encoder?.[Symbol.asyncDispose]();
    }
  }

  /** Reads the rows of a range, up to what only the destination has still to do. */
  async #read(range: ReadRange, attempt: RangeAttempt, encoder: RowEncoder): Promise<void> {
    // A key that is taken is found out before a row is read. Of several ranges, some may turn out to have no rows.
    if (this.#reader.ranges.length === 1 && this.#writesEmpty) await attempt.begin();
    for await (const batch of this.#reader.read(range, encoder.form, this.#signal))
      await attempt.write(batch);
    await attempt.seal();
  }

  /** Waits for the objects of a range that has been read. */
  async #finish(range: ReadRange, attempt: RangeAttempt): Promise<void> {
    try {
      await using _attempt = attempt;
      const finished = await attempt.finish();
      if (this.#broken.has(range.number)) await this.#reading.retry();
      await this.#reading.finish(finished);
    } catch (error) {
      // The next range is being read meanwhile.
      this.#failing.abort(error);
      throw error;
    }
  }

  /** Puts the range back and waits; undefined where waiting is of no use to this lane. */
  async #waitAfter(
    error: Error,
    range: ReadRange,
    before: Trouble | undefined,
  ): Promise<Trouble | undefined> {
    const { journal, request } = this.#context;
    const attempts = (this.#broken.get(range.number) ?? 0) + 1;
    this.#broken.set(range.number, attempts);
    this.#queue.putBack(range);
    if (!this.#reader.canRead || attempts >= ATTEMPTS) return undefined;
    const retry = nextAttempt(before, request.clock.monotonicMs(), Math.random(), request.giveUpMs);
    if (retry.tag === 'give-up') return undefined;
    const which = `Range ${range.number} of ${this.#reader.ranges.length}`;
    journal.note('warn', `${which} broke off and will be read again in the same snapshot: ${error.message}`);
    await pause(retry.delayMs, this.#signal);
    return retry.trouble;
  }

  /** An incremental run without rows has nothing to add: its manifest says so. */
  get #writesEmpty(): boolean {
    return this.#context.request.spec.mode === 'full';
  }

  /** Whoever waits for the file waits for it also where there are no rows. */
  async #writeEmpty(): Promise<void> {
    const [range] = this.#reader.ranges;
    if (range === undefined) return;
    await using encoder = this.#createEncoder();
    await using attempt = new RangeAttempt(range, encoder, this.#context, this.#signal);
    await attempt.begin();
    await attempt.seal();
    await this.#reading.finish(await attempt.finish());
  }

  #createEncoder(): RowEncoder {
    const { format, compression, acceptLossy } = this.#context.request.spec;
    const { columns } = this.#context.plan;
    const lanes = this.#reader.workers;
    return createEncoder({ format, compression, acceptLossy, columns, lanes, signal: this.#signal });
  }
}

/** Waits. @throws the signal's reason, at once when it fires */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
}

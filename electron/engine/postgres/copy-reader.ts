/**
 * Reads the rows of a plan with one connection, or with several that share its snapshot. The ranges of the table lie
 * in one queue, from which each worker takes the next when it is done with one.
 */
import type { ConnectionAccess, CopyForm, RowBatch, RowReader, SourcePlan } from '../ports.ts';
import { copyRows } from './copy-stream.ts';
import { mergeStreams } from './merge-streams.ts';
import { rangeCondition, type ScanRange } from './scan-ranges.ts';
import { copySql } from './selection-sql.ts';
import { quoteLiteral } from './quote.ts';
import { Session } from './session.ts';

/** What a reader is made from. */
export interface CopyReaderOptions {
  /** The session that has planned, and whose transaction holds the snapshot. */
  readonly session: Session;
  readonly access: ConnectionAccess;
  readonly plan: SourcePlan;
  /** Empty: the query is read whole, by one worker. */
  readonly ranges: readonly ScanRange[];
  readonly workers: number;
  /** The SELECT of the plan, with one more condition. */
  readonly selectWhere: (condition: string) => string;
}

export class CopyReader implements RowReader {
  readonly plan: SourcePlan;
  readonly #options: CopyReaderOptions;
  readonly #followers: Session[] = [];

  constructor(options: CopyReaderOptions) {
    this.#options = options;
    this.plan = options.plan;
  }

  async *read(form: CopyForm, signal: AbortSignal): AsyncIterable<RowBatch> {
    const { session, ranges, workers, selectWhere } = this.#options;
    if (ranges.length <= 1 || workers <= 1) {
      yield* copyRows(session, copySql(this.plan.query, form), form, signal);
      return;
    }
    const queue = ranges.map((range) => copySql(selectWhere(rangeCondition(range)), form));
    await this.#follow(Math.min(workers, ranges.length) - 1, signal);
    const broken = new AbortController();
    const either = AbortSignal.any([signal, broken.signal]);
    const streams = [session, ...this.#followers].map((worker) => takeFrom(queue, worker, form, either));
    yield* mergeStreams(streams, () => broken.abort());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The leader last: it holds the snapshot that the others were given.
    await Promise.all(this.#followers.map((follower) => follower[Symbol.asyncDispose]()));
    await this.#options.session[Symbol.asyncDispose]();
  }

  /** Opens more sessions in the snapshot of the first. */
  async #follow(count: number, signal: AbortSignal): Promise<void> {
    const [exported] = await this.#options.session.query<{ id: string }>('SELECT pg_export_snapshot() AS id');
    for (let i = 0; i < count; i++) {
      const follower = await Session.open(this.#options.access, signal);
      this.#followers.push(follower);
      await follower.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      await follower.query(`SET TRANSACTION SNAPSHOT ${quoteLiteral(exported?.id ?? '')}`);
    }
  }
}

/** Copies one range after the other until the queue is empty. */
async function* takeFrom(
  queue: string[],
  session: Session,
  form: CopyForm,
  signal: AbortSignal,
): AsyncGenerator<RowBatch> {
  for (let sql = queue.shift(); sql !== undefined; sql = queue.shift()) {
    yield* copyRows(session, sql, form, signal);
  }
}

/** Reads rows with COPY, in one READ ONLY transaction with one snapshot. */
import { AppError } from '../../contract/app-error.ts';
import type { Selection } from '../../contract/extract-spec.ts';
import type { ConnectionAccess, CopyForm, RowBatch, RowReader, RowSource, SourcePlan } from '../ports.ts';
import { CopyTap } from './copy-tap.ts';
import { planRead } from './plan-read.ts';
import { copySql } from './selection-sql.ts';
import { Session } from './session.ts';
import { toSourceError } from './source-errors.ts';

/** The {@link RowSource} for Postgres. */
export const postgresRows: RowSource = {
  async open(access, selection, signal) {
    const session = await Session.open(access, signal);
    try {
      return await cancellable(session, signal, () => begin(session, access, selection));
    } catch (error) {
      await session.cancel();
      throw error;
    }
  },
};

async function begin(session: Session, access: ConnectionAccess, selection: Selection): Promise<RowReader> {
  await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  return new CopyReader(session, await planRead(session, access, selection));
}

class CopyReader implements RowReader {
  readonly plan: SourcePlan;
  readonly #session: Session;

  constructor(session: Session, plan: SourcePlan) {
    this.#session = session;
    this.plan = plan;
  }

  async *read(form: CopyForm, signal: AbortSignal): AsyncIterable<RowBatch> {
    signal.throwIfAborted();
    const tap = new CopyTap(this.#session.wire.socket());
    const abort = () => tap.fail(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    const finished = this.#copy(copySql(this.plan.query, form), tap);
    let complete = false;
    try {
      let counted = 0;
      for (let batch = await tap.next(); batch !== undefined; batch = await tap.next()) {
        counted += batch.rows;
        yield batch;
      }
      assertSameCount(await finished, counted);
      complete = true;
    } finally {
      signal.removeEventListener('abort', abort);
      // Also when the consumer broke off: a query that nobody reads would hold its snapshot for hours.
      if (complete) tap.remove();
      else await this.#session.cancel();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session[Symbol.asyncDispose]();
  }

  /** Runs the command and tells the tap how it ended. Never rejects: the tap carries the failure to the reader. */
  async #copy(sql: string, tap: CopyTap): Promise<number> {
    try {
      const rows = await this.#session.copy(sql);
      tap.end();
      return rows;
    } catch (error) {
      tap.fail(toSourceError(error));
      return -1;
    }
  }
}

function assertSameCount(reported: number, counted: number): void {
  if (reported === counted) return;
  throw new AppError('DATA_COUNT_MISMATCH', `Postgres sent ${reported} rows, and ${counted} were received.`, {
    details: { reported, counted },
  });
}

/** Runs the work; when the signal fires, cancels what the server does and rejects with the signal's reason. */
async function cancellable<T>(session: Session, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const cancel = () => void session.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

import { AppError } from '../../contract/app-error.ts';
import type { CopyForm } from '../copy-form.ts';
import type { RowBatch } from '../ports.ts';
import { BinaryFraming } from './binary-framing.ts';
import { CopyTap } from './copy-tap.ts';
import type { Session } from './session.ts';
import type { WatchedStream } from './silence-watch.ts';
import { toSourceError } from './source-errors.ts';
import { TapBuffers } from './tap-buffers.ts';

/** The buffers of each connection, kept for its next COPY. */
const buffersOf = new WeakMap<Session, TapBuffers>();

/**
 * Runs one COPY and gives its rows. Ends only after the server has said how many rows it sent and that is the number
 * that came. `break`, an error and the signal cancel the query on the server and drop the connection. `watch` begins to
 * look after the stream, until what it gives is disposed of.
 * @throws AppError of the SOURCE_ family, `DATA_COUNT_MISMATCH`, or the signal's reason
 */
export async function* copyRows(
  session: Session,
  sql: string,
  form: CopyForm,
  signal: AbortSignal,
  watch?: (stream: WatchedStream) => Disposable,
): AsyncGenerator<RowBatch> {
  signal.throwIfAborted();
  const buffers = buffersOf.get(session) ?? new TapBuffers();
  buffersOf.set(session, buffers);
  const tap = new CopyTap(session.wire.socket(), buffers);
  const abort = () => tap.fail(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  const finished = runCopy(session, sql, tap);
  using _watched = watch?.(tap);
  const framing = form.kind === 'binary' ? new BinaryFraming() : undefined;
  let complete = false;
  try {
    let counted = 0;
    for (let taken = await tap.next(); taken !== undefined; taken = await tap.next()) {
      const batch = framing === undefined ? taken : framing.strip(taken);
      counted += batch.rows;
      yield batch;
    }
    framing?.assertEnded();
    assertSameCount(await finished, counted);
    complete = true;
  } finally {
    signal.removeEventListener('abort', abort);
    buffers.shrink();
    // Also when the consumer broke off: a query that nobody reads would hold its snapshot for hours.
    if (complete) tap.remove();
    else await session.cancel();
  }
}

/** Runs the command and tells the tap how it ended. Never rejects: the tap carries the failure to the reader. */
async function runCopy(session: Session, sql: string, tap: CopyTap): Promise<number> {
  try {
    const rows = await session.copy(sql);
    tap.end();
    return rows;
  } catch (error) {
    tap.fail(toSourceError(error));
    return -1;
  }
}

function assertSameCount(reported: number, counted: number): void {
  if (reported === counted) return;
  throw new AppError('DATA_COUNT_MISMATCH', `Postgres sent ${reported} rows, and ${counted} were received.`, {
    details: { reported, counted },
  });
}

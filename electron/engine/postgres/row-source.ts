/** Opens readers: one READ ONLY transaction, one snapshot, one plan. */
import type { Selection } from '../../contract/selection.ts';
import type { ConnectionAccess, ReadOptions, RowReader, RowSource } from '../ports.ts';
import { CopyReader } from './copy-reader.ts';
import { planRead } from './plan-read.ts';
import { Session } from './session.ts';

/** The {@link RowSource} for Postgres. */
export const postgresRows: RowSource = {
  async open(access, selection, options, signal) {
    const session = await Session.open(access, signal);
    try {
      return await cancellable(session, signal, () => begin(session, access, selection, options));
    } catch (error) {
      await session.cancel();
      throw error;
    }
  },
};

async function begin(
  session: Session,
  access: ConnectionAccess,
  selection: Selection,
  options: ReadOptions,
): Promise<RowReader> {
  await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  const { ranges, ...read } = await planRead(session, access, selection, options.workers);
  return new CopyReader({ session, access, ranges, workers: options.workers, ...read });
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

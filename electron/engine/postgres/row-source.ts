/** Opens readers: one READ ONLY transaction, one snapshot, one plan. */
import type { Selection } from '../../contract/selection.ts';
import type { ConnectionAccess, ReadOptions, RowReader, RowSource } from '../ports.ts';
import { cancellable } from './cancellable.ts';
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
  const { ranges, plan, selectWhere } = await planRead(session, access, selection, options.workers);
  return new CopyReader({ session, access, ranges, workers: options.workers, plan, selectWhere });
}

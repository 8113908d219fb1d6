import type { ReadOptions } from '../reading-state.ts';
import { poolerError } from './pooler.ts';
import type { Session } from './session.ts';

/**
 * How rows are read through a pooler: by one worker. Several would each hold a connection of the pool, which others wait
 * for, and nothing promises that a pooler leads all of them to one server.
 * @throws AppError `SOURCE_POOLER` where several were asked for
 */
export function throughPooler({ pooler }: Pick<Session, 'pooler'>, options: ReadOptions): ReadOptions {
  if (pooler === undefined) return options;
  if ((options.workers ?? 1) > 1) throw poolerError(`Reading with ${options.workers} workers`, pooler);
  return { ...options, workers: 1 };
}

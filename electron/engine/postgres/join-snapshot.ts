/** Lets further connections read in the snapshot of another. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../contract/app-error.ts';
import type { ConnectionAccess } from '../ports.ts';
import { answerInTime } from './answer-in-time.ts';
import { explain } from './explain.ts';
import { isLockTimeout, QUEUED_LOCK_MS } from './locked-snapshot.ts';
import { quoteLiteral } from './quote.ts';
import { Session } from './session.ts';

/** Milliseconds that the holder of a snapshot gets to say what became of it. */
const HOLDER_ANSWERS_MS = 1_000;

/** A snapshot that others can join. */
export interface SharedSnapshot {
  /** The session whose transaction holds it. */
  readonly holder: Session;
  /** The name under which it was exported. */
  readonly name: string;
  /** The SELECT whose tables each worker locks when it joins. */
  readonly select: string;
}

/**
 * A session in the snapshot, with locks on all that it will read.
 * @param silenceMs milliseconds without an answer after which the connection counts as dead
 * @throws AppError `SOURCE_SNAPSHOT_LOST` where the transaction of the holder is over, `SOURCE_LOCK_TIMEOUT` where somebody
 *   waits to change a table, or of the SOURCE_ family
 */
export async function joinSnapshot(
  access: ConnectionAccess,
  { holder, name, select }: SharedSnapshot,
  silenceMs: number,
  signal: AbortSignal,
): Promise<Session> {
  if (!holder.alive) throw await lossOf(holder, holder.lost);
  const session = await Session.open(access, signal);
  try {
    await answerInTime(session, silenceMs, async () => {
      await session.begin('snapshot');
      await importSnapshot(session, name, holder);
      await session.setMasks();
      await session.waitForLocks(QUEUED_LOCK_MS);
      await explain(session, select);
      await session.waitForLocks();
    });
    return session;
  } catch (error) {
    session.destroy();
    throw error;
  }
}

async function importSnapshot(session: Session, name: string, holder: Session): Promise<void> {
  try {
    await session.query(`SET TRANSACTION SNAPSHOT ${quoteLiteral(name)}`);
  } catch (error) {
    // What the server says to a snapshot that is gone has had three SQLSTATEs in five versions.
    const refused =
      error instanceof AppError && ['SOURCE_QUERY_FAILED', 'SOURCE_MESSAGE_HIDDEN'].includes(error.code);
    throw refused ? await lossOf(holder, error) : error;
  }
}

/**
 * What became of the snapshot. A standby ends its holder, which waits in its transaction, together with those that read:
 * then that is the reason, and what to do about it. The holder may not have heard of it yet, and so it is asked.
 */
export async function lossOf(holder: Session, cause: unknown): Promise<AppError> {
  const answer = holder.query('SELECT 1').catch((error: unknown) => error);
  const over = new AbortController();
  // A holder whose connection is dead and does not say so never answers.
  const late = sleep(HOLDER_ANSWERS_MS, undefined, { signal: over.signal }).catch(() => undefined);
  const reason = await Promise.race([answer, late]);
  over.abort();
  if (reason instanceof AppError && reason.code === 'SOURCE_RECOVERY_CONFLICT') return reason;
  return new AppError('SOURCE_SNAPSHOT_LOST', 'The connection that held the snapshot is gone.', { cause });
}

/**
 * Sessions in the snapshot, as many as could be opened: what is missing is opened when it is needed, and says then why not.
 * @returns undefined where somebody waits to change a table: then all has to begin anew, after them
 */
export async function joinAll(
  count: number,
  join: () => Promise<Session>,
): Promise<readonly Session[] | undefined> {
  const joined = await Promise.allSettled(Array.from({ length: count }, join));
  const sessions = joined.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  if (!joined.some((each) => each.status === 'rejected' && isLockTimeout(each.reason))) return sessions;
  for (const session of sessions) session.destroy();
  return undefined;
}

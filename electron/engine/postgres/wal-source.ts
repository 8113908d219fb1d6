/** The {@link WalSource} for Postgres. */
import { AppError } from '../../contract/app-error.ts';
import type { ConnectionAccess } from '../ports.ts';
import type { WalLook, WalSource } from '../wal/wal-source.ts';
import { readCaptureFacts } from './capture-facts.ts';
import { openPeek } from './peek-slot.ts';
import { Session } from './session.ts';
import { toSlotError } from './slot-errors.ts';
import { readWalCatalog } from './wal-catalog.ts';
import { readWalFacts } from './wal-facts.ts';
import { readWalRecords, readWalStats } from './wal-inspect.ts';

/** Milliseconds for one of the cheap questions: a server that needs longer has other worries than to be looked at. */
const QUESTION_MS = 10_000;

export const postgresWal: WalSource = {
  look: openLook,

  async catalog(access, signal) {
    await using session = await Session.open(access, signal);
    return await readWalCatalog(session);
  },

  captureFacts: readCaptureFacts,
  records: readWalRecords,
  stats: readWalStats,

  async dropSlot(access, slot, signal) {
    await using session = await Session.open(access, signal);
    try {
      await session.query('SELECT pg_catalog.pg_drop_replication_slot($1)', [slot]);
    } catch (error) {
      const known = toSlotError(error);
      // The server's own words name the session that uses it.
      throw known instanceof AppError ? known : error;
    }
  },

  openPeek,
};

async function openLook(access: ConnectionAccess, signal: AbortSignal): Promise<WalLook> {
  const limits = { lockTimeoutMs: undefined, statementTimeoutMs: QUESTION_MS, serial: true };
  const session = await Session.open({ ...access, limits: access.limits ?? limits }, signal);
  return {
    get alive() {
      return session.alive;
    },
    facts: () => asked(session, readWalFacts),
    heartbeat: () => asked(session, beat),
    cancel: () => session.cancel(),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** A session that somebody has ended says so at the next question, and is known to be gone a moment later. */
const GONE: readonly unknown[] = ['SOURCE_SHUTDOWN', 'SOURCE_CONNECTION_LOST'];

async function asked<T>(session: Session, question: (session: Session) => Promise<T>): Promise<T> {
  try {
    await session.begin('read');
    const answer = await question(session);
    // Between two looks it is idle, and in no transaction: nothing is kept from being cleaned up.
    await session.commit();
    return answer;
  } catch (error) {
    if (error instanceof AppError && GONE.includes(error.code)) session.destroy();
    throw error;
  }
}

/** Transactional, because only a commit makes the server write it out at once: nobody would see it before. */
async function beat(session: Session): Promise<string> {
  try {
    const [row] = await session.query<{ lsn: string }>(
      `SELECT pg_catalog.pg_logical_emit_message(true, 'sluice', 'heartbeat')::pg_catalog.text AS lsn`,
    );
    return row?.lsn ?? '';
  } catch (error) {
    throw toSlotError(error);
  }
}

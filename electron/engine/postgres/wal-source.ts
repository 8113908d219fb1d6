/** The {@link WalSource} for Postgres. */
import { AppError } from '../../contract/app-error.ts';
import type { WalSource } from '../wal/wal-source.ts';
import { readCaptureFacts } from './capture-facts.ts';
import { openPeek } from './peek-slot.ts';
import { Session } from './session.ts';
import { toSlotError } from './slot-errors.ts';
import { readWalCatalog } from './wal-catalog.ts';
import { readWalFacts } from './wal-facts.ts';

export const postgresWal: WalSource = {
  async facts(access, signal) {
    await using session = await Session.open(access, signal);
    return await readWalFacts(session);
  },

  async catalog(access, signal) {
    await using session = await Session.open(access, signal);
    return await readWalCatalog(session);
  },

  captureFacts: readCaptureFacts,

  /** Transactional, because only a commit makes the server write it out at once: nobody would see it before. */
  async heartbeat(access, signal) {
    await using session = await Session.open(access, signal);
    try {
      const [row] = await session.query<{ lsn: string }>(
        `SELECT pg_logical_emit_message(true, 'sluice', 'heartbeat')::text AS lsn`,
      );
      return row?.lsn ?? '';
    } catch (error) {
      throw toSlotError(error);
    }
  },

  async dropSlot(access, slot, signal) {
    await using session = await Session.open(access, signal);
    try {
      await session.query('SELECT pg_drop_replication_slot($1)', [slot]);
    } catch (error) {
      const known = toSlotError(error);
      // The server's own words name the session that uses it.
      throw known instanceof AppError ? known : error;
    }
  },

  openPeek,
};

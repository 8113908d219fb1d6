import type { OldestStart, OpenSession } from '../watermark/watermark-facts.ts';
import type { Session } from './session.ts';

/** What was running just before a snapshot was taken. */
export interface Running {
  readonly at: Date;
  readonly oldestStart: OldestStart;
  readonly sessions: readonly OpenSession[];
}

/** Sessions shown; the oldest, because it is they that hold everything up. */
const SESSIONS_MAX = 100;

/**
 * Asks which transactions are open in this database, and when the oldest began. Must be asked before the snapshot is
 * taken: one that commits between the two would be in neither. For the same reason sessions come before prepared
 * transactions, which they turn into.
 */
export async function readRunning(session: Session): Promise<Running> {
  const [seen] = await session.query<{ at: Date; oldest: Date | null; hidden: boolean }>(
    `SELECT pg_catalog.clock_timestamp() AS at,
            pg_catalog.min(a.xact_start) AS oldest,
            coalesce(pg_catalog.bool_or(a.xact_start IS NULL AND NOT pg_catalog.pg_has_role(a.usesysid, 'USAGE')
                             AND NOT pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')
                             AND EXISTS (SELECT FROM pg_catalog.pg_locks l
                                          WHERE l.pid OPERATOR(pg_catalog.=) a.pid AND l.locktype OPERATOR(pg_catalog.=) 'virtualxid')), false) AS hidden
       FROM pg_catalog.pg_stat_activity a
      WHERE a.datname OPERATOR(pg_catalog.=) pg_catalog.current_database() AND a.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()
        AND coalesce(a.backend_type, '') OPERATOR(pg_catalog.<>) ALL ('{walsender,"autovacuum worker","parallel worker"}'::pg_catalog.text[])`,
  );
  const sessions = await openSessions(session);
  const [prepared] = await session.query<{ some: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_catalog.pg_prepared_xacts WHERE database OPERATOR(pg_catalog.=) pg_catalog.current_database()) AS some`,
  );
  const at = seen?.at ?? new Date(0);
  return { at, sessions, oldestStart: oldestOf(seen, prepared?.some ?? true, at) };
}

function oldestOf(
  seen: { readonly oldest: Date | null; readonly hidden: boolean } | undefined,
  prepared: boolean,
  at: Date,
): OldestStart {
  if (seen === undefined || seen.hidden) return { kind: 'unknown', because: 'hidden' };
  if (prepared) return { kind: 'unknown', because: 'prepared' };
  return { kind: 'known', at: seen.oldest !== null && seen.oldest < at ? seen.oldest : at };
}

/** Transactions that are open in this database, oldest first, as far as the user may see them. */
async function openSessions(session: Session): Promise<readonly OpenSession[]> {
  const rows = await session.query<{
    pid: number;
    application: string | null;
    user: string | null;
    started: Date;
    writes: boolean;
  }>(
    `SELECT pid, application_name AS application, usename::pg_catalog.text AS "user", xact_start AS started,
            backend_xid IS NOT NULL AS writes
       FROM pg_catalog.pg_stat_activity
      WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database() AND pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid() AND xact_start IS NOT NULL
        AND coalesce(backend_type, '') OPERATOR(pg_catalog.<>) ALL ('{walsender,"autovacuum worker","parallel worker"}'::pg_catalog.text[])
      ORDER BY xact_start
      LIMIT ${SESSIONS_MAX}`,
  );
  return rows.map(({ pid, application, user, started, writes }) => ({
    pid,
    application: application ?? '',
    user: user ?? '',
    startedAt: started,
    writes,
  }));
}

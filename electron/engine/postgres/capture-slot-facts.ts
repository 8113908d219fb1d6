/** What a capture asks before it begins: which server this is, and how its slot and its publication are. */
import type { SlotFacts, SlotRef } from '../capture/capture-source.ts';
import { parseLsn } from '../decode/lsn.ts';
import type { ConnectionAccess } from '../ports.ts';
import { openReplicationSession } from './capture-session.ts';
import { publishedStateSql, publishedTable, type PublishedStateRow } from './published-state.ts';
import { quoteLiteral } from './quote.ts';
import { toSourceError } from './source-errors.ts';
import { readTimelineHistory } from './timeline-history.ts';

interface SystemRow extends Record<string, unknown> {
  readonly systemid: string;
  /** An int8 since Postgres 16, which the driver gives as text. */
  readonly timeline: number | string;
}

interface FactsRow extends Record<string, unknown> {
  readonly database: string;
  readonly version: string;
  readonly currentLsn: string;
  readonly slot: {
    readonly plugin: string | null;
    readonly database: string | null;
    readonly confirmed_flush_lsn: string | null;
    readonly restart_lsn: string | null;
    readonly wal_status?: string | null;
    readonly active_pid: number | null;
    readonly two_phase?: boolean;
  } | null;
  readonly tables: readonly PublishedStateRow[] | null;
}

/**
 * By way of a connection for replication, because only there every user may ask which cluster it is.
 * @throws AppError of the SLOT_ and SOURCE_ families
 */
export async function readSlotFacts(
  access: ConnectionAccess,
  ref: SlotRef,
  signal: AbortSignal,
): Promise<SlotFacts> {
  await using session = await openReplicationSession(access, signal);
  const abort = () => session.destroy();
  signal.addEventListener('abort', abort, { once: true });
  try {
    const [system] = await session.command<SystemRow>('IDENTIFY_SYSTEM');
    const [row] = await session.command<FactsRow>(factsSql(ref));
    if (system === undefined || row === undefined)
      throw new TypeError('the server said nothing about itself');
    return {
      systemIdentifier: system.systemid,
      timeline: Number(system.timeline),
      leftTimelines: await readTimelineHistory(session, Number(system.timeline)),
      database: row.database,
      serverVersion: row.version,
      slot: slotOf(row),
      publication: publicationOf(row),
      currentLsn: parseLsn(row.currentLsn),
    };
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof TypeError ? error : toSourceError(error);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** A physical slot has no plugin and confirms nothing. */
function slotOf({ slot }: FactsRow): SlotFacts['slot'] {
  if (slot === null) return undefined;
  return {
    plugin: slot.plugin ?? '',
    database: slot.database ?? '',
    confirmedFlushLsn: parseLsn(slot.confirmed_flush_lsn ?? '0/0'),
    restartLsn: slot.restart_lsn === null ? undefined : parseLsn(slot.restart_lsn),
    walStatus: slot.wal_status ?? undefined,
    activePid: slot.active_pid ?? undefined,
    twoPhase: slot.two_phase ?? false,
  };
}

function publicationOf({ tables }: FactsRow): SlotFacts['publication'] {
  if (tables === null) return undefined;
  const identities = tables.map(publishedTable);
  return { tables: identities.map(({ table }) => table), identities };
}

/** The slot as JSON, because major versions have added columns. */
const factsSql = ({ slot, publication }: SlotRef) => `
  SELECT pg_catalog.current_database()::pg_catalog.text AS database,
         pg_catalog.current_setting('server_version') AS version,
         coalesce(CASE WHEN pg_catalog.pg_is_in_recovery() THEN greatest(pg_catalog.pg_last_wal_receive_lsn(), pg_catalog.pg_last_wal_replay_lsn())
                       ELSE pg_catalog.pg_current_wal_lsn() END, '0/0')::pg_catalog.text AS "currentLsn",
         (SELECT pg_catalog.to_jsonb(s) FROM pg_catalog.pg_replication_slots s WHERE s.slot_name OPERATOR(pg_catalog.=) ${quoteLiteral(slot)}) AS slot,
         (SELECT ${publishedStateSql()}
            FROM pg_catalog.pg_publication p WHERE p.pubname OPERATOR(pg_catalog.=) ${quoteLiteral(publication)}) AS tables`;

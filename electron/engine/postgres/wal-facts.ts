/**
 * One cheap look at the views that tell of the WAL. A row of pg_replication_slots is taken as JSON, because every major
 * version has added columns: what a server does not have is simply not there.
 * https://www.postgresql.org/docs/current/view-pg-replication-slots.html
 */
import { z } from 'zod';
import type { Slot } from '../../contract/wal.ts';
import type { WalFacts } from '../wal/wal-source.ts';
import type { Session } from './session.ts';

const slotRowSchema = z.object({
  slot_name: z.string(),
  slot_type: z.enum(['logical', 'physical']),
  plugin: z.string().nullable(),
  database: z.string().nullable(),
  temporary: z.boolean(),
  active: z.boolean(),
  active_pid: z.number().nullable(),
  restart_lsn: z.string().nullable(),
  confirmed_flush_lsn: z.string().nullable(),
  wal_status: z.string().nullish(),
  safe_wal_size: z.number().nullish(),
  invalidation_reason: z.string().nullish(),
  conflicting: z.boolean().nullish(),
  inactive_since: z.string().nullish(),
  failover: z.boolean().nullish(),
  two_phase: z.boolean().nullish(),
});

/** int8 comes as float8: a size in bytes is exact in a double up to 9 PB. */
interface SlotRow {
  readonly slot: unknown;
  readonly retained: number | null;
  readonly pending: number | null;
  readonly catalogXminAge: number | null;
  readonly activeBy: string | null;
}

interface ServerRow {
  readonly version: string;
  readonly standby: boolean;
  readonly database: string;
  readonly walLevel: string;
  readonly currentLsn: string;
  readonly keepMegabytes: number | null;
  readonly maxReplicationSlots: number;
  readonly maxWalSenders: number;
  readonly writerPid: number | null;
  readonly writerSeconds: number | null;
}

interface SenderRow {
  readonly pid: number;
  readonly name: string | null;
  readonly address: string | null;
  readonly state: string | null;
  readonly slot: string | null;
  readonly syncState: string | null;
  readonly lagBytes: number | null;
}

/** @throws AppError of the SOURCE_ family */
export async function readWalFacts(session: Session): Promise<WalFacts> {
  const [server] = await session.query<ServerRow & Record<string, unknown>>(SERVER_SQL);
  if (server === undefined) throw new TypeError('the server said nothing about itself');
  const slots = await session.query<SlotRow & Record<string, unknown>>(SLOTS_SQL);
  const senders = await session.query<SenderRow & Record<string, unknown>>(SENDERS_SQL);
  const { keepMegabytes, writerPid, writerSeconds, ...known } = server;
  return {
    server: {
      ...known,
      maxSlotWalKeepBytes: keepMegabytes === null || keepMegabytes < 0 ? null : keepMegabytes * 1_048_576,
      usedWalSenders: senders.length,
      oldestWriter: writerPid === null ? null : { pid: writerPid, seconds: writerSeconds ?? 0 },
    },
    slots: slots.map(slotOf),
    senders: senders.map((sender) => ({ ...sender, name: sender.name ?? '' })),
  };
}

function slotOf({ slot, retained, pending, catalogXminAge, activeBy }: SlotRow): Slot {
  const row = slotRowSchema.parse(slot);
  return {
    name: row.slot_name,
    type: row.slot_type,
    plugin: row.plugin,
    database: row.database,
    temporary: row.temporary,
    active: row.active,
    activePid: row.active_pid,
    activeBy,
    restartLsn: row.restart_lsn,
    confirmedFlushLsn: row.confirmed_flush_lsn,
    retainedBytes: retained === null ? null : Math.max(0, retained),
    pendingBytes: pending === null ? null : Math.max(0, pending),
    walStatus: row.wal_status ?? null,
    safeWalSize: row.safe_wal_size ?? null,
    // Postgres 16 has only a flag for a slot that recovery on a standby has invalidated.
    invalidationReason: row.invalidation_reason ?? (row.conflicting === true ? 'conflicting' : null),
    inactiveSince: row.inactive_since ?? null,
    failover: row.failover ?? null,
    twoPhase: row.two_phase ?? null,
    catalogXminAge,
  };
}

/** On a standby nothing is written: its end of the WAL is what it has received, or replayed from an archive. */
const CURRENT_LSN = `
  CASE WHEN pg_catalog.pg_is_in_recovery()
       THEN greatest(pg_catalog.pg_last_wal_receive_lsn(), pg_catalog.pg_last_wal_replay_lsn())
       ELSE pg_catalog.pg_current_wal_lsn() END`;

/** A prepared transaction holds the WAL like an open one, and has no session: its pid is 0. */
const SERVER_SQL = `
  SELECT pg_catalog.current_setting('server_version') AS version,
         pg_catalog.pg_is_in_recovery() AS standby,
         pg_catalog.current_database()::pg_catalog.text AS database,
         pg_catalog.current_setting('wal_level') AS "walLevel",
         coalesce(${CURRENT_LSN}, '0/0')::pg_catalog.text AS "currentLsn",
         (SELECT setting::pg_catalog.float8 FROM pg_catalog.pg_settings WHERE name OPERATOR(pg_catalog.=) 'max_slot_wal_keep_size') AS "keepMegabytes",
         pg_catalog.current_setting('max_replication_slots')::int AS "maxReplicationSlots",
         pg_catalog.current_setting('max_wal_senders')::int AS "maxWalSenders",
         writer.pid AS "writerPid",
         writer.seconds AS "writerSeconds"
    FROM (SELECT 1) AS one
    LEFT JOIN LATERAL (
      SELECT pid, extract(epoch FROM pg_catalog.now() OPERATOR(pg_catalog.-) since)::pg_catalog.float8 AS seconds
        FROM (SELECT pid, xact_start AS since FROM pg_catalog.pg_stat_activity WHERE backend_xid IS NOT NULL
               UNION ALL
              SELECT 0, prepared FROM pg_catalog.pg_prepared_xacts) AS writers
       WHERE since IS NOT NULL
       ORDER BY since
       LIMIT 1) AS writer ON true`;

const SLOTS_SQL = `
  SELECT pg_catalog.to_jsonb(s) AS slot,
         pg_catalog.pg_wal_lsn_diff(${CURRENT_LSN}, s.restart_lsn)::pg_catalog.float8 AS retained,
         pg_catalog.pg_wal_lsn_diff(${CURRENT_LSN}, s.confirmed_flush_lsn)::pg_catalog.float8 AS pending,
         pg_catalog.age(s.catalog_xmin)::pg_catalog.float8 AS "catalogXminAge",
         CASE WHEN a.who OPERATOR(pg_catalog.<>) '' THEN a.who END AS "activeBy"
    FROM pg_catalog.pg_replication_slots s
    LEFT JOIN LATERAL (
      SELECT pg_catalog.concat_ws(' ', CASE WHEN b.application_name OPERATOR(pg_catalog.<>) '' THEN b.application_name END,
                                  'from ' OPERATOR(pg_catalog.||) pg_catalog.host(b.client_addr)) AS who
        FROM pg_catalog.pg_stat_activity b WHERE b.pid OPERATOR(pg_catalog.=) s.active_pid) AS a ON true
   ORDER BY s.slot_name`;

const SENDERS_SQL = `
  SELECT r.pid,
         r.application_name AS name,
         pg_catalog.host(r.client_addr) AS address,
         r.state,
         s.slot_name::pg_catalog.text AS slot,
         r.sync_state AS "syncState",
         greatest(0, pg_catalog.pg_wal_lsn_diff(${CURRENT_LSN}, r.replay_lsn))::pg_catalog.float8 AS "lagBytes"
    FROM pg_catalog.pg_stat_replication r
    LEFT JOIN pg_catalog.pg_replication_slots s ON s.active_pid OPERATOR(pg_catalog.=) r.pid
   ORDER BY r.application_name, r.pid`;

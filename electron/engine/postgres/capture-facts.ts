/** What a preflight of capture asks, beyond the state of the WAL and the catalogue. */
import { AppError } from '../../contract/app-error.ts';
import type { ConnectionAccess } from '../ports.ts';
import type { CaptureFacts } from '../wal/wal-source.ts';
import { openReplication } from './replication-session.ts';
import { Session } from './session.ts';
import { readWalCatalog } from './wal-catalog.ts';
import { readWalFacts } from './wal-facts.ts';

interface UserRow extends Record<string, unknown> {
  readonly user: string;
  readonly superuser: boolean;
  readonly replicationRole: boolean;
  readonly providerSettings: string[];
  readonly mayCreate: boolean;
  readonly idleSlotTimeoutMs: number | null;
}

/** @throws AppError of the SOURCE_ family */
export async function readCaptureFacts(access: ConnectionAccess, signal: AbortSignal): Promise<CaptureFacts> {
  await using session = await Session.open(access, signal);
  const [user] = await session.query<UserRow>(USER_SQL);
  if (user === undefined) throw new TypeError('the server said nothing about the user');
  const unreadable = await session.query<{ schema: string; name: string }>(UNREADABLE_SQL);
  const widths = await session.query<{ name: string; bytes: number }>(ROW_BYTES_SQL);
  return {
    facts: await readWalFacts(session),
    catalog: await readWalCatalog(session),
    ...user,
    unreadable,
    replication: await tryReplication(access, signal),
    rowBytes: new Map(widths.map(({ name, bytes }) => [name, bytes])),
  };
}

/** The one proof that nothing on the way, such as a pooler, keeps replication out. */
async function tryReplication(
  access: ConnectionAccess,
  signal: AbortSignal,
): Promise<CaptureFacts['replication']> {
  try {
    await using session = await openReplication(access, signal);
    await session.command('IDENTIFY_SYSTEM');
    return { ok: true };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof AppError)) throw error;
    return { ok: false, error };
  }
}

/** Providers give the right to replicate to members of a role of theirs, which the attribute does not show. */
const USER_SQL = `
  SELECT r.rolname::pg_catalog.text AS user,
         r.rolsuper AS superuser,
         r.rolreplication OR EXISTS (
           SELECT 1 FROM pg_catalog.pg_roles p
            WHERE p.rolname OPERATOR(pg_catalog.=) ANY ('{rds_replication,rds_superuser,cloudsqlreplica}'::pg_catalog.name[])
              AND pg_catalog.pg_has_role(r.oid, p.oid, 'MEMBER')) AS "replicationRole",
         ARRAY(SELECT pg_catalog.split_part(name, '.', 1) FROM pg_catalog.pg_settings WHERE name OPERATOR(pg_catalog.~) '^(rds|cloudsql|azure)[.]'
                UNION
               SELECT CASE WHEN rolname OPERATOR(pg_catalog.=) 'rds_superuser' THEN 'rds' WHEN rolname OPERATOR(pg_catalog.=) 'cloudsqlsuperuser' THEN 'cloudsql'
                                   WHEN rolname OPERATOR(pg_catalog.=) 'azure_pg_admin' THEN 'azure' ELSE 'supabase' END
                 FROM pg_catalog.pg_roles
                WHERE rolname OPERATOR(pg_catalog.=) ANY ('{rds_superuser,cloudsqlsuperuser,azure_pg_admin,supabase_admin}'::pg_catalog.name[]))
           AS "providerSettings",
         pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') AS "mayCreate",
         (SELECT setting::pg_catalog.float8 OPERATOR(pg_catalog.*) CASE WHEN unit OPERATOR(pg_catalog.=) 'min' THEN 60000 WHEN unit OPERATOR(pg_catalog.=) 's' THEN 1000 ELSE 1 END
            FROM pg_catalog.pg_settings WHERE name OPERATOR(pg_catalog.=) 'idle_replication_slot_timeout') AS "idleSlotTimeoutMs"
    FROM pg_catalog.pg_roles r
   WHERE r.rolname OPERATOR(pg_catalog.=) current_user`;

const UNREADABLE_SQL = `
  SELECT n.nspname::pg_catalog.text AS schema, c.relname::pg_catalog.text AS name
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
   WHERE c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p}'::pg_catalog."char"[])
     AND NOT c.relispartition
     AND c.relpersistence OPERATOR(pg_catalog.=) 'p'
     AND n.nspname OPERATOR(pg_catalog.!~) '^pg_' AND n.nspname OPERATOR(pg_catalog.<>) 'information_schema'
     AND NOT (pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT'))
     AND (NOT EXISTS (SELECT FROM pg_catalog.pg_publication)
          OR EXISTS (SELECT FROM pg_catalog.pg_publication_tables t
                      WHERE t.schemaname OPERATOR(pg_catalog.=) n.nspname AND t.tablename OPERATOR(pg_catalog.=) c.relname))
   ORDER BY 1, 2
   LIMIT 1000`;

/** The width of a row as ANALYZE saw it, for the cost of writing the old row whole. */
const ROW_BYTES_SQL = `
  SELECT schemaname OPERATOR(pg_catalog.||) '.' OPERATOR(pg_catalog.||) tablename AS name, pg_catalog.sum(avg_width)::pg_catalog.float8 AS bytes
    FROM pg_catalog.pg_stats
   GROUP BY schemaname, tablename`;

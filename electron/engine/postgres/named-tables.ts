/** Which tables have rows under a name, so that an incremental run finds out when the name stands for others. */
import type { RelationRef } from '../../contract/relation.ts';
import type { Position } from '../../contract/watermark-state.ts';
import { writersOf } from '../watermark/decide-read.ts';
import type { NamedTable } from '../watermark/watermark-facts.ts';
import type { Session } from './session.ts';
import { unseenSql } from './watermark-sql.ts';

interface FoundTable {
  readonly oid: string;
  readonly storage: string;
  /** As SQL; null where its rows do not tell who wrote them, or may not be looked at past the policies of the root. */
  readonly rows: string | null;
}

/**
 * The table itself, its partitions and its children, those with rows of their own. Of one that the last run did not know it
 * is found out whether it was made since; of one with another storage whether a row is left that the run saw: VACUUM FULL
 * keeps them, TRUNCATE does not.
 * @param version as `server_version_num`
 */
export async function readNamedTables(
  session: Session,
  relation: RelationRef,
  position: Position | null,
  version: number,
): Promise<readonly NamedTable[]> {
  const found = await session.query<FoundTable>(TABLES_SQL, [relation.schema, relation.name]);
  const known = new Map(position?.tables);
  const tables: NamedTable[] = [];
  for (const { oid, storage, rows } of found) {
    const before = known.get(oid);
    const changed = position?.tables !== undefined && before !== storage;
    if (!changed) {
      tables.push({ oid, storage });
      continue;
    }
    const fromBefore =
      before === undefined
        ? await isFromBefore(session, oid, position, version)
        : rows === null
          ? undefined
          : await hasSeenRows(session, rows, position, version);
    tables.push({ oid, storage, fromBefore });
  }
  return tables;
}

/** The digest of a view is of its definition, and that of a foreign table of where it leads to. */
const TABLES_SQL = `WITH RECURSIVE tree AS (
    SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
     WHERE n.nspname OPERATOR(pg_catalog.=) $1 AND c.relname OPERATOR(pg_catalog.=) $2
    UNION
    SELECT i.inhrelid FROM tree t JOIN pg_catalog.pg_inherits i ON i.inhparent OPERATOR(pg_catalog.=) t.oid
  )
  SELECT c.oid::pg_catalog.text AS oid,
         CASE WHEN c.relkind OPERATOR(pg_catalog.=) ANY ('{v,m}'::pg_catalog."char"[])
              THEN (SELECT pg_catalog.md5(pg_catalog.string_agg(w.ev_action::pg_catalog.text, ' ' ORDER BY w.oid))
                      FROM pg_catalog.pg_rewrite w WHERE w.ev_class OPERATOR(pg_catalog.=) c.oid)
              WHEN c.relkind OPERATOR(pg_catalog.=) 'f'
              THEN pg_catalog.md5(pg_catalog.concat_ws(' ', f.ftserver, f.ftoptions))
              ELSE pg_catalog.pg_relation_filenode(c.oid)::pg_catalog.text END AS storage,
         CASE WHEN c.relkind OPERATOR(pg_catalog.=) 'r' AND a.amname OPERATOR(pg_catalog.=) 'heap'
                   AND NOT c.relrowsecurity AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
              THEN pg_catalog.format('%I.%I', n.nspname, c.relname) END AS rows
    FROM tree t
    JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) t.oid
    JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
    LEFT JOIN pg_catalog.pg_am a ON a.oid OPERATOR(pg_catalog.=) c.relam
    LEFT JOIN pg_catalog.pg_foreign_table f ON f.ftrelid OPERATOR(pg_catalog.=) c.oid
   WHERE c.relkind OPERATOR(pg_catalog.<>) 'p'
   ORDER BY c.oid`;

/**
 * Whether a table was there when the last run ended, whatever its rows say: a rewrite gives all of them a new writer. The
 * catalogue's row about a system column is written when the table is made, and never again. Undefined for a view.
 */
async function isFromBefore(
  session: Session,
  oid: string,
  { ceiling }: Position,
  version: number,
): Promise<boolean | undefined> {
  const unseen = unseenSql({ floor: BigInt(ceiling), seen: [] }, version);
  const [row] = await session.query<{ before: boolean }>(
    `SELECT NOT (${unseen}) AS before FROM pg_catalog.pg_attribute
      WHERE attrelid OPERATOR(pg_catalog.=) $1::pg_catalog.oid AND attname OPERATOR(pg_catalog.=) 'tableoid'
        AND attnum OPERATOR(pg_catalog.<) 0`,
    [oid],
  );
  return row?.before;
}

async function hasSeenRows(
  session: Session,
  rows: string,
  position: Position,
  version: number,
): Promise<boolean> {
  const unseen = unseenSql(writersOf(position), version);
  const [row] = await session.query<{ seen: boolean }>(
    `SELECT EXISTS (SELECT FROM ONLY ${rows} WHERE NOT (${unseen})) AS seen`,
  );
  return row?.seen ?? false;
}

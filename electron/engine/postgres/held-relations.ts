/** What a session has locked, and whether its snapshot knows it as it is. */
import type { Session } from './session.ts';

/** A relation that the session has locked. */
export interface HeldRelation {
  readonly oid: string;
  /** `schema.name`, as it is called in the snapshot; its oid, where the snapshot does not know it. */
  readonly name: string;
  /** True where it was emptied, rewritten, renamed, attached or made after the snapshot was taken. */
  readonly changed: boolean;
}

/** A table or a view that the session has locked. */
export interface NamedRelation {
  readonly schema: string;
  readonly name: string;
  readonly view: boolean;
  /** True where the user may lock it by its name, too: who may read some columns only may not. */
  readonly lockable: boolean;
}

/** The tables and views that the transaction has locked. Those first that others depend on. */
export async function namedRelations(session: Session): Promise<readonly NamedRelation[]> {
  return await session.query<NamedRelation & Record<string, unknown>>(
    `SELECT n.nspname AS schema, c.relname AS name, c.relkind OPERATOR(pg_catalog.=) 'v' AS view,
            pg_catalog.has_table_privilege(c.oid, 'SELECT') AS lockable
       ${HELD}
       JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) l.relation
       JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
      WHERE c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p,v}'::pg_catalog."char"[])
      ORDER BY pg_catalog.array_position('{v,p,r}'::pg_catalog."char"[], c.relkind), c.oid`,
  );
}

/** The oids of all relations that the transaction has locked, but for the catalogue's. */
export async function heldOids(session: Session): Promise<readonly string[]> {
  const rows = await session.query<{ oid: string }>(`SELECT l.relation::pg_catalog.text AS oid ${HELD}`);
  return rows.map(({ oid }) => oid);
}

/**
 * The relations that the transaction has locked, but for those that are known. The catalogue's rows are those of the
 * snapshot; the functions say what is now. An index, and what is stored apart of a table, goes with its table.
 */
export async function heldRelations(
  session: Session,
  known: readonly string[],
): Promise<readonly HeldRelation[]> {
  return await session.query<HeldRelation & Record<string, unknown>>(HELD_RELATIONS_SQL, [known]);
}

/** The first oid that is given out to users. https://www.postgresql.org/docs/current/system-catalog-initial-data.html */
const FIRST_OF_USERS = 16_384;

const HELD = `
  FROM (SELECT DISTINCT k.relation
          FROM pg_catalog.pg_locks k
         WHERE k.locktype OPERATOR(pg_catalog.=) 'relation' AND k.granted
           AND k.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid()
           AND k.database OPERATOR(pg_catalog.=)
               (SELECT d.oid FROM pg_catalog.pg_database d
                 WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())
           AND k.relation OPERATOR(pg_catalog.>=) ${FIRST_OF_USERS}::pg_catalog.oid) AS l`;

const HELD_RELATIONS_SQL = `
  SELECT l.relation::pg_catalog.text AS oid,
         CASE WHEN c.oid IS NULL THEN l.relation::pg_catalog.text
              ELSE pg_catalog.concat_ws('.', n.nspname, c.relname) END AS name,
         CASE WHEN c.oid IS NULL THEN true
              WHEN c.relkind OPERATOR(pg_catalog.=) ANY ('{i,I,t}'::pg_catalog."char"[]) THEN false
              ELSE (pg_catalog.pg_identify_object_as_address(
                      'pg_catalog.pg_class'::pg_catalog.regclass, c.oid, 0)).object_names
                   OPERATOR(pg_catalog.<>) ARRAY[n.nspname::pg_catalog.text, c.relname::pg_catalog.text]
                OR c.relfilenode OPERATOR(pg_catalog.<>)
                   coalesce(pg_catalog.pg_relation_filenode(c.oid), 0::pg_catalog.oid)
                OR c.relispartition OPERATOR(pg_catalog.<>)
                   coalesce(pg_catalog.pg_partition_root(c.oid) OPERATOR(pg_catalog.<>) c.oid, false)
         END AS changed
    ${HELD}
    LEFT JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) l.relation
    LEFT JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
   WHERE NOT l.relation OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.oid[])`;

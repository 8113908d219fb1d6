/** What there is to look at: relations and columns, from the catalogue alone. Never counts a row. */
import { AppError } from '../../contract/app-error.ts';
import type { Column, Relation, RelationKind, RelationRef } from '../../contract/relation.ts';
import { watermarkKind } from '../watermark/watermark-kind.ts';
import { catalogRows } from './catalog-rows.ts';
import { findRelation } from './find-relation.ts';
import { leadsIndexSql } from './leading-index.ts';
import { hasBytes, showBytes } from './server-text.ts';
import type { Session } from './session.ts';

const KINDS: Readonly<Record<string, RelationKind>> = {
  r: 'table',
  p: 'partitioned',
  v: 'view',
  m: 'materialized',
  f: 'foreign',
};

/** Milliseconds to wait for a table that somebody has locked, before the sizes are left to the planner. */
const SIZE_LOCK_TIMEOUT_MS = 500;

type ListedRelation = Omit<Relation, 'kind'> & { readonly relkind: string };

/** All relations with rows that are not the system's own. A partitioned table has the sum of its partitions. */
export async function listRelations(session: Session): Promise<Relation[]> {
  const rows = await listRows(session);
  return rows.map(({ relkind, ...relation }) => {
    const { schema, name } = relation;
    // A name that is no text cannot be written into a statement.
    const readable = relation.readable && !hasBytes(schema) && !hasBytes(name);
    return { ...shown(relation), readable, kind: kindOf(relkind) };
  });
}

/** The size of a table is measured under a lock: one table in a migration must not keep all others from being listed. */
async function listRows(session: Session): Promise<ListedRelation[]> {
  await session.query(`SET LOCAL lock_timeout = ${SIZE_LOCK_TIMEOUT_MS}`);
  try {
    return await catalogRows<ListedRelation>(session, listSql('pg_catalog.pg_total_relation_size(oid)'));
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'SOURCE_LOCK_TIMEOUT')) throw error;
    await session.begin('read');
    return await catalogRows<ListedRelation>(
      session,
      listSql(`relpages::bigint OPERATOR(pg_catalog.*) pg_catalog.current_setting('block_size')::bigint`),
    );
  }
}

/** The columns in order; dropped ones are left out. @throws AppError `SOURCE_NO_RELATION` */
export async function describeRelation(session: Session, relation: RelationRef): Promise<Column[]> {
  const columns = await catalogRows<Omit<Column, 'watermark'> & { readonly baseType: string }>(
    session,
    COLUMNS_SQL,
    [relation.schema, relation.name],
  );
  // A table may have no columns at all.
  if (columns.length === 0) await findRelation(session, relation);
  return columns.map(({ baseType, ...column }) => ({
    ...shown(column),
    watermark: watermarkKind(baseType) ?? null,
  }));
}

/** With bytes that are no text made readable. */
function shown<Row extends object>(row: Row): Row {
  const entries = Object.entries(row).map(([key, value]: [string, unknown]) => [
    key,
    typeof value === 'string' ? showBytes(value) : value,
  ]);
  return Object.fromEntries(entries) as Row;
}

function kindOf(relkind: string): RelationKind {
  const kind = KINDS[relkind];
  if (kind === undefined) throw new TypeError(`unknown relkind ${relkind}`);
  return kind;
}

/**
 * `reltuples` is -1 for a table that was never vacuumed or analysed. Sizes are in float8: the driver would give
 * int8 as text, and a size in bytes is exact in a double up to 9 PB. Partitions are found without `pg_partition_tree`,
 * which takes a lock on each.
 * @param size an expression for the bytes of one row of pg_class
 */
const listSql = (size: string) => `
  WITH RECURSIVE tree AS (
    SELECT oid AS root, oid AS part FROM pg_catalog.pg_class WHERE relkind OPERATOR(pg_catalog.=) 'p'
     UNION ALL
    SELECT tree.root, i.inhrelid FROM tree JOIN pg_catalog.pg_inherits i ON i.inhparent OPERATOR(pg_catalog.=) tree.part
  ), leaf AS (
    SELECT tree.root,
           pg_catalog.sum(greatest(reltuples, 0)) AS rows,
           pg_catalog.bool_or(reltuples OPERATOR(pg_catalog.>=) 0) AS known,
           pg_catalog.sum(${size}) AS bytes
      FROM tree
      JOIN pg_catalog.pg_class ON oid OPERATOR(pg_catalog.=) tree.part AND relkind OPERATOR(pg_catalog.<>) 'p'
     GROUP BY tree.root
  ), sized AS (
    SELECT *, CASE WHEN relkind OPERATOR(pg_catalog.=) ANY ('{r,m}'::pg_catalog."char"[]) THEN ${size} END AS bytes
      FROM pg_catalog.pg_class
     WHERE relkind OPERATOR(pg_catalog.=) ANY ('{r,p,v,m,f}'::pg_catalog."char"[])
  )
  SELECT n.nspname AS schema,
         c.relname AS name,
         c.relkind::pg_catalog.text AS relkind,
         CASE WHEN c.relkind OPERATOR(pg_catalog.=) 'p' THEN CASE WHEN leaf.known THEN leaf.rows END
              WHEN c.relkind OPERATOR(pg_catalog.=) ANY ('{r,m,f}'::pg_catalog."char"[]) AND c.reltuples OPERATOR(pg_catalog.>=) 0 THEN c.reltuples END::pg_catalog.float8 AS "estimatedRows",
         coalesce(c.bytes, leaf.bytes)::pg_catalog.float8 AS bytes,
         pg_catalog.has_schema_privilege(n.oid, 'USAGE')
           AND (pg_catalog.has_table_privilege(c.oid, 'SELECT') OR pg_catalog.has_any_column_privilege(c.oid, 'SELECT')) AS readable,
         CASE WHEN c.relispartition THEN
           (SELECT pn.nspname OPERATOR(pg_catalog.||) '.' OPERATOR(pg_catalog.||) p.relname
              FROM pg_catalog.pg_inherits i
              JOIN pg_catalog.pg_class p ON p.oid OPERATOR(pg_catalog.=) i.inhparent
              JOIN pg_catalog.pg_namespace pn ON pn.oid OPERATOR(pg_catalog.=) p.relnamespace
             WHERE i.inhrelid OPERATOR(pg_catalog.=) c.oid) END AS "partitionOf",
         pg_catalog.obj_description(c.oid, 'pg_class') AS comment
    FROM sized c
    JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
    LEFT JOIN leaf ON leaf.root OPERATOR(pg_catalog.=) c.oid
   WHERE n.nspname OPERATOR(pg_catalog.<>) ALL ('{pg_catalog,information_schema,pg_toast}'::pg_catalog.name[])
     AND n.nspname OPERATOR(pg_catalog.!~~) 'pg\\_temp\\_%'
     AND n.nspname OPERATOR(pg_catalog.!~~) 'pg\\_toast\\_temp\\_%'
   ORDER BY n.nspname, c.relname`;

const COLUMNS_SQL = `
  SELECT a.attname AS name,
         pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
         NOT a.attnotnull AS nullable,
         pg_catalog.array_position(key.conkey, a.attnum) AS "keyPosition",
         CASE WHEN a.attidentity OPERATOR(pg_catalog.<>) '' THEN 'identity' ELSE pg_catalog.pg_get_expr(d.adbin, d.adrelid) END AS "default",
         a.attgenerated OPERATOR(pg_catalog.<>) '' AS generated,
         pg_catalog.col_description(c.oid, a.attnum) AS comment,
         pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT') AS readable,
         ${leadsIndexSql('c.oid', 'a.attname')} AS indexed,
         (WITH RECURSIVE base AS (
            SELECT typname, typtype, typbasetype FROM pg_catalog.pg_type WHERE oid OPERATOR(pg_catalog.=) a.atttypid
            UNION ALL
            SELECT t.typname, t.typtype, t.typbasetype
              FROM base JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) base.typbasetype WHERE base.typtype OPERATOR(pg_catalog.=) 'd'
          ) SELECT typname::pg_catalog.text FROM base WHERE typtype OPERATOR(pg_catalog.<>) 'd') AS "baseType"
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
    JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped
    LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid OPERATOR(pg_catalog.=) c.oid AND d.adnum OPERATOR(pg_catalog.=) a.attnum
    LEFT JOIN pg_catalog.pg_constraint key ON key.conrelid OPERATOR(pg_catalog.=) c.oid AND key.contype OPERATOR(pg_catalog.=) 'p'
   WHERE n.nspname OPERATOR(pg_catalog.=) $1 AND c.relname OPERATOR(pg_catalog.=) $2
     AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p,v,m,f}'::pg_catalog."char"[])
   ORDER BY a.attnum`;

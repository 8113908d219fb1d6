/** What there is to look at: relations and columns, from the catalogue alone. Never counts a row. */
import { AppError } from '../../contract/app-error.ts';
import type { Column, Relation, RelationKind, RelationRef } from '../../contract/relation.ts';
import type { Session } from './session.ts';

const KINDS: Readonly<Record<string, RelationKind>> = {
  r: 'table',
  p: 'partitioned',
  v: 'view',
  m: 'materialized',
  f: 'foreign',
};

/** All relations with rows that are not the system's own. A partitioned table has the sum of its partitions. */
export async function listRelations(session: Session): Promise<Relation[]> {
  const rows = await session.query<Omit<Relation, 'kind'> & { relkind: string }>(LIST_SQL);
  return rows.map(({ relkind, ...relation }) => ({ ...relation, kind: kindOf(relkind) }));
}

/** The columns in order; dropped ones are left out. @throws AppError `SOURCE_NO_RELATION` */
export async function describeRelation(session: Session, relation: RelationRef): Promise<Column[]> {
  const columns = await session.query<Column & Record<string, unknown>>(COLUMNS_SQL, [
    relation.schema,
    relation.name,
  ]);
  if (columns.length === 0) {
    throw new AppError(
      'SOURCE_NO_RELATION',
      `There is no table or view "${relation.schema}.${relation.name}".`,
    );
  }
  return columns;
}

function kindOf(relkind: string): RelationKind {
  const kind = KINDS[relkind];
  if (kind === undefined) throw new TypeError(`unknown relkind ${relkind}`);
  return kind;
}

/**
 * `reltuples` is -1 for a table that was never vacuumed or analysed. Sizes are in float8: the driver would give
 * int8 as text, and a size in bytes is exact in a double up to 9 PB.
 */
const LIST_SQL = `
  WITH leaf AS (
    SELECT root.oid AS root,
           sum(greatest(part.reltuples, 0)) AS rows,
           bool_or(part.reltuples >= 0) AS known,
           sum(pg_total_relation_size(part.oid)) AS bytes
      FROM pg_class root
     CROSS JOIN LATERAL pg_partition_tree(root.oid) AS tree
      JOIN pg_class part ON part.oid = tree.relid AND tree.isleaf
     WHERE root.relkind = 'p'
     GROUP BY root.oid
  )
  SELECT n.nspname AS schema,
         c.relname AS name,
         c.relkind::text AS relkind,
         CASE WHEN c.relkind = 'p' THEN CASE WHEN leaf.known THEN leaf.rows END
              WHEN c.relkind IN ('r', 'm', 'f') AND c.reltuples >= 0 THEN c.reltuples END::float8 AS "estimatedRows",
         CASE WHEN c.relkind = 'p' THEN leaf.bytes
              WHEN c.relkind IN ('r', 'm') THEN pg_total_relation_size(c.oid) END::float8 AS bytes,
         has_table_privilege(c.oid, 'SELECT') OR has_any_column_privilege(c.oid, 'SELECT') AS readable,
         CASE WHEN c.relispartition THEN
           (SELECT pn.nspname || '.' || p.relname
              FROM pg_inherits i
              JOIN pg_class p ON p.oid = i.inhparent
              JOIN pg_namespace pn ON pn.oid = p.relnamespace
             WHERE i.inhrelid = c.oid) END AS "partitionOf",
         obj_description(c.oid, 'pg_class') AS comment
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN leaf ON leaf.root = c.oid
   WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
     AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
     AND n.nspname NOT LIKE 'pg\\_temp\\_%'
     AND n.nspname NOT LIKE 'pg\\_toast\\_temp\\_%'
   ORDER BY n.nspname, c.relname`;

const COLUMNS_SQL = `
  SELECT a.attname AS name,
         format_type(a.atttypid, a.atttypmod) AS type,
         NOT a.attnotnull AS nullable,
         array_position(key.columns, a.attnum) AS "keyPosition",
         CASE WHEN a.attidentity <> '' THEN 'identity' ELSE pg_get_expr(d.adbin, d.adrelid) END AS "default",
         a.attgenerated <> '' AS generated,
         col_description(c.oid, a.attnum) AS comment
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    LEFT JOIN (SELECT indrelid, indkey::int2[] AS columns FROM pg_index WHERE indisprimary) key ON key.indrelid = c.oid
   WHERE n.nspname = $1 AND c.relname = $2
   ORDER BY a.attnum`;

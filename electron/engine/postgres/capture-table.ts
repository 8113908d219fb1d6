/** What a publication publishes of a table, as it is in the snapshot of the session. */
import { AppError } from '../../contract/app-error.ts';
import type { CaptureSchemaFile } from '../../contract/capture-log.ts';
import type { CapturedTable } from '../../contract/capture-spec.ts';
import type { TableShape } from '../capture/change.ts';
import type { ShapeBook } from '../capture/shape-book.ts';
import { typeName } from '../capture/type-name.ts';
import { quoteIdentifier, quoteRelation } from './quote.ts';
import { majorVersion } from './server-version.ts';
import type { Session } from './session.ts';

export interface PublishedTable {
  readonly shape: TableShape;
  /** The SELECT of the rows that the stream would have the changes of. */
  readonly select: (condition: string | undefined) => string;
}

interface TableRow extends Record<string, unknown> {
  readonly identity: CaptureSchemaFile['replicaIdentity'];
  readonly partitioned: boolean;
  readonly rowFilter: string | null;
  readonly columns: readonly ColumnRow[];
}

interface ColumnRow {
  readonly name: string;
  readonly typeId: number;
  readonly typeModifier: number;
  readonly key: boolean;
  readonly typeSchema: string;
  readonly typeName: string;
}

/** Object ids from here on are not the same everywhere: of such types the stream says the name. */
const FIRST_NAMED_TYPE = 10_000;

/** @throws AppError `SLOT_NO_PUBLICATION` where the table is not published, or of the SOURCE_ family */
export async function readPublishedTable(
  session: Session,
  publication: string,
  table: CapturedTable,
  shapes: ShapeBook,
): Promise<PublishedTable> {
  const major = await majorVersion(session);
  const [row] = await session.query<TableRow>(tableSql(major), [publication, table.schema, table.name]);
  if (row === undefined) {
    const shown = `${table.schema}.${table.name}`;
    throw new AppError(
      'SLOT_NO_PUBLICATION',
      `The publication "${publication}" does not publish the table "${shown}".`,
      { details: { relation: shown } },
    );
  }
  const shape = shapes.shapeOf({
    table,
    replicaIdentity: row.identity,
    columns: row.columns.map(({ name, typeId, typeModifier, key, typeSchema, typeName: typname }) => ({
      name,
      typeId,
      typeModifier,
      key,
      type: typeName(
        typeId,
        typeModifier,
        typeId < FIRST_NAMED_TYPE
          ? undefined
          : { schema: typeSchema === 'pg_catalog' ? '' : typeSchema, name: typname },
      ),
    })),
  });
  return { shape, select: (condition) => selectSql(table, row, condition) };
}

/** Children of a table that is not partitioned are published by themselves. */
function selectSql(
  table: CapturedTable,
  { partitioned, rowFilter, columns }: TableRow,
  condition: string | undefined,
): string {
  const conditions = [rowFilter, condition ?? null]
    .filter((text) => text !== null)
    .map((text) => `(${text})`);
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  const list = columns.map(({ name }) => quoteIdentifier(name)).join(', ');
  return `SELECT ${list} FROM ${partitioned ? '' : 'ONLY '}${quoteRelation(table)}${where}`;
}

/** @throws AppError `SOURCE_SNAPSHOT_LOST` where the table is not stored any more as the snapshot knows it */
export async function assertNotRewritten(session: Session, table: CapturedTable): Promise<void> {
  // Locks it and its partitions until the transaction ends, so that nobody can rewrite it. Not LOCK TABLE, for which a
  // right to some of the columns is not enough.
  await session.query(`SELECT FROM ${quoteRelation(table)} LIMIT 0`);
  const [row] = await session.query<{ rewritten: boolean }>(REWRITTEN_SQL, [table.schema, table.name]);
  if (row?.rewritten === false) return;
  throw new AppError(
    'SOURCE_SNAPSHOT_LOST',
    `The table "${table.schema}.${table.name}" was rewritten or truncated after the snapshot, which therefore finds no rows in it any more.`,
  );
}

/**
 * A table that ALTER TABLE has rewritten, or that was truncated, looks empty to snapshots from before: their rows are gone,
 * and of a rewrite the stream says nothing. A query sees the file that the snapshot knows, the function the one there is.
 * https://www.postgresql.org/docs/current/mvcc-caveats.html
 */
const REWRITTEN_SQL = `
  WITH RECURSIVE tree AS (
    SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
     WHERE n.nspname OPERATOR(pg_catalog.=) $1 AND c.relname OPERATOR(pg_catalog.=) $2
     UNION
    SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN tree ON i.inhparent OPERATOR(pg_catalog.=) tree.oid
  )
  SELECT pg_catalog.count(*) OPERATOR(pg_catalog.=) 0 OR pg_catalog.bool_or(coalesce(c.relfilenode OPERATOR(pg_catalog.<>) pg_catalog.pg_relation_filenode(c.oid), c.relkind OPERATOR(pg_catalog.=) 'r')) AS rewritten
    FROM tree JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) tree.oid`;

/**
 * Columns, and what is part of the replica identity, as pgoutput says them. In place of a domain it names what the domain
 * is made of.
 */
const tableSql = (major: number) => `
  SELECT CASE WHEN c.relreplident OPERATOR(pg_catalog.=) 'd' THEN 'default' WHEN c.relreplident OPERATOR(pg_catalog.=) 'i' THEN 'index'
              WHEN c.relreplident OPERATOR(pg_catalog.=) 'f' THEN 'full' ELSE 'nothing' END
           AS identity,
         c.relkind OPERATOR(pg_catalog.=) 'p' AS partitioned,
         ${major >= 15 ? 't.rowfilter' : 'NULL::pg_catalog.text'} AS "rowFilter",
         (SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                   'name', a.attname, 'typeId', a.atttypid::bigint, 'typeModifier', a.atttypmod,
                   'key', c.relreplident OPERATOR(pg_catalog.=) 'f' OR a.attnum OPERATOR(pg_catalog.=) ANY (coalesce(key.columns, '{}')),
                   'typeSchema', base.schema, 'typeName', base.name) ORDER BY a.attnum), '[]')
            FROM pg_catalog.pg_attribute a
            CROSS JOIN LATERAL (
              WITH RECURSIVE step AS (
                SELECT y.oid, y.typtype, y.typbasetype FROM pg_catalog.pg_type y WHERE y.oid OPERATOR(pg_catalog.=) a.atttypid
                 UNION ALL
                SELECT y.oid, y.typtype, y.typbasetype FROM step JOIN pg_catalog.pg_type y ON y.oid OPERATOR(pg_catalog.=) step.typbasetype
                 WHERE step.typtype OPERATOR(pg_catalog.=) 'd'
              )
              SELECT ns.nspname AS schema, y.typname AS name
                FROM step JOIN pg_catalog.pg_type y ON y.oid OPERATOR(pg_catalog.=) step.oid JOIN pg_catalog.pg_namespace ns ON ns.oid OPERATOR(pg_catalog.=) y.typnamespace
               WHERE step.typtype OPERATOR(pg_catalog.<>) 'd') AS base
           WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped
             AND ${publishedSql(major)}) AS columns
    FROM pg_catalog.pg_publication_tables t
    JOIN pg_catalog.pg_namespace n ON n.nspname OPERATOR(pg_catalog.=) t.schemaname
    JOIN pg_catalog.pg_class c ON c.relnamespace OPERATOR(pg_catalog.=) n.oid AND c.relname OPERATOR(pg_catalog.=) t.tablename
    LEFT JOIN LATERAL (
      SELECT i.indkey::pg_catalog.int2[] AS columns FROM pg_catalog.pg_index i
       WHERE i.indrelid OPERATOR(pg_catalog.=) c.oid AND i.indimmediate AND i.indisvalid
         AND CASE WHEN c.relreplident OPERATOR(pg_catalog.=) 'd' THEN i.indisprimary WHEN c.relreplident OPERATOR(pg_catalog.=) 'i' THEN i.indisreplident ELSE false END) AS key
      ON true
   WHERE t.pubname OPERATOR(pg_catalog.=) $1 AND t.schemaname OPERATOR(pg_catalog.=) $2 AND t.tablename OPERATOR(pg_catalog.=) $3`;

/** Whether the stream has a column `a` of the published table `t`. Before 18 none that is generated, though the view lists them. */
function publishedSql(major: number): string {
  const listed = 'a.attname OPERATOR(pg_catalog.=) ANY (t.attnames)';
  const written = "a.attgenerated OPERATOR(pg_catalog.=) ''";
  if (major >= 18) return listed;
  return major >= 15 ? `${listed} AND ${written}` : written;
}

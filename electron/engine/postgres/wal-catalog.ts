/** Publications, and tables with what their replica identity carries: from the catalogue alone. */
import type { Publication, WalCatalog, WalTable } from '../../contract/wal.ts';
import { majorVersion } from './server-version.ts';
import type { Session } from './session.ts';

/** @throws AppError of the SOURCE_ family */
export async function readWalCatalog(session: Session): Promise<WalCatalog> {
  const major = await majorVersion(session);
  return {
    publications: await session.query<Publication & Record<string, unknown>>(publicationsSql(major)),
    tables: await session.query<WalTable & Record<string, unknown>>(TABLES_SQL),
  };
}

/** Row filters and column lists came with Postgres 15. A list of all columns is no list. */
const publicationsSql = (major: number) => `
  SELECT p.pubname::pg_catalog.text AS name,
         p.puballtables AS "allTables",
         pg_catalog.array_remove(ARRAY[CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
                            CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END],
                      NULL) AS operations,
         p.pubviaroot AS "viaRoot",
         coalesce((SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                            'schema', t.schemaname, 'name', t.tablename,
                            'columns', ${major >= 15 ? 'CASE WHEN r.prattrs IS NOT NULL THEN to_jsonb(t.attnames) END' : 'NULL'},
                            'rowFilter', ${major >= 15 ? 't.rowfilter' : 'NULL'})
                          ORDER BY t.schemaname, t.tablename)
                     FROM pg_catalog.pg_publication_tables t
                     ${
                       major >= 15
                         ? `LEFT JOIN pg_catalog.pg_publication_rel r ON r.prpubid = p.oid
                            AND r.prrelid = pg_catalog.format('%I.%I', t.schemaname, t.tablename)::pg_catalog.regclass`
                         : ''
                     }
                    WHERE t.pubname = p.pubname), '[]') AS tables
    FROM pg_catalog.pg_publication p
   ORDER BY p.pubname`;

const TABLES_SQL = `
  SELECT n.nspname::pg_catalog.text AS schema,
         c.relname::pg_catalog.text AS name,
         CASE c.relreplident WHEN 'd' THEN 'default' WHEN 'i' THEN 'index' WHEN 'f' THEN 'full' ELSE 'nothing' END
           AS identity,
         coalesce((SELECT pg_catalog.array_agg(a.attname::pg_catalog.text ORDER BY a.attnum)
                     FROM pg_catalog.pg_attribute a
                    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                      AND (c.relreplident = 'f' OR a.attnum = ANY (i.indkey::pg_catalog.int2[]))), '{}') AS "keyColumns",
         c.relpersistence = 'u' AS unlogged,
         c.relkind = 'p' AS partitioned,
         coalesce((SELECT pg_catalog.array_agg(a.attname::pg_catalog.text ORDER BY a.attnum)
                     FROM pg_catalog.pg_attribute a
                    WHERE a.attrelid = c.oid AND a.attgenerated <> '' AND NOT a.attisdropped), '{}')
           AS "generatedColumns",
         coalesce((SELECT pg_catalog.array_agg(t.pubname::pg_catalog.text ORDER BY t.pubname)
                     FROM pg_catalog.pg_publication_tables t
                    WHERE t.schemaname = n.nspname AND t.tablename = c.relname), '{}') AS publications
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_index i ON i.indrelid = c.oid
     AND CASE c.relreplident WHEN 'd' THEN i.indisprimary WHEN 'i' THEN i.indisreplident END
   WHERE c.relkind IN ('r', 'p')
     AND c.relpersistence <> 't'
     AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
   ORDER BY n.nspname, c.relname
   LIMIT 2000`;

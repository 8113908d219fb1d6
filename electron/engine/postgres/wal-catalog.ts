/** Publications, and tables with what their replica identity carries: from the catalogue alone. */
import type { Publication, WalCatalog, WalTable } from '../../contract/wal.ts';
import { identifiedSql } from './identified-sql.ts';
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
                            'columns', ${major >= 15 ? 'CASE WHEN r.prattrs IS NOT NULL THEN pg_catalog.to_jsonb(t.attnames) END' : 'NULL'},
                            'rowFilter', ${major >= 15 ? 't.rowfilter' : 'NULL'})
                          ORDER BY t.schemaname, t.tablename)
                     FROM pg_catalog.pg_publication_tables t
                     ${
                       major >= 15
                         ? `LEFT JOIN pg_catalog.pg_publication_rel r ON r.prpubid OPERATOR(pg_catalog.=) p.oid
                            AND r.prrelid OPERATOR(pg_catalog.=) pg_catalog.format('%I.%I', t.schemaname, t.tablename)::pg_catalog.regclass`
                         : ''
                     }
                    WHERE t.pubname OPERATOR(pg_catalog.=) p.pubname), '[]') AS tables
    FROM pg_catalog.pg_publication p
   ORDER BY p.pubname`;

const TABLES_SQL = `
  SELECT n.nspname::pg_catalog.text AS schema,
         c.relname::pg_catalog.text AS name,
         CASE WHEN c.relreplident OPERATOR(pg_catalog.=) 'd' THEN 'default' WHEN c.relreplident OPERATOR(pg_catalog.=) 'i' THEN 'index'
              WHEN c.relreplident OPERATOR(pg_catalog.=) 'f' THEN 'full' ELSE 'nothing' END
           AS identity,
         coalesce((SELECT pg_catalog.array_agg(a.attname::pg_catalog.text ORDER BY a.attnum)
                     FROM pg_catalog.pg_attribute a
                    WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped
                      AND (c.relreplident OPERATOR(pg_catalog.=) 'f' OR a.attnum OPERATOR(pg_catalog.=) ANY (i.indkey::pg_catalog.int2[]))), '{}') AS "keyColumns",
         c.relkind OPERATOR(pg_catalog.=) 'r' AND c.relpersistence OPERATOR(pg_catalog.=) 'p' AND NOT ${identifiedSql('c')} AS harmed,
         EXISTS (SELECT FROM pg_catalog.pg_index k
                  WHERE k.indrelid OPERATOR(pg_catalog.=) c.oid AND k.indisprimary AND k.indimmediate AND k.indisvalid) AS keyed,
         c.relpersistence OPERATOR(pg_catalog.=) 'u' AS unlogged,
         c.relkind OPERATOR(pg_catalog.=) 'p' AS partitioned,
         coalesce((SELECT pg_catalog.array_agg(a.attname::pg_catalog.text ORDER BY a.attnum)
                     FROM pg_catalog.pg_attribute a
                    WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attgenerated OPERATOR(pg_catalog.<>) '' AND NOT a.attisdropped), '{}')
           AS "generatedColumns",
         coalesce((SELECT pg_catalog.array_agg(t.pubname::pg_catalog.text ORDER BY t.pubname)
                     FROM pg_catalog.pg_publication_tables t
                    WHERE t.schemaname OPERATOR(pg_catalog.=) n.nspname AND t.tablename OPERATOR(pg_catalog.=) c.relname), '{}') AS publications
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
    LEFT JOIN pg_catalog.pg_index i ON i.indrelid OPERATOR(pg_catalog.=) c.oid AND i.indimmediate AND i.indisvalid
     AND CASE WHEN c.relreplident OPERATOR(pg_catalog.=) 'd' THEN i.indisprimary WHEN c.relreplident OPERATOR(pg_catalog.=) 'i' THEN i.indisreplident END
   WHERE c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p}'::pg_catalog."char"[])
     AND c.relpersistence OPERATOR(pg_catalog.<>) 't'
     AND n.nspname OPERATOR(pg_catalog.<>) ALL ('{pg_catalog,information_schema,pg_toast}'::pg_catalog.name[])
   ORDER BY n.nspname, c.relname
   LIMIT 2000`;

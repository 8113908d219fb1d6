/** How a published table is stored, beyond what the stream says of it: see `capture/silent-changes.ts`. */
import type { PublishedTable } from '../capture/capture-source.ts';
import { identifiedSql } from './identified-sql.ts';

/** The row of {@link publishedStateSql}. */
export interface PublishedStateRow {
  readonly schema: string;
  readonly name: string;
  readonly identity: string;
  readonly leaves: readonly LeafRow[] | null;
  readonly file: string | null;
  readonly key: string;
  readonly columns: readonly string[];
  readonly children: readonly string[];
}

interface LeafRow {
  readonly oid: string;
  readonly text: string;
  readonly name: string;
  readonly empty: boolean;
  readonly harmed: boolean;
}

export function publishedTable(row: PublishedStateRow): PublishedTable {
  const { schema, name, identity, leaves, file, key, columns, children } = row;
  const found = leaves ?? [];
  return {
    table: { schema, name },
    identity,
    stored: {
      leaves: leaves === null ? null : leaves.map(({ text }) => text),
      file,
      key,
      columns: [...columns],
    },
    leafNames: Object.fromEntries(found.map((leaf) => [leaf.oid, leaf.name])),
    emptyLeaves: found.filter(({ empty }) => empty).map(({ oid }) => oid),
    children,
    harmed: found.filter(({ harmed }) => harmed).map((leaf) => leaf.name),
  };
}

/**
 * Table, publication, and what has put the one into the other, the partitioned table above it included. Made anew, each has
 * another oid; altered, another xmin, also when it was altered back.
 */
const IDENTITY = `pg_catalog.md5(pg_catalog.jsonb_build_array(c.oid, p.oid, p.xmin::pg_catalog.text,
  (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(r.oid, r.xmin::pg_catalog.text) ORDER BY r.oid) FROM pg_catalog.pg_publication_rel r
    WHERE r.prpubid OPERATOR(pg_catalog.=) p.oid
      AND r.prrelid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT c.oid UNION SELECT relid FROM pg_catalog.pg_partition_ancestors(c.oid)))))::pg_catalog.text)`;

/** The file that there is now, and not the one that a snapshot knows. */
const fileOf = (oid: string) => `pg_catalog.pg_relation_filenode(${oid})::pg_catalog.text`;

/** A leaf that was taken out and put back has another row in pg_inherits. What is stored elsewhere has no file. */
const LEAVES = `(SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
      'oid', leaf.oid::pg_catalog.text,
      'text', pg_catalog.concat_ws('.', leaf.oid::pg_catalog.text, coalesce(h.xmin::pg_catalog.text, '0'), coalesce(${fileOf('leaf.oid')}, '0')),
      'name', pg_catalog.concat_ws('.', ln.nspname, leaf.relname),
      'empty', leaf.relkind OPERATOR(pg_catalog.=) 'r' AND pg_catalog.pg_relation_size(leaf.oid) OPERATOR(pg_catalog.=) 0,
      'harmed', leaf.relkind OPERATOR(pg_catalog.=) 'r' AND NOT ${identifiedSql('leaf')}) ORDER BY leaf.oid), '[]')
    FROM pg_catalog.pg_partition_tree(c.oid) AS tree
    JOIN pg_catalog.pg_class leaf ON leaf.oid OPERATOR(pg_catalog.=) tree.relid
    JOIN pg_catalog.pg_namespace ln ON ln.oid OPERATOR(pg_catalog.=) leaf.relnamespace
    LEFT JOIN pg_catalog.pg_inherits h ON h.inhrelid OPERATOR(pg_catalog.=) leaf.oid
   WHERE tree.relid OPERATOR(pg_catalog.<>) c.oid)`;

const COLUMNS = `(SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.concat_ws('.', a.attnum::pg_catalog.text,
      pg_catalog.left(pg_catalog.md5(pg_catalog.concat_ws(' ', a.attname, a.atttypid::pg_catalog.text, a.atttypmod::pg_catalog.text)), 8),
      a.xmin::pg_catalog.text OPERATOR(pg_catalog.||) CASE WHEN a.atthasmissing THEN '+' ELSE '' END) ORDER BY a.attnum), '[]')
    FROM pg_catalog.pg_attribute a
   WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped)`;

/** Of FULL there is none: all columns are. */
const KEY = `pg_catalog.concat_ws(' ', c.relreplident::pg_catalog.text,
    (SELECT i.indkey::pg_catalog.text FROM pg_catalog.pg_index i
      WHERE i.indrelid OPERATOR(pg_catalog.=) c.oid AND i.indimmediate AND i.indisvalid
        AND CASE WHEN c.relreplident OPERATOR(pg_catalog.=) 'd' THEN i.indisprimary WHEN c.relreplident OPERATOR(pg_catalog.=) 'i' THEN i.indisreplident ELSE false END))`;

const CHILDREN = `(SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.concat_ws('.', cn.nspname, child.relname) ORDER BY cn.nspname, child.relname), '[]')
    FROM pg_catalog.pg_inherits h
    JOIN pg_catalog.pg_class child ON child.oid OPERATOR(pg_catalog.=) h.inhrelid AND NOT child.relispartition
    JOIN pg_catalog.pg_namespace cn ON cn.oid OPERATOR(pg_catalog.=) child.relnamespace
   WHERE h.inhparent OPERATOR(pg_catalog.=) c.oid
     AND NOT EXISTS (SELECT FROM pg_catalog.pg_publication_tables other
                      WHERE other.pubname OPERATOR(pg_catalog.=) p.pubname AND other.schemaname OPERATOR(pg_catalog.=) cn.nspname
                        AND other.tablename OPERATOR(pg_catalog.=) child.relname))`;

/** The tables of the publication `p` as JSON: an array of {@link PublishedStateRow}. */
export function publishedStateSql(): string {
  return `coalesce((SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                'schema', t.schemaname, 'name', t.tablename, 'identity', ${IDENTITY},
                'leaves', CASE WHEN c.relkind OPERATOR(pg_catalog.=) 'p' THEN ${LEAVES} END,
                'file', ${fileOf('c.oid')}, 'key', ${KEY}, 'columns', ${COLUMNS}, 'children', ${CHILDREN})
              ORDER BY t.schemaname, t.tablename)
         FROM pg_catalog.pg_publication_tables t
         JOIN pg_catalog.pg_namespace n ON n.nspname OPERATOR(pg_catalog.=) t.schemaname
         JOIN pg_catalog.pg_class c ON c.relnamespace OPERATOR(pg_catalog.=) n.oid AND c.relname OPERATOR(pg_catalog.=) t.tablename
        WHERE t.pubname OPERATOR(pg_catalog.=) p.pubname), '[]')`;
}

/**
 * SQL for whether a range of values of a column is found without reading the whole table: in the table, and in each of its
 * leaves and children, an index begins with the column that is valid, of all rows, and in the order that conditions compare
 * by. One leaf without it is read whole. Of a partitioned table without leaves its own index counts.
 * @param relation an expression for the oid of the table
 * @param column an expression for the name of the column: leaves number their columns differently
 */
export function leadsIndexSql(relation: string, column: string): string {
  return `(WITH RECURSIVE family AS (
             SELECT ${relation}::pg_catalog.oid AS oid
              UNION
             SELECT h.inhrelid FROM family JOIN pg_catalog.pg_inherits h ON h.inhparent OPERATOR(pg_catalog.=) family.oid
           )
           SELECT coalesce(pg_catalog.bool_and(EXISTS (
                    SELECT FROM pg_catalog.pg_attribute ia
                      JOIN pg_catalog.pg_index i ON i.indrelid OPERATOR(pg_catalog.=) ia.attrelid
                       AND i.indkey[0] OPERATOR(pg_catalog.=) ia.attnum AND i.indcollation[0] OPERATOR(pg_catalog.=) ia.attcollation
                      JOIN pg_catalog.pg_opclass own ON own.oid OPERATOR(pg_catalog.=) i.indclass[0]
                      JOIN pg_catalog.pg_am am ON am.oid OPERATOR(pg_catalog.=) own.opcmethod
                     WHERE ia.attrelid OPERATOR(pg_catalog.=) member.oid AND ia.attname OPERATOR(pg_catalog.=) ${column}
                       AND i.indisvalid AND i.indisready AND i.indpred IS NULL
                       AND am.amname OPERATOR(pg_catalog.=) ANY ('{btree,brin}'::pg_catalog.name[])
                       AND EXISTS (SELECT FROM pg_catalog.pg_opclass usual
                                    WHERE usual.opcfamily OPERATOR(pg_catalog.=) own.opcfamily AND usual.opcdefault))), false)
             FROM family JOIN pg_catalog.pg_class member ON member.oid OPERATOR(pg_catalog.=) family.oid
            WHERE member.relkind OPERATOR(pg_catalog.<>) 'p'
               OR NOT EXISTS (SELECT FROM pg_catalog.pg_inherits h WHERE h.inhparent OPERATOR(pg_catalog.=) member.oid))`;
}

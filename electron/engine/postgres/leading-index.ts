/**
 * SQL for whether an index begins with a column, so that a range of its values is found without reading the table:
 * valid, of all rows, and ordered.
 * @param relation an expression for the oid of the table
 * @param column an expression for the number of the column
 */
export function leadsIndexSql(relation: string, column: string): string {
  return `EXISTS (SELECT FROM pg_catalog.pg_index i
                    JOIN pg_catalog.pg_class ic ON ic.oid OPERATOR(pg_catalog.=) i.indexrelid
                    JOIN pg_catalog.pg_am am ON am.oid OPERATOR(pg_catalog.=) ic.relam
                   WHERE i.indrelid OPERATOR(pg_catalog.=) ${relation} AND i.indkey[0] OPERATOR(pg_catalog.=) ${column}
                     AND i.indisvalid AND i.indpred IS NULL AND am.amname OPERATOR(pg_catalog.=) 'btree')`;
}

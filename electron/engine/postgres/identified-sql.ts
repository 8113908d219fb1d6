/**
 * SQL that is true where updates and deletes of a relation go on working once it is published, as the server judges it
 * (`CheckCmdReplicaIdentity`, for the leaf that a row lies in and not for the root above it). A deferrable key is none for the server.
 * @param relation alias of a row of `pg_catalog.pg_class`
 */
export function identifiedSql(relation: string): string {
  return `(${relation}.relreplident OPERATOR(pg_catalog.=) 'f' OR EXISTS (
    SELECT FROM pg_catalog.pg_index i
     WHERE i.indrelid OPERATOR(pg_catalog.=) ${relation}.oid AND i.indimmediate AND i.indisvalid
       AND CASE WHEN ${relation}.relreplident OPERATOR(pg_catalog.=) 'd' THEN i.indisprimary
                WHEN ${relation}.relreplident OPERATOR(pg_catalog.=) 'i' THEN i.indisreplident ELSE false END))`;
}

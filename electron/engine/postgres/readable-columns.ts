import { AppError } from '../../contract/app-error.ts';
import type { RelationRef } from '../../contract/relation.ts';
import { quoteRelation } from './quote.ts';
import type { Session } from './session.ts';

/**
 * A role may have SELECT on some columns only. Then all columns are more than it may read, and leaving some out without a
 * word would make a file that looks whole.
 * @param columns those that are asked for; all of them where undefined
 * @throws AppError `SOURCE_COLUMNS_DENIED`, which names both kinds
 */
export async function assertReadable(
  session: Session,
  relation: RelationRef,
  columns: readonly string[] | undefined,
): Promise<void> {
  const known = await session.query<{ name: string; readable: boolean }>(READABLE_SQL, [
    relation.schema,
    relation.name,
  ]);
  const denied = known.filter(({ name, readable }) => !readable && (columns?.includes(name) ?? true));
  const readable = known.filter((column) => column.readable);
  // Where none is readable it is the table that is refused, in the server's own words.
  if (denied.length === 0 || readable.length === 0) return;
  throw new AppError(
    'SOURCE_COLUMNS_DENIED',
    `You may read these columns of ${relation.schema}.${relation.name}: ${namesOf(readable)}; and not: ${namesOf(denied)}.`,
    { details: { relation: quoteRelation(relation) } },
  );
}

function namesOf(columns: readonly { readonly name: string }[]): string {
  return columns.map(({ name }) => name).join(', ');
}

/** No rows for a role that has SELECT on the table, which is the usual one. */
const READABLE_SQL = `
  SELECT a.attname AS name, pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT') AS readable
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
    JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) c.oid
     AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped
   WHERE n.nspname OPERATOR(pg_catalog.=) $1 AND c.relname OPERATOR(pg_catalog.=) $2
     AND NOT pg_catalog.has_table_privilege(c.oid, 'SELECT')
   ORDER BY a.attnum`;

import { AppError } from '../../contract/app-error.ts';
import type { RelationRef } from '../../contract/relation.ts';
import { quoteIdentifier, quoteRelation } from './quote.ts';
import type { Session } from './session.ts';

/**
 * Finds a relation by its exact name, along the search_path where no schema is given.
 * @throws AppError `SOURCE_NO_RELATION`, with the nearest name where only capitals differ
 */
export async function findRelation(
  session: Session,
  table: { readonly schema?: string | undefined; readonly name: string },
): Promise<RelationRef> {
  const qualified =
    table.schema === undefined
      ? quoteIdentifier(table.name)
      : quoteRelation({ schema: table.schema, name: table.name });
  const [found] = await session.query<{ schema: string; name: string }>(
    `SELECT n.nspname AS schema, c.relname AS name
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.oid = pg_catalog.to_regclass($1) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`,
    [qualified],
  );
  if (found !== undefined) return found;
  const shown = table.schema === undefined ? table.name : `${table.schema}.${table.name}`;
  const nearest = await nearestName(session, table);
  throw new AppError(
    'SOURCE_NO_RELATION',
    `There is no table or view "${shown}".${nearest === undefined ? '' : ` Did you mean "${nearest}"?`}`,
    { details: { relation: shown } },
  );
}

/** Capitals are the usual reason: `Orders` and `orders` are two names to Postgres. */
async function nearestName(
  session: Session,
  table: { readonly schema?: string | undefined; readonly name: string },
): Promise<string | undefined> {
  const [nearest] = await session.query<{ shown: string }>(
    `SELECT n.nspname || '.' || c.relname AS shown
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE pg_catalog.lower(c.relname) = pg_catalog.lower($1) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
        AND n.nspname NOT IN ('pg_catalog', 'information_schema')
      ORDER BY (pg_catalog.lower(n.nspname) = pg_catalog.lower($2)) DESC, shown
      LIMIT 1`,
    [table.name, table.schema ?? 'public'],
  );
  return nearest?.shown;
}

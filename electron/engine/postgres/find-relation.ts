import { AppError } from '../../contract/app-error.ts';
import { writeTableName } from '../../contract/table-name.ts';
import type { RelationRef } from '../../contract/relation.ts';
import { quoteIdentifier, quoteRelation } from './quote.ts';
import type { Session } from './session.ts';

/** A relation as a user names it: without a schema, the search_path decides. */
export interface SoughtRelation {
  readonly schema?: string | undefined;
  readonly name: string;
}

/**
 * Finds a relation by its exact name, along the search_path where no schema is given.
 * @throws AppError `SOURCE_NO_RELATION`, with the nearest name where only capitals differ
 */
export async function findRelation(session: Session, table: SoughtRelation): Promise<RelationRef> {
  const qualified =
    table.schema === undefined
      ? quoteIdentifier(table.name)
      : quoteRelation({ schema: table.schema, name: table.name });
  const [found] = await session.query<{ schema: string; name: string }>(
    `SELECT n.nspname AS schema, c.relname AS name
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
      WHERE c.oid OPERATOR(pg_catalog.=) pg_catalog.to_regclass($1) AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p,v,m,f}'::pg_catalog."char"[])`,
    [qualified],
  );
  if (found !== undefined) return found;
  const shown = writeTableName(table);
  const nearest = await nearestName(session, table);
  throw new AppError(
    'SOURCE_NO_RELATION',
    `There is no table or view ${inQuotes(shown)}.${nearest === undefined ? '' : ` Did you mean ${inQuotes(nearest)}?`}`,
    { details: { relation: shown } },
  );
}

/** Capitals are the usual reason: `Orders` and `orders` are two names to Postgres. */
async function nearestName(session: Session, table: SoughtRelation): Promise<string | undefined> {
  const [nearest] = await session.query<{ schema: string; name: string }>(
    `SELECT n.nspname AS schema, c.relname AS name
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
      WHERE pg_catalog.lower(c.relname) OPERATOR(pg_catalog.=) pg_catalog.lower($1) AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p,v,m,f}'::pg_catalog."char"[])
        AND n.nspname OPERATOR(pg_catalog.<>) ALL ('{pg_catalog,information_schema}'::pg_catalog.name[])
      ORDER BY (pg_catalog.lower(n.nspname) OPERATOR(pg_catalog.=) pg_catalog.lower($2)) DESC, n.nspname, c.relname
      LIMIT 1`,
    [table.name, table.schema ?? 'public'],
  );
  return nearest === undefined ? undefined : writeTableName(nearest);
}

/** A name with quotes of its own stands as it is. */
function inQuotes(name: string): string {
  return name.includes('"') ? name : `"${name}"`;
}

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

/** What the server has under a name. */
interface FoundRow extends Record<string, unknown> {
  /** What the name stands for; null where it stands for nothing. */
  readonly oid: string | null;
  /** Null where this statement does not see it yet. */
  readonly schema: string | null;
  readonly name: string | null;
  readonly readable: boolean | null;
  /** The row is of now: of before, it names a schema in which the table is not any more. */
  readonly current: boolean | null;
}

/** Statements until one sees what the name stands for: each that does not means that another table has just taken it. */
const ATTEMPTS = 20;

/**
 * Finds a relation by its exact name, along the search_path where no schema is given. A name is looked up as it is now, and rows of
 * the catalogue are seen as they were when the statement began: a table that has just been made under the name is named by the
 * one and missing in the other, so it is looked for again.
 * @throws AppError `SOURCE_NO_RELATION`, with the nearest name where only capitals differ
 */
export async function findRelation(session: Session, table: SoughtRelation): Promise<RelationRef> {
  const qualified =
    table.schema === undefined
      ? quoteIdentifier(table.name)
      : quoteRelation({ schema: table.schema, name: table.name });
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const [found] = await session.query<FoundRow>(FOUND_SQL, [qualified]);
    if (
      found?.schema !== undefined &&
      found.schema !== null &&
      found.name !== null &&
      found.current === true
    ) {
      if (found.readable === true) return { schema: found.schema, name: found.name };
      break;
    }
    const oid = found?.oid ?? null;
    if (oid === null) break;
    await session.query(COMMITTED_SQL, [oid]);
  }
  const shown = writeTableName(table);
  const nearest = await nearestName(session, table);
  throw new AppError(
    'SOURCE_NO_RELATION',
    `There is no table or view ${inQuotes(shown)}.${nearest === undefined ? '' : ` Did you mean ${inQuotes(nearest)}?`}`,
    { details: { relation: shown } },
  );
}

/**
 * Waits for the lock of whoever has just exchanged what the name stands for. A commit is seen before other sessions hear which names
 * it has changed, and in between, which can be long on a busy machine, the name stands for what is gone.
 */
const COMMITTED_SQL = 'SELECT pg_catalog.pg_relation_size($1::pg_catalog.oid::pg_catalog.regclass)';

const FOUND_SQL = `
  SELECT asked.oid::pg_catalog.text AS oid, n.nspname::pg_catalog.text AS schema, c.relname::pg_catalog.text AS name,
         c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p,v,m,f}'::pg_catalog."char"[]) AS readable,
         CASE WHEN pg_catalog.has_schema_privilege(n.oid, 'USAGE') THEN
           pg_catalog.to_regclass(pg_catalog.concat(pg_catalog.quote_ident(n.nspname), '.', pg_catalog.quote_ident(c.relname)))::pg_catalog.oid
             OPERATOR(pg_catalog.=) asked.oid ELSE false END AS current
    FROM (SELECT pg_catalog.to_regclass($1)::pg_catalog.oid AS oid) AS asked
    LEFT JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) asked.oid
    LEFT JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace`;

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

import type { Session } from './session.ts';

/**
 * Those of some types for which `row_to_json` would call a cast to json that somebody else has made, for the type itself or for
 * one inside of it. The rule is that of `json_categorize_type` (src/backend/utils/adt/jsonfuncs.c): elements and members are
 * looked through first; then a function that casts to json is called, unless the type is one of Postgres's own.
 * @param types oids; those without such a cast are left out of the answer
 * @throws AppError of the SOURCE_ family
 */
export async function jsonCasts(session: Session, types: readonly number[]): Promise<ReadonlySet<number>> {
  const rows = await session.query<{ type: string }>(CASTS_SQL, [[...new Set(types)]]);
  return new Set(rows.map(({ type }) => Number(type)));
}

/**
 * hstore_to_json keeps every key and value, as strings: it stays an object. What is in a record that a query makes, or in the
 * arrays of pg_stats, is not known before its rows are: where the database has such a cast, it counts as one that needs it.
 * 16384 is FirstNormalObjectId, where types begin that are not Postgres's own. What has elements and no fixed length is an array,
 * whatever its category: that of record[] is another one.
 */
const CASTS_SQL = `
  WITH RECURSIVE castable AS (
    SELECT c.castsource AS oid
      FROM pg_catalog.pg_cast c
     WHERE c.casttarget OPERATOR(pg_catalog.=) 'pg_catalog.json'::pg_catalog.regtype AND c.castmethod OPERATOR(pg_catalog.=) 'f'
       AND c.castsource OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension e ON e.oid OPERATOR(pg_catalog.=) d.refobjid
                        WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_cast'::pg_catalog.regclass AND d.objid OPERATOR(pg_catalog.=) c.oid
                          AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass
                          AND e.extname OPERATOR(pg_catalog.=) 'hstore')
  ), inside AS (
    SELECT type::pg_catalog.oid AS root, type::pg_catalog.oid AS oid FROM pg_catalog.unnest($1::bigint[]) AS f(type)
     UNION
    SELECT i.root, part.oid
      FROM inside i
      JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) i.oid
      CROSS JOIN LATERAL (
        SELECT t.typbasetype WHERE t.typtype OPERATOR(pg_catalog.=) 'd'
         UNION ALL
        SELECT t.typelem WHERE t.typelem OPERATOR(pg_catalog.<>) 0::pg_catalog.oid AND t.typlen OPERATOR(pg_catalog.=) (-1)
         UNION ALL
        SELECT a.atttypid
          FROM pg_catalog.pg_attribute a
         WHERE t.typtype OPERATOR(pg_catalog.=) 'c' AND a.attrelid OPERATOR(pg_catalog.=) t.typrelid AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped
      ) AS part(oid)
  )
  SELECT DISTINCT root::pg_catalog.text AS type
    FROM inside
   WHERE EXISTS (SELECT FROM castable
                  WHERE castable.oid OPERATOR(pg_catalog.=) inside.oid
                     OR inside.oid OPERATOR(pg_catalog.=) ANY (ARRAY['pg_catalog.record', 'pg_catalog.anyarray']::pg_catalog.regtype[]))`;

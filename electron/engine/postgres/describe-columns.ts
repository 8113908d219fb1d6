import type { TypedColumn, TypeFamily } from '../source-look.ts';
import { describeSql } from './selection-sql.ts';
import type { Session } from './session.ts';
import { jsonCasts } from './json-casts.ts';
import { typeForPeople } from './type-in-sql.ts';

const FAMILIES: Readonly<Record<string, TypeFamily>> = { e: 'enum', c: 'composite', r: 'range', m: 'range' };

/**
 * Names and types of what a SELECT gives, without reading a row. The server names what a domain is made of in place of the
 * domain; only in arrays are domains visible here.
 * @param asJson true where the rows become JSON: then casts to json are looked for, which nothing else needs
 * @throws AppError of the SOURCE_ family
 */
export async function describeColumns(
  session: Session,
  select: string,
  asJson: boolean,
): Promise<TypedColumn[]> {
  const { fields } = await session.queryText(describeSql(select));
  const oids = fields.map((field) => field.dataTypeID);
  const types = await session.query<TypeRow>(TYPES_SQL, [
    fields.map((_, index) => index),
    oids,
    fields.map((field) => field.dataTypeModifier),
  ]);
  const casts = asJson ? await jsonCasts(session, oids) : undefined;
  return types.map(({ position, type, base, domain, leaf, extension }) => ({
    name: fields[position]?.name ?? '',
    type: typeForPeople(type),
    baseType: base,
    family: FAMILIES[leaf] ?? 'base',
    domain,
    extension,
    castsToJson: casts?.has(oids[position] ?? 0),
  }));
}

interface TypeRow extends Record<string, unknown> {
  readonly position: number;
  readonly type: string;
  readonly base: string;
  readonly domain: boolean;
  /** `typtype` of what is left when arrays and domains are taken off; of a record that a query makes, that of a composite. */
  readonly leaf: string;
  readonly extension: string | null;
}

const TYPES_SQL = `
  WITH RECURSIVE field AS (
    SELECT position::int, oid::pg_catalog.oid, modifier::int
      FROM ROWS FROM (pg_catalog.unnest($1::int[]), pg_catalog.unnest($2::bigint[]), pg_catalog.unnest($3::int[])) AS f(position, oid, modifier)
  ), step AS (
    SELECT f.position, 0 AS depth, t.oid, t.typname, t.typtype, t.typbasetype, t.typelem, t.typlen, false AS domain
      FROM field f JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) f.oid
     UNION ALL
    SELECT s.position, s.depth OPERATOR(pg_catalog.+) 1, t.oid, t.typname, t.typtype, t.typbasetype, t.typelem, t.typlen,
           s.domain OR s.typtype OPERATOR(pg_catalog.=) 'd' OR t.typtype OPERATOR(pg_catalog.=) 'd'
      FROM step s
      JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) CASE WHEN s.typtype OPERATOR(pg_catalog.=) 'd' THEN s.typbasetype
                                     WHEN s.typlen OPERATOR(pg_catalog.=) (-1) THEN s.typelem END
  ), leaf AS (
    SELECT DISTINCT ON (position) position, oid, typtype, domain FROM step ORDER BY position, depth DESC
  ), base AS (
    SELECT DISTINCT ON (position) position, typname FROM step WHERE typtype OPERATOR(pg_catalog.<>) 'd' ORDER BY position, depth
  )
  SELECT f.position, pg_catalog.format_type(f.oid, f.modifier) AS type, b.typname AS base, l.domain,
         CASE WHEN l.oid OPERATOR(pg_catalog.=) 'pg_catalog.record'::pg_catalog.regtype THEN 'c' ELSE l.typtype::pg_catalog.text END AS leaf,
         (SELECT e.extname
            FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension e ON e.oid OPERATOR(pg_catalog.=) d.refobjid
           WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_type'::pg_catalog.regclass AND d.objid OPERATOR(pg_catalog.=) l.oid AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass
           LIMIT 1) AS extension
    FROM field f
    JOIN base b ON b.position OPERATOR(pg_catalog.=) f.position
    JOIN leaf l ON l.position OPERATOR(pg_catalog.=) f.position
   ORDER BY f.position`;

/** A schema in front of pg_catalog that has everything that is called there, and raises when it is entered. */
import { Database, type DatabaseAddress } from '../postgres/database.ts';

export interface Shadows {
  /** The database as a role with the schema in front of pg_catalog on its path. */
  readonly address: DatabaseAddress;
  /** Functions, operators, types and views that were made. */
  readonly made: number;
  /** Calls a function without its schema, as that role. */
  enter(): Promise<unknown>;
  drop(): Promise<void>;
}

/** @param names as `catalogNames` gives them */
export async function shadowCatalog(db: Database, names: ReadonlySet<string>): Promise<Shadows> {
  const role = `shadowed_${db.database}`;
  await db.query(`
    CREATE SCHEMA shadow;
    CREATE FUNCTION shadow.raise() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a shadow was entered'; END $$;
    CREATE ROLE ${role} SUPERUSER LOGIN PASSWORD 'x'`);
  const of = (kind: string) =>
    [...names].filter((name) => name.startsWith(`${kind} `)).map((name) => name.slice(kind.length + 1));
  let count = 0;
  for (const [kind, sql] of [
    ['function', FUNCTIONS_SQL],
    ['operator', OPERATORS_SQL],
    ['type', TYPES_SQL],
    ['table', TABLES_SQL],
  ] as const) {
    const { rows } = await db.query<{ sql: string }>(sql, [of(kind)]);
    // What cannot be made (a pseudo-type, a polymorphic result) cannot be shadowed by anybody who writes SQL.
    for (const { sql: statement } of rows) {
      const { ok } = await db.query(statement).then(
        () => ({ ok: true }),
        () => ({ ok: false }),
      );
      if (ok) count++;
    }
  }
  await db.query(`ALTER ROLE ${role} SET search_path = shadow, pg_catalog, public`);
  const { host, port, database } = db;
  const address = { host, port, database, user: role, password: 'x' };
  const shadowed = new Database(address);
  return {
    address,
    made: count,
    enter: () => shadowed.query(`SELECT length('A'::pg_catalog.text)`),
    async drop() {
      await shadowed.disconnect();
      await db.query(`DROP SCHEMA shadow CASCADE; DROP ROLE ${role}`);
    },
  };
}

/** Of each function all that have its name, and those that suit `name`, `"char"` and unequal numbers better than they do. */
const FUNCTIONS_SQL = `
  SELECT format('CREATE FUNCTION shadow.%I(%s) RETURNS %s LANGUAGE plpgsql AS $f$ BEGIN PERFORM shadow.raise(); RETURN NULL; END $f$',
                p.proname, args.list, pg_catalog.format_type(p.prorettype, NULL)) AS sql
    FROM pg_proc p
    CROSS JOIN LATERAL (
      SELECT coalesce(string_agg(pg_catalog.format_type(t, NULL), ', ' ORDER BY n), '') AS list
        FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a(t, n)
       UNION
      SELECT replace(coalesce(string_agg(pg_catalog.format_type(t, NULL), ', ' ORDER BY n), ''), 'text', 'name')
        FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a(t, n)
    ) AS args
   WHERE p.pronamespace = 'pg_catalog'::regnamespace AND NOT p.proretset AND p.proname = ANY ($1)`;

/** Operators of the name between all types that have it, and between those that are compared though they are unequal. */
const OPERATORS_SQL = `
  WITH pair AS (
    SELECT DISTINCT o.oprname, l.t AS l, r.t AS r, o.oprresult
      FROM pg_operator o
      CROSS JOIN LATERAL (SELECT o.oprleft AS t UNION SELECT unnest('{int2,int4,int8,float8,text,name,"\\"char\\"",oid}'::regtype[])::oid) l
      CROSS JOIN LATERAL (SELECT o.oprright AS t UNION SELECT unnest('{int2,int4,int8,float8,text,name,"\\"char\\"",oid}'::regtype[])::oid) r
     WHERE o.oprnamespace = 'pg_catalog'::regnamespace AND o.oprname = ANY ($1) AND o.oprkind = 'b'
       AND ((l.t = o.oprleft AND r.t = o.oprright)
            OR (o.oprleft = 'text'::regtype AND o.oprright = 'text'::regtype)
            OR (o.oprleft = 'int4'::regtype AND o.oprright = 'int4'::regtype))
  )
  SELECT format('CREATE FUNCTION shadow.op_%s(%s, %s) RETURNS %s LANGUAGE plpgsql AS $f$ BEGIN PERFORM shadow.raise(); RETURN NULL; END $f$;
                 CREATE OPERATOR shadow.%s (LEFTARG = %2$s, RIGHTARG = %3$s, FUNCTION = shadow.op_%1$s)',
                row_number() OVER (), format_type(l, NULL), format_type(r, NULL), format_type(oprresult, NULL), oprname) AS sql
    FROM pair`;

const TYPES_SQL = `
  SELECT format('CREATE DOMAIN shadow.%I AS pg_catalog.%1$I CHECK (shadow.raise())', name) AS sql
    FROM unnest($1::text[]) AS name`;

const TABLES_SQL = `
  SELECT format('CREATE VIEW shadow.%I AS SELECT * FROM pg_catalog.%1$I WHERE shadow.raise()', name) AS sql
    FROM unnest($1::text[]) AS name`;

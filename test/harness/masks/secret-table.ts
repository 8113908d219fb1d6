/** A table whose masked columns hold values that can be found anywhere, and conditions on them that fail. */
import type { ColumnMask } from '../../../electron/contract/mask.ts';
import type { TemporaryDatabase } from '../postgres/database.ts';
import type { Random } from '../random.ts';

const ROWS = 40;

/** All columns but `id`, `kind` and `changed` are masked. */
export const MASKS: readonly ColumnMask[] = [
  { column: 's', mask: { kind: 'sha256' } },
  { column: 'own', mask: { kind: 'keepLast', count: 2 } },
  { column: 'n', mask: { kind: 'constant', text: '7' } },
  { column: 'u', mask: { kind: 'null' } },
  { column: 'd', mask: { kind: 'null' } },
  { column: 'seen', mask: { kind: 'truncateDate', to: 'year' } },
  { column: 'b', mask: { kind: 'sha256' } },
  { column: 'j', mask: { kind: 'null' } },
  { column: 'a', mask: { kind: 'sha256' } },
];

/** SQLSTATEs that a function can raise: of the server's own, of a function's, and of nobody. */
const STATES = (
  'P0001 22007 23505 38000 39000 42804 42P01 42703 42501 42601 3F000 ' +
  '08006 25006 53100 54001 55P03 57014 XX000 XX001 22021 22P05 AB123'
).split(' ');

/** Makes the table `vault`, functions and views around it. @returns what must be found nowhere */
export async function createSecrets(db: TemporaryDatabase, random: Random): Promise<readonly string[]> {
  const secrets: string[] = [];
  const digits = (length: number) => Array.from({ length }, () => 1 + random.below(9)).join('');
  const secret = (text: string) => {
    secrets.push(text);
    return text;
  };
  await db.query(SCHEMA);
  for (let id = 1; id <= ROWS; id++) {
    const hex = digits(12);
    await db.query(
      `INSERT INTO vault VALUES ($1, $2, now(), $3, $4, $5, $6::uuid, $7::date, $8::timestamp, $9::bytea, $10::jsonb, $11::text[])`,
      [
        id,
        `kind ${String(id % 3)}`,
        `${secret(`zq${digits(9)}`)}@example[`,
        `${secret(`own${digits(8)}`)}-${String(id % 90)}`,
        secret(digits(15)),
        secret(`${digits(8)}-aaaa-4aaa-8aaa-${digits(12)}`),
        secret(`${String(3000 + id)}-0${String(1 + random.below(9))}-17`),
        `2020-05-17 03:04:${secret(`05.${digits(6)}`)}`,
        `\\x${secret(hex)}`,
        JSON.stringify({ key: secret(`js${digits(9)}`) }),
        `{${secret(`ar${digits(9)}`)}}`,
      ],
    );
  }
  await db.query(`ANALYZE vault`);
  return secrets;
}

/** A condition that quotes a masked value in the words of an error. */
export function failingCondition(random: Random): string {
  const column = random.pick([
    's',
    'own',
    'n::text',
    'u::text',
    'd::text',
    'seen::text',
    'b::text',
    'j::text',
    'a[1]',
  ]);
  const state = random.pick(STATES);
  return random.pick([
    `${column}::inet IS NULL`,
    `(${column} || 'x')::date > now()`,
    `(${column} || 'x')::int = 1`,
    `(${column} || ' x')::uuid IS NULL`,
    `('{' || ${column})::jsonb IS NULL`,
    `('{' || ${column})::text[] IS NULL`,
    `('[' || ${column})::jsonpath IS NULL`,
    `('( ' || ${column})::tsquery IS NULL`,
    `'x' ~ ('*' || ${column} || '[')`,
    `to_date('x' || ${column}, 'YYYY-MM-DD') IS NULL`,
    `quote_ident(${column})::regclass IS NULL`,
    `quote_ident(${column})::regtype IS NULL`,
    `current_setting('x.' || ${column}) IS NULL`,
    `format('%' || ${column}) IS NULL`,
    `pg_catalog.convert_to('x', ${column}) IS NULL`,
    `pg_read_file(${column}) IS NULL`,
    `(${column} || 'x')::short IS NULL`,
    `query_to_xml('SELECT ' || quote_ident(${column}), true, true, '') IS NULL`,
    `ts_rewrite('a'::tsquery, 'SELECT ' || quote_ident(${column})) IS NULL`,
    `raises(${column}, '${state}')`,
    `dynamic(${column})`,
    `inlined(${column}) > 0`,
    `(SELECT raises(${column}, '${state}') AND inlined(${column}) > 0)`,
    `tells(${column}) AND raises(${column}, '${state}')`,
    `${column} OPERATOR(public.<<<) 'x'`,
  ]);
}

/** They fail by what they are: views with a condition, and a column of a type whose cast to text raises. */
export const FAILING_TABLES = ['vault_view', 'vault_inlined', 'vault_cast'] as const;

const SCHEMA = `
  CREATE FUNCTION raises(value text, state text) RETURNS boolean LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION USING MESSAGE = 'about ' || value, DETAIL = value, HINT = 'not ' || value, ERRCODE = state,
      COLUMN = value, CONSTRAINT = value, DATATYPE = value, TABLE = value, SCHEMA = value;
  END $$;
  CREATE FUNCTION dynamic(value text) RETURNS boolean LANGUAGE plpgsql AS $$
  DECLARE found boolean;
  BEGIN EXECUTE 'SELECT ' || quote_ident(value) || ' FROM vault' INTO found; RETURN found; END $$;
  CREATE FUNCTION inlined(value text) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT ('x' || value)::int $$;
  CREATE FUNCTION tells(value text) RETURNS boolean LANGUAGE plpgsql AS $$
  BEGIN RAISE NOTICE 'seen %', value; RAISE WARNING 'seen %', value; RETURN true; END $$;
  CREATE FUNCTION below(a text, b text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
  BEGIN RAISE EXCEPTION 'compared % with %', a, b USING ERRCODE = '42P01'; END $$;
  CREATE OPERATOR <<< (LEFTARG = text, RIGHTARG = text, FUNCTION = below, RESTRICT = scalarltsel);
  CREATE DOMAIN short AS text CHECK (length(VALUE) < 2);
  CREATE TABLE vault (
    id int PRIMARY KEY, kind text, changed timestamptz, s text, own text, n numeric, u uuid, d date, seen timestamp, b bytea,
    j jsonb, a text[]);
  CREATE VIEW vault_view AS SELECT * FROM vault WHERE raises(s, '42501');
  CREATE VIEW vault_inlined AS SELECT * FROM vault WHERE tells(s) AND inlined(s) > 0;
  CREATE TYPE told AS (s text);
  CREATE FUNCTION told_text(value told) RETURNS text LANGUAGE plpgsql AS $$
  BEGIN PERFORM raises(value.s, '22007'); RETURN ''; END $$;
  CREATE CAST (told AS text) WITH FUNCTION told_text(told);
  CREATE VIEW vault_cast AS SELECT id, ROW(s)::told AS secret FROM vault`;

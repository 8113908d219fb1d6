/**
 * What a column's type means to a warehouse, read from the text that Postgres's `format_type` gives and that the
 * manifest holds: `character varying(30)`, `numeric(10,2)`, `timestamp without time zone`, `integer[]`.
 */

/** Types that are told apart by their name alone; `numeric` is one without limits, or with limits nobody else has. */
export type ScalarKind =
  | 'boolean'
  | 'smallint'
  | 'integer'
  | 'bigint'
  | 'oid'
  | 'real'
  | 'double'
  | 'numeric'
  | 'date'
  | 'time'
  | 'timetz'
  | 'timestamp'
  | 'timestamptz'
  | 'uuid'
  | 'json'
  | 'bytea'
  | 'text'
  | 'array';

export type PostgresType =
  | { readonly kind: Exclude<ScalarKind, 'array'> }
  | { readonly kind: 'array'; readonly element: PostgresType }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  /** `character varying(n)` and `character(n)`: n counts characters. */
  | { readonly kind: 'varchar' | 'char'; readonly length: number };

const SCALARS: Readonly<Record<string, Exclude<ScalarKind, 'array'>>> = {
  boolean: 'boolean',
  smallint: 'smallint',
  integer: 'integer',
  bigint: 'bigint',
  oid: 'oid',
  real: 'real',
  'double precision': 'double',
  numeric: 'numeric',
  date: 'date',
  'time without time zone': 'time',
  'time with time zone': 'timetz',
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
  uuid: 'uuid',
  json: 'json',
  jsonb: 'json',
  bytea: 'bytea',
};

/** Enums, domains, ranges, intervals and whatever else there is are text: it holds every value as Postgres writes it. */
export function parsePostgresType(text: string): PostgresType {
  if (text.endsWith('[]')) return { kind: 'array', element: parsePostgresType(text.slice(0, -2)) };
  const [, before = text, limits, after = ''] = /^([^()]*)\(([\d,-]+)\)([^()]*)$/.exec(text) ?? [];
  const kind = SCALARS[`${before}${after}`];
  if (limits === undefined) return { kind: kind ?? 'text' };
  const [first = 0, second = 0] = limits.split(',').map(Number);
  if (before === 'character varying') return { kind: 'varchar', length: first };
  if (before === 'character') return { kind: 'char', length: first };
  // Since version 15 a scale can be negative or greater than the precision, which no warehouse knows.
  if (kind === 'numeric' && second >= 0 && second <= first)
    return { kind: 'decimal', precision: first, scale: second };
  // What is left are the digits of a fraction of a second: all warehouses keep six.
  return { kind: kind ?? 'text' };
}

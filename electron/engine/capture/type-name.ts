/**
 * Names of types as `format_type` writes them, from what pgoutput says: object id, modifier, and for a type that is not
 * built in its schema and name. Made of nothing else, so that the snapshot and the stream come to the same name, and a
 * replay of the WAL does, whatever the catalogue says by then.
 *
 * What a domain is made of stands in its place, because pgoutput names no domains. Modifiers of types from extensions,
 * which only their own functions can read, are left out.
 * https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_type.dat
 */

/** Name in pg_type, id, id of the array, and the name in SQL where that is another one. */
const BUILT_IN: readonly (readonly [name: string, id: number, array: number, sql?: string])[] = [
  ['bool', 16, 1000, 'boolean'],
  ['bytea', 17, 1001],
  ['char', 18, 1002, '"char"'],
  ['name', 19, 1003],
  ['int8', 20, 1016, 'bigint'],
  ['int2', 21, 1005, 'smallint'],
  ['int4', 23, 1007, 'integer'],
  ['regproc', 24, 1008],
  ['text', 25, 1009],
  ['oid', 26, 1028],
  ['tid', 27, 1010],
  ['xid', 28, 1011],
  ['cid', 29, 1012],
  ['json', 114, 199],
  ['xml', 142, 143],
  ['point', 600, 1017],
  ['lseg', 601, 1018],
  ['path', 602, 1019],
  ['box', 603, 1020],
  ['polygon', 604, 1027],
  ['line', 628, 629],
  ['cidr', 650, 651],
  ['float4', 700, 1021, 'real'],
  ['float8', 701, 1022, 'double precision'],
  ['circle', 718, 719],
  ['macaddr8', 774, 775],
  ['money', 790, 791],
  ['macaddr', 829, 1040],
  ['inet', 869, 1041],
  ['aclitem', 1033, 1034],
  ['bpchar', 1042, 1014],
  ['varchar', 1043, 1015, 'character varying'],
  ['date', 1082, 1182],
  ['time', 1083, 1183, 'time without time zone'],
  ['timestamp', 1114, 1115, 'timestamp without time zone'],
  ['timestamptz', 1184, 1185, 'timestamp with time zone'],
  ['interval', 1186, 1187],
  ['timetz', 1266, 1270, 'time with time zone'],
  ['bit', 1560, 1561, '"bit"'],
  ['varbit', 1562, 1563, 'bit varying'],
  ['numeric', 1700, 1231],
  ['refcursor', 1790, 2201],
  ['regprocedure', 2202, 2207],
  ['regoper', 2203, 2208],
  ['regoperator', 2204, 2209],
  ['regclass', 2205, 2210],
  ['regtype', 2206, 2211],
  ['uuid', 2950, 2951],
  ['txid_snapshot', 2970, 2949],
  ['pg_lsn', 3220, 3221],
  ['tsvector', 3614, 3643],
  ['tsquery', 3615, 3645],
  ['gtsvector', 3642, 3644],
  ['regconfig', 3734, 3735],
  ['regdictionary', 3769, 3770],
  ['jsonb', 3802, 3807],
  ['int4range', 3904, 3905],
  ['numrange', 3906, 3907],
  ['tsrange', 3908, 3909],
  ['tstzrange', 3910, 3911],
  ['daterange', 3912, 3913],
  ['int8range', 3926, 3927],
  ['jsonpath', 4072, 4073],
  ['regnamespace', 4089, 4090],
  ['regrole', 4096, 4097],
  ['regcollation', 4191, 4192],
  ['int4multirange', 4451, 6150],
  ['nummultirange', 4532, 6151],
  ['tsmultirange', 4533, 6152],
  ['tstzmultirange', 4534, 6153],
  ['datemultirange', 4535, 6155],
  ['int8multirange', 4536, 6157],
  ['pg_snapshot', 5038, 5039],
  ['xid8', 5069, 271],
];

interface BuiltIn {
  readonly sql: string;
  readonly array: boolean;
}

const BY_ID = new Map<number, BuiltIn>();
const BY_NAME = new Map<string, BuiltIn>();
for (const [name, id, array, sql = name] of BUILT_IN) {
  const [one, many] = [
    { sql, array: false },
    { sql, array: true },
  ];
  BY_ID.set(id, one).set(array, many);
  BY_NAME.set(name, one).set(`_${name}`, many);
}

/** What is said of a type that is not built in. An empty schema is pg_catalog. */
export interface NamedType {
  readonly schema: string;
  readonly name: string;
}

/** @param named undefined for a built-in type */
export function typeName(id: number, modifier: number, named: NamedType | undefined): string {
  if (named === undefined) return builtIn(BY_ID.get(id), modifier) ?? `type ${id}`;
  if (named.schema === '') {
    const known = builtIn(BY_NAME.get(named.name), modifier);
    if (known !== undefined) return known;
  }
  // The name that Postgres gives to the array of a type. https://www.postgresql.org/docs/current/sql-createtype.html
  const array = named.name.startsWith('_') && named.name.length > 1;
  const name = quoted(array ? named.name.slice(1) : named.name);
  return `${named.schema === '' ? '' : `${quoted(named.schema)}.`}${name}${array ? '[]' : ''}`;
}

function builtIn(type: BuiltIn | undefined, modifier: number): string | undefined {
  if (type === undefined) return undefined;
  const name = modifier < 0 ? type.sql : withModifier(type.sql, modifier);
  return type.array ? `${name}[]` : name;
}

/** Bytes that the modifier of a type of variable length counts with. */
const HEADER = 4;

function withModifier(sql: string, modifier: number): string {
  switch (sql) {
    case 'bpchar':
      return `character(${modifier - HEADER})`;
    case 'character varying':
      return `character varying(${modifier - HEADER})`;
    case '"bit"':
      return `bit(${modifier})`;
    case 'bit varying':
      return `bit varying(${modifier})`;
    case 'numeric': {
      const value = modifier - HEADER;
      // Eleven bits with a sign: a scale can be negative.
      return `numeric(${(value >> 16) & 0xffff},${((value & 0x7ff) ^ 1024) - 1024})`;
    }
    case 'interval':
      return `interval${intervalFields(modifier)}`;
    default:
      // `time(3) without time zone`
      return sql.replace(/^(time|timestamp) /, `$1(${modifier}) `);
  }
}

/** The bits of the fields of an interval, in the order in which they are named. */
const FIELDS: readonly (readonly [bit: number, name: string])[] = [
  [2, 'year'],
  [1, 'month'],
  [3, 'day'],
  [10, 'hour'],
  [11, 'minute'],
  [12, 'second'],
];
const ALL_FIELDS = 0x7fff;
const FULL_PRECISION = 0xffff;

function intervalFields(modifier: number): string {
  const [fields, precision] = [(modifier >> 16) & ALL_FIELDS, modifier & FULL_PRECISION];
  const named = FIELDS.filter(([bit]) => fields !== ALL_FIELDS && (fields & (1 << bit)) !== 0);
  const [first, last] = [named[0]?.[1], named.at(-1)?.[1]];
  const range = first === undefined ? '' : first === last ? ` ${first}` : ` ${first} to ${last}`;
  return precision === FULL_PRECISION ? range : `${range}(${precision})`;
}

/** Key words are not looked for: they are no names of types that anybody chooses. */
function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

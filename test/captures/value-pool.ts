/** Values of every type as SQL: the ordinary, the extreme, and those that formats get wrong. */
export const TYPES: Readonly<Record<string, readonly string[]>> = {
  int2: ["'-32768'", '0', '7'],
  int4: ["'-2147483648'", '2147483647', '0'],
  int8: ["'9223372036854775807'", "'-9223372036854775808'", '1'],
  'numeric(30,10)': ['1.5', "'NaN'", "'-99999999999999999999.0000000001'"],
  numeric: ["'Infinity'", '3.14159265358979323846264338327950288', '1e-30', '0.10'],
  float4: ["'1.1'", "'-Infinity'", "'NaN'", "'-0'"],
  float8: ["'0.1'", "'1e300'", "'5e-324'", "'-0'"],
  bool: ['true', 'false'],
  text: [
    "''",
    "'it''s'",
    "E'a\\nb\\tc\\\\'",
    "'\\x'",
    "'ключ 🗝'",
    "E'\\u2028\"'",
    "'__debezium_unavailable_value'",
  ],
  'varchar(20)': ["'abc'", "' spaces '"],
  'char(5)': ["'ab'"],
  bytea: ["'\\x00ff27'", "''"],
  date: ["'2026-11-22'", "'infinity'", "'0044-03-15 BC'"],
  time: ["'12:34:56.789'", "'24:00'"],
  timetz: ["'12:34:56+02'"],
  timestamp: ["'2026-11-22 13:00:00.123456'", "'-infinity'", "'10000-01-01'"],
  timestamptz: ["'2026-11-22 13:00:00.123456+02'", "'infinity'", "'0001-01-01 BC'"],
  interval: ["'1 year 2 mons -3 days 04:05:06.7'"],
  uuid: ["'7d9f9a0e-5f7c-4a53-8e0e-0d2f3f0f9a11'"],
  json: [`'{"a": [1, 2],  "a": null}'`],
  jsonb: [`'{"k": "v", "n": 1.50}'`, "'null'"],
  xml: ["'<a/>'"],
  'int4[]': ["'{1,NULL,3}'", "'{}'", "'[0:1]={5,6}'"],
  'text[]': [`'{"a b","c\\"d",NULL}'`],
  int4range: ["'[1,5)'", "'empty'"],
  inet: ["'10.0.0.1/8'"],
  macaddr: ["'08:00:2b:01:02:03'"],
  'bit(3)': ["B'101'"],
  money: ["'-1234.56'"],
  point: ["'(1,2)'"],
  tsvector: ["'a:1 b:2'"],
  mood: ["'happy'", "'very sad'"],
  positive: ['5'],
  pair: ["ROW(1, 'a,b')"],
};

/** What the types need that are not built in. */
export const OWN_TYPES = `
  CREATE TYPE mood AS ENUM ('happy', 'very sad');
  CREATE DOMAIN positive AS int CHECK (VALUE > 0);
  CREATE TYPE pair AS (a int, b text)`;

/** The SQL of incremental reads: conditions, and the questions about watermarks and writers. */
import type { Bound, RowCondition, WholeTables } from '../watermark/watermark-facts.ts';
import { rowXid, toRowRanges, XID_SLACK, type XidRange } from '../watermark/xid-ranges.ts';
import { oneCondition } from './user-sql.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';
import { catalogType } from './type-in-sql.ts';

/** A condition on the rows of a relation. @param version as `server_version_num` */
export function conditionSql(condition: RowCondition | 'nothing', version: number): string {
  if (condition === 'nothing') return 'false';
  const { column, type, lower, below, writers, nulls, whole } = condition;
  const name = quoteIdentifier(column);
  const bounds = [
    ...(lower === null
      ? []
      : [`${name} OPERATOR(pg_catalog.${lower.strict ? '>' : '>='}) ${boundSql(lower, type)}`]),
    ...(below === null
      ? []
      : [`${name} OPERATOR(pg_catalog.<) ${boundSql({ value: below, minus: null }, type)}`]),
  ];
  const conditions = [
    ...valueConditions(name, bounds, nulls),
    ...(writers === null ? [] : writersSql(writers, version)),
  ];
  const sql = conditions.length === 0 ? 'true' : conditions.join(' AND ');
  return whole === undefined ? sql : `((${sql}) OR ${wholeSql(name, type, whole)})`;
}

/** All rows of some tables, each of which knows of which it is. */
function wholeSql(name: string, type: string, { oids, below, nulls }: WholeTables): string {
  const bounds =
    below === null ? [] : [`${name} OPERATOR(pg_catalog.<) ${boundSql({ value: below, minus: null }, type)}`];
  const tables = `tableoid OPERATOR(pg_catalog.=) ANY ('{${oids.join()}}'::pg_catalog.oid[])`;
  return `(${[tables, ...valueConditions(name, bounds, nulls)].join(' AND ')})`;
}

/** A condition on rows of transactions that a run has not seen. @param version as `server_version_num` */
export function unseenSql(writers: NonNullable<RowCondition['writers']>, version: number): string {
  return writersSql(writers, version).join(' AND ');
}

function valueConditions(name: string, bounds: readonly string[], nulls: boolean): readonly string[] {
  if (bounds.length === 0) return nulls ? [] : [`${name} IS NOT NULL`];
  return nulls ? [`(${bounds.join(' AND ')} OR ${name} IS NULL)`] : bounds;
}

/** The server subtracts: it knows the type to its last digit. */
function boundSql({ value, minus }: Bound, type: string): string {
  const literal = `${quoteLiteral(value)}::${catalogType(type)}`;
  if (minus === null) return literal;
  if ('interval' in minus)
    return `(${literal} OPERATOR(pg_catalog.-) ${quoteLiteral(minus.interval)}::interval)`;
  // In a type that is wide enough and that an index on a narrower one still serves.
  const wide = type === 'numeric' ? 'numeric' : 'bigint';
  return `(${quoteLiteral(value)}::${wide} OPERATOR(pg_catalog.-) ${minus.digits}::${wide})`;
}

/**
 * Rows whose transaction is at or above the floor. `age()` counts back from the transaction that runs now, so comparing
 * ages compares transactions, whatever the epoch; bootstrap and frozen rows are older than all. The lower limit is for
 * rows of COPY FREEZE, which every snapshot sees, and keeps out what was frozen more than half an epoch ago.
 * https://www.postgresql.org/docs/current/functions-info.html
 */
function writersSql(writers: NonNullable<RowCondition['writers']>, version: number): readonly string[] {
  const floor = `pg_catalog.age(xmin) OPERATOR(pg_catalog.>=) -${XID_SLACK} AND pg_catalog.age(xmin) OPERATOR(pg_catalog.<=) pg_catalog.age('${rowXid(writers.floor)}'::pg_catalog.xid)`;
  return writers.seen.length === 0 ? [floor] : [floor, notAmong(writers.seen, version)];
}

/** Postgres 14 has a set of ranges, in which it searches; before, every id has to be named. */
function notAmong(seen: readonly XidRange[], version: number): string {
  const ranges = toRowRanges(seen).toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (version >= 140_000) {
    const text = ranges.map(([first, last]) => `[${first},${last}]`).join(',');
    return `NOT '{${text}}'::pg_catalog.int8multirange OPERATOR(pg_catalog.@>) xmin::pg_catalog.text::pg_catalog.int8`;
  }
  const each = ranges.map(
    ([first, last]) =>
      `xmin::pg_catalog.text::pg_catalog.int8 OPERATOR(pg_catalog.>=) ${first} AND xmin::pg_catalog.text::pg_catalog.int8 OPERATOR(pg_catalog.<=) ${last}`,
  );
  return `NOT (${each.join(' OR ')})`;
}

/** A SELECT on a relation with conditions, of which the user's ends with a line break, in case of a comment. */
export function fromWhere(
  relation: string,
  where: string | undefined,
  conditions: readonly string[],
): string {
  const all = [...(where === undefined ? [] : [`(${oneCondition(where)}\n)`]), ...conditions];
  return `FROM ${relation}${all.length === 0 ? '' : ` WHERE ${all.join(' AND ')}`}`;
}

/** Holds for values that can be a watermark: above an infinity or NaN nothing would ever be new. */
export function finiteSql(column: string, baseType: string): readonly string[] {
  const name = quoteIdentifier(column);
  if (baseType === 'numeric')
    return [
      `${name} OPERATOR(pg_catalog.<) 'NaN'`,
      `${name}::pg_catalog.text OPERATOR(pg_catalog.<>) 'Infinity'`,
    ];
  if (['timestamptz', 'timestamp', 'date'].includes(baseType))
    return [`${name} OPERATOR(pg_catalog.<) 'infinity'`];
  return [`${name} IS NOT NULL`];
}

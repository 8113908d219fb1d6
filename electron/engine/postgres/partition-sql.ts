/** How the values of a partition column are asked for, and how the rows of each are found again. */
import type { PartitionUnit } from '../../contract/partition.ts';
import type { PartitionComparison, RangePartition } from '../reading-state.ts';
import type { TypedColumn } from '../source-look.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';
import { writtenText } from './written-text.ts';

/**
 * Types whose values are equal exactly where their texts are. Not `name`: a column of it can have a collation that ignores case,
 * and then `=` does not take a literal either, which brings the collation "C" of the type.
 */
const EXACT = new Set(
  'bool char int2 int4 int8 oid date time timestamp timestamptz uuid bytea money inet cidr macaddr macaddr8'.split(
    ' ',
  ),
);

/** Types of Postgres's own that hold equal values with different texts: 1.0 and 1.00, 0 and -0, 24 hours and a day. */
const COARSE = new Set('text varchar bpchar numeric float4 float8 interval jsonb'.split(' '));

/**
 * How the rows of one text are told from all others, so that values that are equal and written in several ways (citext, a
 * collation that ignores case) have a folder each: the column may be left out of the files, and then only the folder has it.
 */
export function partitionComparison({
  type,
  baseType,
  family,
}: Pick<TypedColumn, 'type' | 'baseType' | 'family'>): PartitionComparison {
  // The rows of a table have a type of its name, which can be that of one of Postgres's own.
  if (family !== 'base') return family === 'enum' && !type.endsWith('[]') ? 'value' : 'text';
  if (EXACT.has(baseType)) return 'value';
  // Without a length, blanks at the end are kept, and the cast to text would take them away.
  if (type === 'bpchar') return 'written';
  // An index is of use only where `=` is asked as well.
  return COARSE.has(baseType) ? 'both' : 'text';
}

/** The text of a value, compared byte by byte. What Postgres has of its own is cast: then a text of some length has no blanks. */
function textOf(value: string, compared: PartitionComparison): string {
  const text = compared === 'both' ? `${value}::pg_catalog.text` : writtenText(value);
  return `((${text}) COLLATE pg_catalog."C")`;
}

/**
 * Asks for the distinct values of a column with the rows of each, and no more of them than `limit`.
 * @param select a SELECT of the one column
 * @param column what the SELECT gives
 */
export function partitionsSql(
  select: string,
  unit: PartitionUnit,
  column: Pick<TypedColumn, 'type' | 'baseType' | 'family'>,
  limit: number,
): string {
  const compared = partitionComparison(column);
  if (unit === 'value' && compared !== 'value') {
    return `SELECT found.text AS value, found.text AS "from", NULL AS "to", rows
      FROM (SELECT ${textOf('value', compared)} AS text, pg_catalog.count(*) AS rows FROM (\n${select}\n) AS sluice(value) GROUP BY 1) AS found
     ORDER BY found.text NULLS LAST
     LIMIT ${limit}`;
  }
  if (unit === 'value') {
    // An enum can have a cast that gives the name of another of its values.
    const text = column.family === 'enum' ? writtenText('value') : 'value::pg_catalog.text';
    return `SELECT ${text} AS value, ${text} AS "from", NULL AS "to", rows
      FROM (SELECT value, pg_catalog.count(*) AS rows FROM (\n${select}\n) AS sluice(value) GROUP BY value) AS found
     ORDER BY (${text}) COLLATE pg_catalog."C" NULLS LAST
     LIMIT ${limit}`;
  }
  // A date would become a timestamp with a zone, and its day another one.
  const time = column.baseType === 'date' ? 'value::timestamp' : 'value';
  return `SELECT low::pg_catalog.date::pg_catalog.text AS value, low::pg_catalog.text AS "from", (low OPERATOR(pg_catalog.+) interval '1 ${unit}')::pg_catalog.text AS "to", rows
      FROM (SELECT pg_catalog.date_trunc('${unit}', ${time}) AS low, pg_catalog.count(*) AS rows
              FROM (\n${select}\n) AS sluice(value) GROUP BY low) AS found
     ORDER BY low NULLS LAST
     LIMIT ${limit}`;
}

/** What a folder is named after: of the first day of a month or a year, as much as says which it is. */
export function partitionValue(value: string | null, unit: PartitionUnit): string | null {
  if (value === null || unit === 'value' || unit === 'day') return value;
  // `0044-03-01 BC`; the infinities stay what they are.
  return value.replace(unit === 'month' ? /-\d\d( BC)?$/ : /-\d\d-\d\d( BC)?$/, '$1');
}

/**
 * The condition that holds for the rows of one partition and of no other. The literals have no type, so they become what
 * the column is, and an index on it can be used.
 */
export function partitionCondition(
  column: string,
  { from, to, compared = 'value' }: Pick<RangePartition, 'from' | 'to' | 'compared'>,
): string {
  const name = quoteIdentifier(column);
  if (compared !== 'value') return textCondition(name, from, compared);
  if (from === null) return `${name} IS NULL`;
  // The infinities are no span.
  if (to === null || to === from) return `${name} OPERATOR(pg_catalog.=) ${quoteLiteral(from)}`;
  return `${name} OPERATOR(pg_catalog.>=) ${quoteLiteral(from)} AND ${name} OPERATOR(pg_catalog.<) ${quoteLiteral(to)}`;
}

function textCondition(name: string, value: string | null, compared: PartitionComparison): string {
  const text = textOf(name, compared);
  if (value === null) return `${text} IS NULL`;
  const same = `${text} OPERATOR(pg_catalog.=) ${quoteLiteral(value)}`;
  return compared === 'both' ? `${name} OPERATOR(pg_catalog.=) ${quoteLiteral(value)} AND ${same}` : same;
}

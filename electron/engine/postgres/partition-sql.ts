/** How the values of a partition column are asked for, and how the rows of each are found again. */
import type { PartitionUnit } from '../../contract/partition.ts';
import type { RangePartition } from '../reading-state.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';

/**
 * Asks for the distinct values of a column with the rows of each, and no more of them than `limit`.
 * @param select a SELECT of the one column
 * @param baseType of the column, as in pg_type
 */
export function partitionsSql(select: string, unit: PartitionUnit, baseType: string, limit: number): string {
  if (unit === 'value') {
    return `SELECT value::pg_catalog.text AS value, value::pg_catalog.text AS "from", NULL AS "to", rows
      FROM (SELECT value, pg_catalog.count(*) AS rows FROM (\n${select}\n) AS sluice(value) GROUP BY value) AS found
     ORDER BY value::pg_catalog.text COLLATE "C" NULLS LAST
     LIMIT ${limit}`;
  }
  // A date would become a timestamp with a zone, and its day another one.
  const time = baseType === 'date' ? 'value::timestamp' : 'value';
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
  { from, to }: Pick<RangePartition, 'from' | 'to'>,
): string {
  const name = quoteIdentifier(column);
  if (from === null) return `${name} IS NULL`;
  // The infinities are no span.
  if (to === null || to === from) return `${name} OPERATOR(pg_catalog.=) ${quoteLiteral(from)}`;
  return `${name} OPERATOR(pg_catalog.>=) ${quoteLiteral(from)} AND ${name} OPERATOR(pg_catalog.<) ${quoteLiteral(to)}`;
}

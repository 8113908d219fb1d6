import { createHash } from 'node:crypto';
import { AppError } from '../../contract/app-error.ts';
import { PARTITIONS_MAX, type PartitionBy } from '../../contract/partition.ts';
import type { Selection } from '../../contract/selection.ts';
import type { RangePartition, ReadOptions } from '../reading-state.ts';
import { describeColumns } from './describe-columns.ts';
import { partitionComparison, partitionsSql, partitionValue } from './partition-sql.ts';
import { quoteIdentifier } from './quote.ts';
import type { RangePlan } from './plan-ranges.ts';
import { selectSql, type FoundTable } from './selection-sql.ts';
import type { Session } from './session.ts';

/** What has a day. */
const TIME_TYPES = ['date', 'timestamp', 'timestamptz'];

/**
 * Divides the rows by the values of a column instead of by blocks. On another day there may be other values: then what
 * was read of the ones before does not go with them, which the identity says.
 */
export function partitionPlan(
  divided: RangePlan,
  partitions: readonly RangePartition[],
  { workers = divided.workers, lowPriority }: ReadOptions,
): RangePlan {
  const values = partitions.map(({ value, from, to }) => [value, from, to]);
  const digest = createHash('sha256').update(JSON.stringify(values)).digest('hex');
  return {
    ranges: partitions.map((partition, index) => ({ number: index + 1, blocks: null, partition })),
    workers: Math.max(1, Math.min(lowPriority ? 1 : workers, partitions.length)),
    reason: undefined,
    identity: `${divided.identity}/${digest}`,
  };
}

/**
 * The values of the column that a job is partitioned by, as they are in the snapshot of the session.
 * @throws AppError `CONFIG_INVALID_INPUT` for a unit that the column does not have, `DATA_TOO_MANY_PARTITIONS`, or of
 *   the SOURCE_ family
 */
export async function findPartitions(
  session: Session,
  selection: Selection,
  table: FoundTable | undefined,
  { column, by }: PartitionBy,
): Promise<readonly RangePartition[]> {
  const select = selectColumn(selection, table, column);
  const [found] = await describeColumns(session, select, false);
  if (found === undefined) throw new TypeError('a SELECT of one column gives one');
  if (by !== 'value' && !TIME_TYPES.includes(found.baseType)) {
    throw new AppError(
      'CONFIG_INVALID_INPUT',
      `partitionBy: ${by} goes with a date or a timestamp, and ${column} is ${found.type}`,
      { details: { field: 'partitionBy' } },
    );
  }
  const { rows } = await session.queryText(partitionsSql(select, by, found, PARTITIONS_MAX + 1));
  if (rows.length > PARTITIONS_MAX) {
    throw new AppError(
      'DATA_TOO_MANY_PARTITIONS',
      `${column} has more than ${PARTITIONS_MAX} values: each would be a folder of its own.`,
    );
  }
  return rows.map(([value = null, from = null, to = null, count]) => ({
    value: partitionValue(value, by),
    from,
    to,
    ...(by === 'value' ? { compared: partitionComparison(found) } : {}),
    rows: Number(count),
  }));
}

/** The one column, of a table also where it is not extracted. */
function selectColumn(selection: Selection, table: FoundTable | undefined, column: string): string {
  const name = quoteIdentifier(column);
  if (table !== undefined) return selectSql(selection, { ...table, columns: name });
  return `SELECT ${name} FROM (\n${selectSql(selection, table)}\n) AS sluice`;
}

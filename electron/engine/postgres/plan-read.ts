/** Finds out, in the transaction that will read them, what the rows are and what the server says about itself. */
import { AppError } from '../../contract/app-error.ts';
import type { PartitionBy } from '../../contract/partition.ts';
import type { Selection } from '../../contract/selection.ts';
import type { RelationRef } from '../../contract/relation.ts';
import type { ConnectionAccess, SourcePlan } from '../ports.ts';
import type { ReadLimits, ReadOptions, ReadRange } from '../reading-state.ts';
import type { TypedColumn } from '../source-look.ts';
import { describeColumns } from './describe-columns.ts';
import { explain } from './explain.ts';
import { findRelation } from './find-relation.ts';
import { partitionCondition } from './partition-sql.ts';
import { tableToCopy } from './copy-source.ts';
import { findPartitions, partitionPlan } from './plan-partitions.ts';
import { planRanges, type RangePlan } from './plan-ranges.ts';
import { assertReadable } from './readable-columns.ts';
import { rangeCondition } from './scan-ranges.ts';
import { selectedColumns } from './selected-columns.ts';
import { selectSql, type FoundTable } from './selection-sql.ts';
import type { Session } from './session.ts';

/** A plan, and how its rows are divided among workers. */
export interface ReadPlan {
  readonly plan: SourcePlan;
  /** The columns of the plan, with what is to be told about their types. */
  readonly typed: readonly TypedColumn[];
  readonly ranges: readonly ReadRange[];
  readonly workers: number;
  /** The SELECT of one range. */
  readonly selectRange: (range: ReadRange) => string;
  /** The table and its columns, where the one range is all of its rows as they are. */
  readonly table: string | undefined;
}

/** Plans a read. @throws AppError of the SOURCE_ family */
export async function planRead(
  session: Session,
  access: ConnectionAccess,
  selection: Selection,
  options: ReadOptions,
  limits: ReadLimits,
): Promise<ReadPlan> {
  const facts = await serverFacts(session);
  const { table, query } = await findSelection(session, selection);
  const relation = table?.relation;
  // First, because it takes a statement as it is: inside of a SELECT, one that writes is only a syntax error.
  const estimatedRows = (await explain(session, query))?.['Plan Rows'] ?? null;
  const typed = await describeColumns(session, query, options.asJson);
  const { partitionBy } = options;
  if (relation !== undefined && partitionBy !== undefined)
    await assertReadable(session, relation, [partitionBy.column]);
  const byBlocks = await planRanges(session, relation, options, limits);
  const partitions =
    partitionBy === undefined ? undefined : await findPartitions(session, selection, table, partitionBy);
  const divided = partitions === undefined ? byBlocks : partitionPlan(byBlocks, partitions, options);
  const plan: SourcePlan = {
    columns: typed,
    query,
    relation: relation ?? { schema: 'query', name: 'query' },
    estimatedRows: partitions?.reduce((sum, { rows }) => sum + rows, 0) ?? estimatedRows,
    host: access.settings.host,
    port: access.settings.port,
    warnings: await warningsOf(session, relation, divided),
    identity: [facts.systemIdentifier ?? '', facts.database, divided.identity].join('/'),
    ...facts,
  };
  return {
    plan,
    typed,
    ranges: divided.ranges,
    workers: divided.workers,
    selectRange: (range) => selectSql(selection, table, conditionOf(range, partitionBy)),
    table: await tableToCopy(session, selection, relation, typed, divided.ranges),
  };
}

/** The condition that holds for the rows of one range, and of no other; undefined where it is all rows. */
function conditionOf(range: ReadRange, partitionBy: PartitionBy | undefined): string | undefined {
  if (range.partition === undefined || partitionBy === undefined) return rangeCondition(range);
  return partitionCondition(partitionBy.column, range.partition);
}

/** The SELECT of a selection, and the table that it names. @throws AppError of the SOURCE_ family */
export async function findSelection(
  session: Session,
  selection: Selection,
): Promise<{ readonly table: FoundTable | undefined; readonly query: string }> {
  if ('query' in selection) return { table: undefined, query: selectSql(selection, undefined) };
  const relation = await findRelation(session, selection.table);
  const table = { relation, columns: await selectedColumns(session, relation, selection) };
  return { table, query: selectSql(selection, table) };
}

async function warningsOf(
  session: Session,
  relation: RelationRef | undefined,
  divided: RangePlan,
): Promise<readonly string[]> {
  const warnings: string[] = [];
  if (divided.reason !== undefined) warnings.push(`One worker reads: ${divided.reason}.`);
  if (relation !== undefined && (await rowSecurityActive(session, relation))) {
    warnings.push(
      'Row-level security is active for this user: only the rows that its policies show are extracted.',
    );
  }
  return warnings;
}

type Facts = Pick<SourcePlan, 'database' | 'serverVersion' | 'systemIdentifier' | 'snapshot' | 'lsn'>;

async function serverFacts(session: Session): Promise<Facts> {
  const [row] = await session.query<{
    database: string;
    version: string;
    snapshot: string;
    lsn: string | null;
    may_read_control: boolean;
  }>(
    `SELECT pg_catalog.current_database() AS database,
            pg_catalog.current_setting('server_version') AS version,
            pg_catalog.pg_current_snapshot()::pg_catalog.text AS snapshot,
            CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn() ELSE pg_catalog.pg_current_wal_lsn() END::pg_catalog.text AS lsn,
            pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE') AS may_read_control`,
  );
  if (row === undefined) throw new AppError('SOURCE_QUERY_FAILED', 'The server gave no answer about itself.');
  return {
    database: row.database,
    serverVersion: row.version,
    snapshot: row.snapshot,
    lsn: row.lsn,
    systemIdentifier: row.may_read_control ? await systemIdentifier(session) : null,
  };
}

async function systemIdentifier(session: Session): Promise<string | null> {
  const [row] = await session.query<{ id: string }>(
    'SELECT system_identifier::pg_catalog.text AS id FROM pg_catalog.pg_control_system()',
  );
  return row?.id ?? null;
}

async function rowSecurityActive(session: Session, relation: RelationRef): Promise<boolean> {
  const [row] = await session.query<{ active: boolean }>(
    `SELECT pg_catalog.row_security_active(c.oid) AS active
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
      WHERE n.nspname OPERATOR(pg_catalog.=) $1 AND c.relname OPERATOR(pg_catalog.=) $2`,
    [relation.schema, relation.name],
  );
  return row?.active ?? false;
}

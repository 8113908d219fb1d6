/** Finds out, in the snapshot that an incremental run reads, which rows are new and what the next run has to know. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../contract/app-error.ts';
import type { RelationRef } from '../../contract/relation.ts';
import type { Selection } from '../../contract/selection.ts';
import { XID_RANGES_MAX } from '../../contract/watermark-state.ts';
import type {
  WatermarkAsked,
  WatermarkFacts,
  WatermarkReading,
  WritersAsked,
} from '../watermark/watermark-facts.ts';
import { fullXid, toRanges, XID_SLACK, rowXid, type XidRange } from '../watermark/xid-ranges.ts';
import { findRelation } from './find-relation.ts';
import { readNamedTables } from './named-tables.ts';
import type { Running } from './open-sessions.ts';
import { quoteIdentifier, quoteLiteral, quoteRelation } from './quote.ts';
import { assertReadable } from './readable-columns.ts';
import type { Session } from './session.ts';
import { catalogType } from './type-in-sql.ts';
import { oneCondition } from './user-sql.ts';
import { findWatermarkColumn, type WatermarkColumn } from './watermark-column.ts';
import { conditionSql, finiteSql, fromWhere } from './watermark-sql.ts';

/** What was found out before anything is asked of the rows themselves. */
export type PlannedWatermark = Pick<WatermarkReading, 'facts' | 'plan' | 'conditionSql'>;

interface Planned extends PlannedWatermark {
  readonly rows: Rows;
  readonly column: WatermarkColumn;
  readonly version: number;
  readonly inserted: string | null;
}

/** The relation of an incremental run and its rows, as SQL. */
interface Rows {
  readonly relation: string;
  readonly where: string | undefined;
}

/**
 * Answers for an incremental run. The first statement on the relation holds its lock until the transaction ends, so
 * that rows which no snapshot hides (TRUNCATE, COPY FREEZE) cannot change between these answers and the reading.
 * @param running what {@link readRunning} saw before the snapshot was taken
 */
export async function readWatermark(
  session: Session,
  selection: Selection,
  asked: WatermarkAsked,
  running: Running,
): Promise<WatermarkReading> {
  const planned = await planRows(session, selection, asked, running);
  const { rows, column, version, inserted, facts, plan, conditionSql: sql } = planned;
  const { condition } = plan.decision;
  const bounds =
    condition === null || condition === 'nothing'
      ? sql
      : // What is taken whole has values from long ago, and they must not take the position back.
        conditionSql({ ...condition, writers: null, nulls: false, whole: undefined }, version);
  const seen =
    plan.writers === null ? undefined : await writersSeen(session, rows, asked.column, facts, plan.writers);
  const reading = {
    facts,
    plan,
    conditionSql: sql,
    seen,
    highest: await highest(session, rows, asked.column, column, bounds === null ? [] : [bounds]),
    nulls: await countNulls(session, rows, asked.column, column, plan.decision.pass === 'full'),
  };
  if (plan.writers !== null) await untilDurable(session, inserted);
  return reading;
}

/** Decides what a run would read, without asking for what only a run has to know: cheap on every table. */
export async function planWatermarkRead(
  session: Session,
  selection: Selection,
  asked: WatermarkAsked,
  running: Running,
): Promise<PlannedWatermark> {
  const { facts, plan, conditionSql: sql } = await planRows(session, selection, asked, running);
  return { facts, plan, conditionSql: sql };
}

async function planRows(
  session: Session,
  selection: Selection,
  asked: WatermarkAsked,
  running: Running,
): Promise<Planned> {
  if ('query' in selection)
    throw new AppError('CONFIG_INVALID_INPUT', 'selection: an incremental job names a table');
  const relation = await findRelation(session, selection.table);
  const rows: Rows = { relation: quoteRelation(relation), where: selection.where };
  await session.query(`SELECT 1 FROM ${rows.relation} LIMIT 0`);
  await assertReadable(session, relation, [asked.column]);
  const column = await findWatermarkColumn(session, relation, asked.column);
  const server = await readServer(session);
  const sample = column.kind === 'uuid' ? await highest(session, rows, asked.column, column, []) : null;
  const tables = await readNamedTables(session, relation, asked.position, server.version);
  const facts: WatermarkFacts = { ...column, ...server, relation, tables, sample, ...running };
  const plan = asked.plan(facts);
  const { condition } = plan.decision;
  const { version, inserted } = server;
  const sql = condition === null ? null : conditionSql(condition, version);
  return { facts, plan, conditionSql: sql, rows, column, version, inserted };
}

interface ServerRow {
  readonly version: number;
  readonly standby: boolean;
  readonly database: string;
  readonly databaseOid: string;
  readonly floor: bigint;
  readonly ceiling: bigint;
  readonly lsn: string | null;
  readonly inserted: string | null;
  readonly systemIdentifier: string | null;
  readonly timeline: number | null;
}

async function readServer(session: Session): Promise<ServerRow> {
  const [row] = await session.query<{
    version: number;
    standby: boolean;
    database: string;
    databaseOid: string;
    floor: string;
    ceiling: string;
    lsn: string | null;
    inserted: string | null;
    may_read_control: boolean;
  }>(
    `SELECT pg_catalog.current_setting('server_version_num')::int AS version,
            pg_catalog.pg_is_in_recovery() AS standby,
            pg_catalog.current_database() AS database,
            (SELECT d.oid::pg_catalog.text FROM pg_catalog.pg_database d
              WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()) AS "databaseOid",
            pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())::pg_catalog.text AS floor,
            pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::pg_catalog.text AS ceiling,
            CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn() ELSE pg_catalog.pg_current_wal_lsn() END::pg_catalog.text AS lsn,
            CASE WHEN pg_catalog.pg_is_in_recovery() THEN NULL ELSE pg_catalog.pg_current_wal_insert_lsn() END::pg_catalog.text AS inserted,
            pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE') AS may_read_control`,
  );
  if (row === undefined) throw new AppError('SOURCE_QUERY_FAILED', 'The server gave no answer about itself.');
  const { may_read_control: mayReadControl, floor, ceiling, ...rest } = row;
  const identity = mayReadControl ? await readIdentity(session, row.standby) : undefined;
  return {
    ...rest,
    floor: BigInt(floor),
    ceiling: BigInt(ceiling),
    systemIdentifier: identity?.id ?? null,
    timeline: identity?.timeline ?? null,
  };
}

/** The timeline is read off the name of the WAL file: what pg_control says is as old as the last checkpoint. */
async function readIdentity(
  session: Session,
  standby: boolean,
): Promise<{ readonly id: string; readonly timeline: number | null } | undefined> {
  const timeline = standby
    ? 'NULL'
    : "('x' OPERATOR(pg_catalog.||) pg_catalog.substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int";
  const [row] = await session.query<{ id: string; timeline: number | null }>(
    `SELECT system_identifier::pg_catalog.text AS id, ${timeline} AS timeline FROM pg_catalog.pg_control_system()`,
  );
  return row;
}

/**
 * The transactions at or above the floor that rows can be seen of. Taken from the rows, and not from the snapshot:
 * that one lists no subtransactions, under whose ids a savepoint or an exception block writes.
 */
async function writersSeen(
  session: Session,
  rows: Rows,
  column: string,
  { floor, ceiling, type, nullable }: WatermarkFacts,
  { from }: WritersAsked,
): Promise<readonly XidRange[] | undefined> {
  const name = quoteIdentifier(column);
  const bound =
    from === null ? undefined : `${name} OPERATOR(pg_catalog.>=) ${quoteLiteral(from)}::${catalogType(type)}`;
  const conditions = [
    ...(bound === undefined ? [] : [nullable ? `(${bound} OR ${name} IS NULL)` : bound]),
    `pg_catalog.age(xmin) OPERATOR(pg_catalog.>=) -${XID_SLACK} AND pg_catalog.age(xmin) OPERATOR(pg_catalog.<=) pg_catalog.age('${rowXid(floor)}'::pg_catalog.xid)`,
  ];
  // Ids of a long range are many and few ranges; of single ids more than these are more ranges than are kept.
  const limit = XID_RANGES_MAX * 100;
  const found = await session.query<{ xmin: string }>(
    `SELECT DISTINCT xmin::pg_catalog.text AS xmin ${fromWhere(rows.relation, rows.where, conditions)} LIMIT ${limit + 1}`,
  );
  if (found.length > limit) return undefined;
  const ids = found.map(({ xmin }) => fullXid(BigInt(xmin), ceiling)).filter((id) => id !== undefined);
  return toRanges(ids.filter((id) => id >= floor));
}

async function highest(
  session: Session,
  rows: Rows,
  column: string,
  { baseType }: WatermarkColumn,
  conditions: readonly string[],
): Promise<string | null> {
  const name = quoteIdentifier(column);
  const { rows: found } = await session.queryText(
    `SELECT ${name} ${fromWhere(rows.relation, rows.where, [...conditions, ...finiteSql(column, baseType)])}
      ORDER BY ${name} DESC LIMIT 1`,
  );
  return found[0]?.[0] ?? null;
}

/** Null where only the whole table would tell, and it is not read anyway. */
async function countNulls(
  session: Session,
  rows: Rows,
  column: string,
  { nullable, indexed }: WatermarkColumn,
  full: boolean,
): Promise<number | null> {
  if (!nullable) return 0;
  if (!indexed && !full) return null;
  const [found] = await session.query<{ rows: string }>(
    `SELECT pg_catalog.count(*)::pg_catalog.text AS rows ${fromWhere(rows.relation, rows.where, [`${quoteIdentifier(column)} IS NULL`])}`,
  );
  return Number(found?.rows ?? 0);
}

/**
 * Waits until what the snapshot sees would survive a crash. With `synchronous_commit = off` rows are seen before they
 * are on disk; a crash then takes them back and gives their transaction ids to others, whose rows the next run would
 * take for seen. Three times `wal_writer_delay` is the longest that it takes.
 * https://www.postgresql.org/docs/current/wal-async-commit.html
 */
async function untilDurable(session: Session, inserted: string | null): Promise<void> {
  if (inserted === null) return;
  const [delay] = await session.query<{ ms: number }>(
    `SELECT setting::int AS ms FROM pg_catalog.pg_settings WHERE name OPERATOR(pg_catalog.=) 'wal_writer_delay'`,
  );
  const giveUpAt = performance.now() + 3 * (delay?.ms ?? 200);
  for (;;) {
    const [row] = await session.query<{ done: boolean }>(
      `SELECT pg_catalog.pg_current_wal_flush_lsn() OPERATOR(pg_catalog.>=) '${inserted}'::pg_catalog.pg_lsn AS done`,
    );
    if (row?.done === true || performance.now() >= giveUpAt) return;
    await sleep(20);
  }
}

/** The selection with the condition of the run. @param relation as it was found, so that nobody looks again */
export function narrowed(
  selection: Selection,
  { facts, conditionSql: sql }: Pick<WatermarkReading, 'facts' | 'conditionSql'>,
): Selection {
  if ('query' in selection || sql === null) return selection;
  const relation: RelationRef = facts.relation;
  return {
    ...selection,
    table: relation,
    where: selection.where === undefined ? sql : `(${oneCondition(selection.where)}\n) AND ${sql}`,
  };
}

/** What a reading of a table needs to know to go on after an interruption, and how it finds what was written since. */
import { createHash } from 'node:crypto';
import type { CapturedTable } from '../../contract/capture-spec.ts';
import type { ReadingFacts, ReadingPiece } from '../capture/reading-course.ts';
import type { PublishedTable } from './capture-table.ts';
import { rangeCondition } from './scan-ranges.ts';
import type { Session } from './session.ts';

interface FactsRow extends Record<string, unknown> {
  readonly toasted: boolean;
  readonly oldestXid: string;
  readonly nextXid: string;
}

/**
 * @param session in the snapshot that is read
 * @param stored.identity see `RangePlan`
 */
export async function readReadingFacts(
  session: Session,
  table: CapturedTable,
  { shape, select }: PublishedTable,
  stored: { readonly identity: string; readonly timeline: number },
): Promise<ReadingFacts> {
  const [row] = await session.query<FactsRow>(FACTS_SQL, [table.schema, table.name]);
  if (row === undefined) throw new TypeError('the server said nothing about the table');
  const { replicaIdentity, columns } = shape.file;
  // With the filter of its rows: it decides what the publication publishes of them.
  const meaning = [stored.identity, shape.digest, select(undefined)].join('\n');
  return {
    keyed: (replicaIdentity === 'default' || replicaIdentity === 'index') && columns.some(({ key }) => key),
    identity: createHash('sha256').update(meaning).digest('hex'),
    timeline: stored.timeline,
    oldestXid: BigInt(row.oldestXid),
    nextXid: BigInt(row.nextXid),
    toasted: row.toasted,
  };
}

/**
 * The condition that holds for the rows of a piece; undefined where it is all rows. `age` counts from one moment of the
 * transaction, so that both sides move together; rows that were frozen long ago have any id, and at worst come again.
 * https://www.postgresql.org/docs/current/ddl-system-columns.html
 */
export function pieceCondition({ blocks, changedSince }: ReadingPiece): string | undefined {
  const inBlocks = rangeCondition({ number: 1, blocks });
  if (changedSince === undefined) return inBlocks;
  const since = `pg_catalog.age(xmin) OPERATOR(pg_catalog.>=) 0 AND pg_catalog.age(xmin) OPERATOR(pg_catalog.<=) pg_catalog.age('${BigInt.asUintN(32, changedSince)}'::pg_catalog.xid)`;
  return inBlocks === undefined ? since : `${inBlocks} AND ${since}`;
}

/**
 * Values that are stored apart lie in the TOAST table of a relation, which is empty where there are none.
 * https://www.postgresql.org/docs/current/storage-toast.html
 */
const FACTS_SQL = `
  WITH RECURSIVE tree AS (
    SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
     WHERE n.nspname OPERATOR(pg_catalog.=) $1 AND c.relname OPERATOR(pg_catalog.=) $2
     UNION
    SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN tree ON i.inhparent OPERATOR(pg_catalog.=) tree.oid
  )
  SELECT coalesce(pg_catalog.bool_or(pg_catalog.pg_relation_size(c.reltoastrelid) OPERATOR(pg_catalog.>) 0), false) AS toasted,
         pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())::pg_catalog.text AS "oldestXid",
         pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::pg_catalog.text AS "nextXid"
    FROM tree JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) tree.oid`;

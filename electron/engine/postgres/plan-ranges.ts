import { createHash } from 'node:crypto';
import type { RelationRef } from '../../contract/relation.ts';
import type { ReadLimits, ReadOptions, ReadRange } from '../reading-state.ts';
import { defaultWorkers } from './default-workers.ts';
import { cutRanges, rangeCount, type Leaf } from './scan-ranges.ts';
import type { Session } from './session.ts';

/** The version from which a condition on `ctid` is a range scan and not a filter over the whole table. */
const TID_RANGE_SCAN_VERSION = 140_000;

/** How the rows are divided; `reason` says why they are not, where somebody asked for it. */
export interface RangePlan {
  readonly ranges: readonly ReadRange[];
  readonly workers: number;
  readonly reason: string | undefined;
  /** Another one when blocks no longer mean what they did: rewritten, truncated, a partition more. */
  readonly identity: string;
}

const WHY_SINGLE: Readonly<Record<NonNullable<ReadOptions['single']>, string>> = {
  key: 'the key has no {part}, so there can be only one object',
  narrowed: 'what is new lies together, where the index finds it',
};

const WHOLE: readonly ReadRange[] = [{ number: 1, blocks: null }];

/** A relation, or a part of one, as the catalog has it. */
/** What of the options says how a relation is divided. */
type DividingOptions = Pick<ReadOptions, 'workers' | 'mostByDefault' | 'lowPriority' | 'single' | 'ranges'>;

interface StoredLeaf extends Leaf {
  readonly oid: string;
  readonly filenode: string;
  readonly kind: string;
  readonly heap: boolean;
  /** False for a user who may read some columns only: then not where a row lies, which is no column of its own. */
  readonly located: boolean;
  /** When the server last came back from a crash, for a table that is then empty (UNLOGGED); empty for others. */
  readonly epoch: string;
}

/**
 * Divides a relation into ranges of blocks. Conditions on `ctid` also hold for a table with partitions or children,
 * where each counts its own blocks: every row still falls into exactly one range. It is read through the parent, and
 * not part by part, because that keeps its privileges, its policies and the pruning of partitions. Blocks mean nothing
 * for queries, views, foreign tables and storage that is no heap.
 */
export async function planRanges(
  session: Session,
  relation: RelationRef | undefined,
  options: DividingOptions,
  limits: ReadLimits,
): Promise<RangePlan> {
  if (relation === undefined) return whole('the rows of a query cannot be divided', '', options);
  const version = await serverVersion(session);
  const leaves = await findLeaves(session, relation);
  const identity = identityOf(leaves);
  const obstacle = obstacleTo(leaves, version);
  if (obstacle !== undefined) return whole(obstacle, identity, options);
  return { ...divide(leaves, options, limits), identity };
}

function whole(reason: string, identity: string, { workers = 1 }: DividingOptions): RangePlan {
  return { ranges: WHOLE, workers: 1, reason: workers > 1 ? reason : undefined, identity };
}

/** Why there are no blocks to divide; undefined where there are. */
function obstacleTo(leaves: readonly StoredLeaf[], version: number): string | undefined {
  if (leaves.length === 0) return 'it has no partitions';
  if (version < TID_RANGE_SCAN_VERSION) return 'the server is older than Postgres 14';
  if (!leaves.every(({ kind }) => kind === 'r' || kind === 'm'))
    return 'views and foreign tables have no blocks to divide';
  if (!leaves.every(({ heap }) => heap)) return 'its storage is no heap';
  return leaves.every(({ located }) => located)
    ? undefined
    : 'the user may read some of its columns only, and not where a row lies';
}

function divide(
  leaves: readonly Leaf[],
  { workers: asked, lowPriority, single, mostByDefault, ranges: planned }: DividingOptions,
  limits: ReadLimits,
): Omit<RangePlan, 'identity'> {
  const bytes = leaves.reduce((sum, leaf) => sum + leaf.bytes, 0);
  const wanted = asked ?? defaultWorkers({ bytes, lowPriority, cores: limits.cores, most: mostByDefault });
  if (planned !== undefined) {
    return { ranges: planned, workers: Math.min(wanted, planned.length), reason: undefined };
  }
  if (single !== undefined) {
    // That little is new is no news, unless somebody expects more connections.
    const missed = single === 'key' ? wanted : (asked ?? 1);
    return { ranges: WHOLE, workers: 1, reason: missed > 1 ? WHY_SINGLE[single] : undefined };
  }
  const ranges = cutRanges(leaves, rangeCount(bytes, wanted, limits));
  if (ranges.length > 1) return { ranges, workers: Math.min(wanted, ranges.length), reason: undefined };
  return { ranges: WHOLE, workers: 1, reason: wanted > 1 ? 'it is small' : undefined };
}

async function serverVersion(session: Session): Promise<number> {
  const [row] = await session.query<{ version: number }>(
    `SELECT pg_catalog.current_setting('server_version_num')::int AS version`,
  );
  return row?.version ?? 0;
}

/** The relation and all that inherits from it, without those that have no rows of their own. */
async function findLeaves(session: Session, relation: RelationRef): Promise<StoredLeaf[]> {
  return await session.query<StoredLeaf & Record<string, unknown>>(
    `WITH RECURSIVE tree AS (
       SELECT c.oid, c.oid AS root FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
        WHERE n.nspname OPERATOR(pg_catalog.=) $1 AND c.relname OPERATOR(pg_catalog.=) $2
       UNION
       SELECT i.inhrelid, tree.root FROM pg_catalog.pg_inherits i JOIN tree ON i.inhparent OPERATOR(pg_catalog.=) tree.oid
     )
     SELECT c.oid::pg_catalog.text AS oid,
            coalesce(pg_catalog.pg_relation_filenode(c.oid), 0)::pg_catalog.text AS filenode,
            c.relkind::pg_catalog.text AS kind,
            coalesce(m.amname OPERATOR(pg_catalog.=) 'heap', false) AS heap,
            pg_catalog.has_table_privilege(tree.root, 'SELECT') AS located,
            CASE WHEN c.relpersistence OPERATOR(pg_catalog.=) 'u' THEN ${LAST_CRASH} ELSE '' END AS epoch,
            CASE WHEN c.relkind OPERATOR(pg_catalog.=) ANY ('{r,m}'::pg_catalog."char"[])
                 THEN coalesce(pg_catalog.pg_relation_size(c.oid), 0) OPERATOR(pg_catalog./) pg_catalog.current_setting('block_size')::int
                 ELSE 0 END::pg_catalog.float8 AS blocks,
            CASE WHEN c.relkind OPERATOR(pg_catalog.=) ANY ('{r,m}'::pg_catalog."char"[]) THEN coalesce(pg_catalog.pg_table_size(c.oid), 0) ELSE 0 END::pg_catalog.float8 AS bytes
       FROM tree
       JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) tree.oid
       LEFT JOIN pg_catalog.pg_am m ON m.oid OPERATOR(pg_catalog.=) c.relam
      WHERE c.relkind OPERATOR(pg_catalog.<>) 'p'
      ORDER BY c.oid`,
    [relation.schema, relation.name],
  );
}

/**
 * Statistics are thrown away by a crash, of the whole server or of one session, and by nothing else that empties tables.
 * https://www.postgresql.org/docs/current/monitoring-stats.html
 */
const LAST_CRASH = `coalesce((SELECT stats_reset FROM pg_catalog.pg_stat_archiver)::pg_catalog.text, '')`;

function identityOf(leaves: readonly StoredLeaf[]): string {
  const lines = leaves.map(({ oid, filenode, epoch }) => `${oid}:${filenode}${epoch && `:${epoch}`}`);
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

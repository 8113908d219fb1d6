import type { RelationRef } from '../../contract/relation.ts';
import { scanRanges, type ScanRange } from './scan-ranges.ts';
import type { Session } from './session.ts';

/** The version from which a condition on `ctid` is a range scan and not a filter over the whole table. */
const TID_RANGE_SCAN_VERSION = 140_000;

/** How a table is divided among workers; `reason` says why it is not. */
export type WorkerPlan =
  | { readonly ranges: readonly ScanRange[]; readonly reason: undefined }
  | { readonly ranges: readonly []; readonly reason: string };

/**
 * Divides a relation among workers. Conditions on `ctid` also hold for a partitioned table, where each partition
 * counts its own blocks: every row then still falls into exactly one range. They mean nothing for views and
 * foreign tables.
 */
export async function planWorkers(
  session: Session,
  relation: RelationRef | undefined,
  workers: number,
): Promise<WorkerPlan> {
  if (workers <= 1) return { ranges: [], reason: undefined };
  if (relation === undefined) return { ranges: [], reason: 'the rows of a query cannot be divided' };
  const [found] = await session.query<{ version: number; kinds: string[]; blocks: number }>(
    `SELECT current_setting('server_version_num')::int AS version,
            array_agg(DISTINCT leaf.relkind::text) AS kinds,
            max(CASE WHEN leaf.relkind IN ('r', 'm') THEN pg_relation_size(leaf.oid) ELSE 0 END
                / current_setting('block_size')::int)::float8 AS blocks
       FROM pg_class c
       JOIN pg_namespace n ON n.oid = c.relnamespace
      CROSS JOIN LATERAL (
        SELECT relid FROM pg_partition_tree(c.oid) WHERE isleaf
        UNION SELECT c.oid WHERE c.relkind <> 'p') AS tree(relid)
       JOIN pg_class leaf ON leaf.oid = tree.relid
      WHERE n.nspname = $1 AND c.relname = $2`,
    [relation.schema, relation.name],
  );
  if (found === undefined || found.kinds.length === 0) return { ranges: [], reason: 'it has no partitions' };
  if (found.version < TID_RANGE_SCAN_VERSION)
    return { ranges: [], reason: 'the server is older than Postgres 14' };
  if (!found.kinds.every((kind) => kind === 'r' || kind === 'm')) {
    return { ranges: [], reason: 'views and foreign tables have no blocks to divide' };
  }
  const ranges = scanRanges(found.blocks, workers);
  if (ranges.length <= 1) return { ranges: [], reason: 'it is small' };
  return { ranges, reason: undefined };
}

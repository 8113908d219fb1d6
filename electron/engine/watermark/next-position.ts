import type { WatermarkSpec } from '../../contract/watermark-spec.ts';
import type { Position } from '../../contract/watermark-state.ts';
import { scanFromNow } from './scan-bound.ts';
import type { ReadDecision, WatermarkFacts } from './watermark-facts.ts';
import type { XidRange } from './xid-ranges.ts';

/** What a position is made of, besides the facts. */
export interface Reached {
  readonly runId: string;
  readonly at: Date;
  /** Highest value among the rows that were taken; null where there were none. */
  readonly watermark: string | null;
  /** What the run has read. */
  readonly decision: Pick<ReadDecision, 'pass' | 'condition'>;
  /** Transactions at or above the floor that rows were seen of; undefined: too many, or not asked for. */
  readonly seen: readonly XidRange[] | undefined;
}

/** Where the run after this one goes on. */
export function nextPosition(
  spec: WatermarkSpec,
  previous: Position | null,
  facts: WatermarkFacts,
  reached: Reached,
): Position {
  const { pass, condition } = reached.decision;
  return {
    runId: reached.runId,
    at: reached.at.toISOString(),
    column: spec.column,
    mode: spec.mode,
    // Of all rows there are, as of tables that took the place of others, nothing is left of the values before.
    watermark: reached.watermark ?? (pass === 'full' ? null : (previous?.watermark ?? null)),
    cluster: {
      systemIdentifier: facts.systemIdentifier,
      timeline: facts.timeline,
      database: facts.database,
      databaseOid: facts.databaseOid,
    },
    // What nothing was taken of is not known: its rows are all new to the next run.
    tables:
      condition === 'nothing'
        ? previous?.tables
        : facts.tables.map(({ oid, storage }): [string, string] => [oid, storage]),
    standby: facts.standby,
    floor: String(facts.floor),
    ceiling: String(facts.ceiling),
    lsn: facts.lsn,
    seen: reached.seen?.map(([first, last]) => [String(first), String(last)]) ?? null,
    scanFrom: spec.mode === 'exact' ? scanFromNow(spec, previous, facts) : null,
  };
}

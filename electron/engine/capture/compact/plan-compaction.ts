/** Decides which objects become one. Pure. */
import type { HistoryObject, LoggedHistory } from '../replay/history.ts';

/** Neighbours in the order of the history, of one table and one schema, that fit into one object. */
export type MergeGroup = readonly HistoryObject[];

/**
 * Rounds of groups: a round becomes one entry of the log, and has at most one group of each table, so that an entry says by
 * itself what stands for what.
 */
export function planCompaction(
  history: LoggedHistory,
  targetBytes: number,
): readonly (readonly MergeGroup[])[] {
  const rounds: MergeGroup[][] = [];
  for (const { snapshots, changes } of history.tables.values()) {
    const lists = [...snapshots.flatMap(({ objects }) => ofOnePosition(objects)), changes];
    for (const [i, group] of lists.flatMap((list) => groupsOf(list, targetBytes)).entries())
      (rounds[i] ??= []).push(group);
  }
  return rounds;
}

/** Rows of several positions take their places among the changes one position after the other. */
function ofOnePosition(objects: readonly HistoryObject[]): HistoryObject[][] {
  return [...Map.groupBy(objects, ({ object }) => object.firstLsn).values()];
}

function groupsOf(list: readonly HistoryObject[], targetBytes: number): MergeGroup[] {
  const groups: HistoryObject[][] = [];
  let group: HistoryObject[] = [];
  let bytes = 0;
  const end = () => {
    if (group.length > 1) groups.push(group);
    group = [];
    bytes = 0;
  };
  for (const item of list) {
    const size = item.object.bytes;
    const [before] = group;
    if (before !== undefined && (!goTogether(before, item) || bytes + size > targetBytes)) end();
    // Large ones stay as they are.
    if (size * 2 >= targetBytes) {
      end();
      continue;
    }
    group.push(item);
    bytes += size;
  }
  end();
  return groups;
}

function goTogether(a: HistoryObject, b: HistoryObject): boolean {
  return a.object.schema === b.object.schema && a.format === b.format && a.compression === b.compression;
}

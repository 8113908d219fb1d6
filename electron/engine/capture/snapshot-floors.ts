import type { TableSnapshot } from '../../contract/capture-log.ts';
import type { CapturedTable } from '../../contract/capture-spec.ts';
import { parseLsn } from '../decode/lsn.ts';

/** One text for one table. */
export function tableKey({ schema, name }: CapturedTable): string {
  return JSON.stringify([schema, name]);
}

/**
 * Of each table the position at which its snapshot began: changes that were committed before it are in the snapshot
 * already. Of a reading that was interrupted every change behind the first position is needed.
 */
export function snapshotFloors(tables: readonly TableSnapshot[]): Map<string, bigint> {
  const floors = new Map<string, bigint>();
  for (const { table, lsn, reading } of tables) {
    const floor = lsn ?? reading?.fromLsn;
    if (floor !== undefined) floors.set(tableKey(table), parseLsn(floor));
  }
  return floors;
}

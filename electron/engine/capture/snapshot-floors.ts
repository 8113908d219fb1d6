import type { TableSnapshot } from '../../contract/capture-log.ts';
import type { CapturedTable } from '../../contract/capture-spec.ts';
import { parseLsn } from '../decode/lsn.ts';

/** One text for one table. */
export function tableKey({ schema, name }: CapturedTable): string {
  return JSON.stringify([schema, name]);
}

/** Of each table the position of its snapshot: changes that were committed before it are in the snapshot already. */
export function snapshotFloors(tables: readonly TableSnapshot[]): Map<string, bigint> {
  const floors = new Map<string, bigint>();
  for (const { table, lsn } of tables) if (lsn !== null) floors.set(tableKey(table), parseLsn(lsn));
  return floors;
}

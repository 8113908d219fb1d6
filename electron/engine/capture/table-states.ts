/** How far each table of a capture is with what it had before. Pure. */
import type { TableSnapshot } from '../../contract/capture-log.ts';
import type { CapturedTable, CaptureSpec } from '../../contract/capture-spec.ts';

/** True for the same table. */
export function isSameTable(one: CapturedTable, other: CapturedTable): boolean {
  return one.schema === other.schema && one.name === other.name;
}

/** The tables of a job, as a new slot finds them: none is read. */
export function wantedTables(
  { tables, snapshot }: Pick<CaptureSpec, 'tables' | 'snapshot'>,
  published: readonly CapturedTable[],
): TableSnapshot[] {
  return (tables ?? published).map(({ schema, name }) => ({
    table: { schema, name },
    state: snapshot ? 'pending' : 'none',
    lsn: null,
    rows: 0,
  }));
}

/** What the checkpoint says about the tables of a capture, changed where it has to be. */
import type { TableSnapshot } from '../../contract/capture-log.ts';
import type { CapturedTable } from '../../contract/capture-spec.ts';
import type { CaptureLedger } from './capture-ledger.ts';
import { tableKey } from './snapshot-floors.ts';
import { hasReading, unread, withoutReading } from './table-states.ts';

/** Those that are known keep their state. @throws AppError of the DEST_ family */
export async function setTables(
  ledger: CaptureLedger,
  wanted: readonly TableSnapshot[],
  signal: AbortSignal,
): Promise<void> {
  await ledger.change((state) => {
    const known = new Map(state.tables.map((each) => [tableKey(each.table), each]));
    return { ...state, tables: wanted.map((each) => known.get(tableKey(each.table)) ?? each) };
  }, signal);
}

/** Has tables that were read, or begun, wait for another snapshot. @throws AppError of the DEST_ family */
export async function readAgain(
  ledger: CaptureLedger,
  tables: readonly CapturedTable[],
  signal: AbortSignal,
): Promise<void> {
  if (tables.length === 0) return;
  await ledger.change((state) => ({ ...state, tables: unread(state.tables, tables) }), signal);
}

/** What was read of a table does not count any more: its snapshot begins anew. @throws AppError of the DEST_ family */
export async function forgetReading(
  ledger: CaptureLedger,
  table: CapturedTable,
  signal: AbortSignal,
): Promise<void> {
  if (!ledger.checkpoint.tables.some((each) => hasReading(each, table))) return;
  await ledger.change((state) => ({ ...state, tables: withoutReading(state.tables, table) }), signal);
}

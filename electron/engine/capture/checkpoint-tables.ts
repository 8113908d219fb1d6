/** What the checkpoint says about the tables of a capture, changed where it has to be. */
import type { PublishedIdentity, TableSnapshot } from '../../contract/capture-log.ts';
import type { CapturedTable } from '../../contract/capture-spec.ts';
import type { CaptureLedger } from './capture-ledger.ts';
import { tableKey } from './snapshot-floors.ts';
import { hasReading, republished, unread, withoutReading } from './table-states.ts';

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

/**
 * Notes how tables are published from now on. Those that were published otherwise, and those that were not, wait for another
 * snapshot. With one write: a crash behind the note alone would leave what is missing unnoticed.
 * @returns those that were published otherwise. @throws AppError of the DEST_ family
 */
export async function setPublished(
  ledger: CaptureLedger,
  published: readonly PublishedIdentity[],
  lacking: readonly CapturedTable[],
  signal: AbortSignal,
): Promise<readonly CapturedTable[]> {
  const before = ledger.checkpoint.published;
  const changed = republished(before ?? [], published);
  const again = [...lacking, ...changed];
  if (again.length === 0 && JSON.stringify(before) === JSON.stringify(published)) return changed;
  await ledger.change(
    (state) => ({ ...state, published: [...published], tables: unread(state.tables, again) }),
    signal,
  );
  return changed;
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

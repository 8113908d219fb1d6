/** What the checkpoint says about the tables of a capture, changed where it has to be. */
import type { TableSnapshot } from '../../contract/capture-log.ts';
import type { Reread } from '../../contract/capture-calls.ts';
import type { CapturedTable } from '../../contract/capture-spec.ts';
import type { CaptureLedger } from './capture-ledger.ts';
import type { PublishedTable } from './capture-source.ts';
import type { SeenLeaf } from './seen-leaves.ts';
import { silentChanges, type SilentChange } from './silent-changes.ts';
import { tableKey } from './snapshot-floors.ts';
import { hasReading, isSameTable, rereadAsAsked, unread, withoutReading } from './table-states.ts';

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

/** What else is known when it is noted how tables are published. */
export interface PublishedOthers {
  /** Tables that were not published until now. */
  readonly lacking: readonly CapturedTable[];
  /** Tables that a snapshot from before may still be read of. */
  readonly busy: readonly CapturedTable[];
  /** Partitions whose rows have come. */
  readonly seen: readonly SeenLeaf[];
}

/**
 * Notes how tables are published and stored from now on. Those to which something was done that the stream does not say, and those that
 * were not published, wait for another snapshot. With one write: a crash after the note alone would leave what is missing unnoticed.
 * Of tables that are busy nothing is noted, and a later look finds the difference again.
 * @returns the former. @throws AppError of the DEST_ family
 */
export async function setPublished(
  ledger: CaptureLedger,
  published: readonly PublishedTable[],
  { lacking, busy, seen }: PublishedOthers,
  signal: AbortSignal,
): Promise<readonly SilentChange[]> {
  const before = ledger.checkpoint.published ?? [];
  const isThere = ({ table }: { readonly table: CapturedTable }) =>
    published.some((other) => isSameTable(other.table, table));
  const isBusy = ({ table }: { readonly table: CapturedTable }) =>
    busy.some((other) => isSameTable(other, table));
  const now = published.filter((each) => !isBusy(each));
  const changed = silentChanges(before, now, seen);
  const again = [...lacking, ...changed.map(({ table }) => table)];
  // Those that are gone, too: when they come back they are others.
  const kept = before.filter((each) => isBusy(each) || !isThere(each));
  const noted = [...kept, ...now.map(({ table, identity, stored }) => ({ table, identity, stored }))];
  if (again.length === 0 && JSON.stringify(before) === JSON.stringify(noted)) return changed;
  await ledger.change(
    (state) => ({ ...state, published: noted, tables: unread(state.tables, again) }),
    signal,
  );
  return changed;
}

/** @throws AppError of the DEST_ family */
export async function askReread(ledger: CaptureLedger, asked: Reread, signal: AbortSignal): Promise<void> {
  await ledger.change((state) => ({ ...state, tables: rereadAsAsked(state.tables, asked) }), signal);
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

/** How far each table of a capture is with what it had before. Pure. */
import type { CaptureLogEntry, TableSnapshot } from '../../contract/capture-log.ts';
import type { Reread } from '../../contract/capture-calls.ts';
import type { CapturedTable, CaptureSpec } from '../../contract/capture-spec.ts';
import { united } from './block-stretches.ts';

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

/** The tables when an entry of a snapshot is counted in. */
export function withSnapshot(tables: readonly TableSnapshot[], entry: CaptureLogEntry): TableSnapshot[] {
  const { table } = entry;
  if (table === undefined) return [...tables];
  const known = tables.find((each) => isSameTable(each.table, table));
  const next = entry.kind === 'partial' ? begun(table, entry, known) : finished(table, entry, known);
  return known === undefined ? [...tables, next] : tables.map((each) => (each === known ? next : each));
}

/** True where a part of this table is in the log. */
export function hasReading({ table, reading }: TableSnapshot, wanted: CapturedTable): boolean {
  return reading !== undefined && isSameTable(table, wanted);
}

/** The tables when what was read of one counts no longer. */
export function withoutReading(tables: readonly TableSnapshot[], table: CapturedTable): TableSnapshot[] {
  return tables.map((each) => {
    if (!isSameTable(each.table, table)) return each;
    const { reading: _, ...rest } = each;
    return { ...rest, rows: 0 };
  });
}

/** The tables when these have to be read from the beginning, where they were read or begun. */
export function unread(tables: readonly TableSnapshot[], again: readonly CapturedTable[]): TableSnapshot[] {
  return tables.map((each) => {
    if (each.state === 'none' || !again.some((table) => isSameTable(table, each.table))) return each;
    return { table: each.table, state: 'pending', lsn: null, rows: 0 };
  });
}

/** The tables as somebody asked for them to be read: anew, later, or on. */
export function rereadAsAsked(tables: readonly TableSnapshot[], asked: Reread): TableSnapshot[] {
  return tables.map((each) => {
    const { paused: _, ...going } = each;
    if (!asked.tables.some((table) => isSameTable(table, each.table))) return each;
    if (asked.action === 'begin') return { table: each.table, state: 'pending', lsn: null, rows: 0 };
    if (each.state !== 'pending' || asked.action === 'resume') return going;
    return { ...going, paused: true };
  });
}

function finished(
  table: CapturedTable,
  entry: CaptureLogEntry,
  known: TableSnapshot | undefined,
): TableSnapshot {
  const { fromLsn: lsn } = entry;
  const before = known?.reading?.fromLsn === lsn ? known.rows : 0;
  return { table, state: 'done', lsn, rows: before + rowsOf(entry) };
}

function begun(
  table: CapturedTable,
  entry: CaptureLogEntry,
  known: TableSnapshot | undefined,
): TableSnapshot {
  const { fromLsn, reading, objects } = entry;
  const before = known?.reading?.fromLsn === fromLsn ? known : undefined;
  const rows = (before?.rows ?? 0) + rowsOf(entry);
  const waits = known?.paused === true ? { paused: true } : {};
  const state = { table, state: 'pending', lsn: null, rows, ...waits } as const;
  if (reading === undefined) return state;
  const blocks = united([...(before?.reading?.blocks ?? []), ...reading.blocks]);
  const count = (before?.reading?.objects ?? 0) + objects.length;
  return { ...state, reading: { ...reading, blocks, fromLsn, objects: count } };
}

function rowsOf({ objects }: CaptureLogEntry): number {
  return objects.reduce((sum, { rows }) => sum + rows, 0);
}

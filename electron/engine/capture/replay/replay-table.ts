/** Makes the rows of a table of its snapshot and the changes after it, up to a position. */
import { formatLsn, parseLsn } from '../../decode/lsn.ts';
import type { HistoryObject, HistorySnapshot, TableHistory } from './history.ts';
import type { LoggedChange } from './logged-change.ts';
import { ObjectProblem } from './object-problem.ts';
import { readObject, type ReadWorld } from './read-object.ts';
import type { SchemaFiles } from './read-log.ts';
import type { TableRows } from './table-rows.ts';

export interface ReplayRequest {
  readonly history: TableHistory;
  /** Transactions whose commit lies before it count; undefined for all. */
  readonly before: bigint | undefined;
}

export interface ReplayWorld extends ReadWorld {
  readonly schemas: SchemaFiles;
  /** Told of an object that is not what the log says, which then counts as far as it could be read. */
  readonly onProblem: (problem: ObjectProblem) => void;
}

export interface Replayed {
  readonly changes: number;
  /** The rows that the table had before are among them. */
  readonly complete: boolean;
}

/** The snapshot to begin with: the last one that was taken up to a position. */
export function snapshotFor(history: TableHistory, before: bigint | undefined): HistorySnapshot | undefined {
  return history.snapshots
    .filter(({ lsn }) => before === undefined || lsn <= before)
    .toSorted((a, b) => (a.lsn < b.lsn ? 1 : a.lsn > b.lsn ? -1 : b.sequence - a.sequence))[0];
}

/**
 * Fills the rows. Every object of the table is read, also those that do not count, because all are to be proved.
 * @throws AppError `DATA_LOG_INVALID`, or of the DEST_ family
 */
export async function replayTable(
  { history, before }: ReplayRequest,
  world: ReplayWorld,
  rows: TableRows,
  signal: AbortSignal,
): Promise<Replayed> {
  const base = snapshotFor(history, before);
  // Of a reading that was interrupted, objects of later positions take their places among the changes.
  const due = [...(base?.objects ?? [])];
  let dueAt = positionOf(due[0]);
  let changes = 0;
  const read = async (item: HistoryObject, counts: (commit: bigint) => boolean) => {
    try {
      const shape = await world.schemas.get(item.object.schema, signal);
      for await (const batch of readObject(world, { item, shape }, signal)) {
        changes += batch.length;
        for (const change of batch) {
          if (!counts(change.commitLsn)) continue;
          if (dueAt !== undefined && change.commitLsn >= dueAt) await readUpTo(change.commitLsn);
          rows.useShape(shape);
          if (base === undefined || !isAmongReads(change, base)) applyChange(rows, change);
          else applyAmongReads(rows, change);
        }
      }
    } catch (error) {
      if (!(error instanceof ObjectProblem)) throw error;
      world.onProblem(error);
    }
  };
  const readUpTo = async (commit: bigint | undefined) => {
    for (let [next] = due; next !== undefined; [next] = due) {
      if (commit !== undefined && parseLsn(next.object.firstLsn) > commit) return;
      due.shift();
      dueAt = positionOf(due[0]);
      await read(next, () => true);
    }
  };
  for (const snapshot of history.snapshots)
    if (snapshot !== base) for (const item of snapshot.objects) await read(item, () => false);
  // A snapshot has what was committed before its position, and nothing else.
  for (const item of history.changes)
    await read(
      item,
      (commit) => (base === undefined || commit >= base.from) && (before === undefined || commit < before),
    );
  await readUpTo(undefined);
  return { changes, complete: base !== undefined };
}

function positionOf(item: HistoryObject | undefined): bigint | undefined {
  return item === undefined ? undefined : parseLsn(item.object.firstLsn);
}

/** True behind the first position of a snapshot of several, and before the last. */
function isAmongReads({ commitLsn, operation }: LoggedChange, { from, lsn }: HistorySnapshot): boolean {
  return operation === 'read' ? commitLsn > from : commitLsn < lsn;
}

/** Here rows are changed that were not read yet, and rows are read that a change has brought already: neither is irregular. */
function applyAmongReads(rows: TableRows, change: LoggedChange): void {
  const { duplicate, absent } = rows.irregular;
  applyChange(rows, change);
  Object.assign(rows.irregular, { duplicate, absent });
}

function applyChange(rows: TableRows, { operation, before, after, unchanged }: LoggedChange): void {
  switch (operation) {
    case 'read':
    case 'insert':
      if (after !== undefined) rows.insert(after, unchanged.length > 0);
      return;
    case 'update':
      if (after !== undefined) rows.update(before, after);
      return;
    case 'delete':
      if (before !== undefined) rows.delete(before);
      return;
    case 'truncate':
      rows.truncate();
  }
}

/** Why a table cannot be compared at a position, or undefined. */
export function whyNotComparable(history: TableHistory | undefined, at: bigint): string | undefined {
  if (history === undefined || history.snapshots.length === 0)
    return 'Not compared: what the table had before was not written, so its files are not the whole table.';
  if (snapshotFor(history, at) !== undefined) return undefined;
  const first = history.snapshots.map(({ lsn }) => lsn).reduce((a, b) => (a < b ? a : b));
  return `Not compared: its snapshot is of ${formatLsn(first)}, after the moment of the comparison.`;
}

/** The last position that the changes of a log reach. */
export function durableOf(checkpointLsn: string, changesTo: bigint | undefined): bigint {
  const durable = parseLsn(checkpointLsn);
  return changesTo !== undefined && changesTo > durable ? changesTo : durable;
}

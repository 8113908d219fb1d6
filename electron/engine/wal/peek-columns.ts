/** The before and after of a change, with what the WAL does not say marked as such. Pure. */
import type { PeekColumn, PeekValue } from '../../contract/peek.ts';

const NOT_CARRIED: PeekValue = { absent: 'notCarried' };

/** A column as the plugin gives it; undefined where it says nothing of that side. */
export interface ColumnSides {
  readonly name: string;
  readonly type: string;
  readonly key: boolean;
  readonly before: PeekValue | undefined;
  readonly after: PeekValue | undefined;
}

export function insertedColumn({ name, type, key, after = null }: ColumnSides): PeekColumn {
  return { name, type, key, after, changed: 'yes' };
}

/** Of a deleted row there is no more than its replica identity. */
export function deletedColumn({ name, type, key, before = NOT_CARRIED }: ColumnSides): PeekColumn {
  return { name, type, key, before, changed: 'yes' };
}

/**
 * A value that the update did not touch is never filled in from elsewhere: under REPLICA IDENTITY FULL it stands beside
 * it as the old value, under any other nobody here knows it.
 * @param keyKept true where the plugin would have sent an old key, had the key changed
 */
export function updatedColumn(column: ColumnSides, keyKept: boolean): PeekColumn {
  const after = column.after ?? null;
  const untouched = isUnchanged(after);
  const kept = column.key && keyKept && !untouched ? after : NOT_CARRIED;
  // NULL is a value that the WAL has.
  const before = column.before === undefined ? kept : column.before;
  const changed = untouched ? 'no' : isAbsent(before) ? 'unknown' : sameValue(before, after) ? 'no' : 'yes';
  return { ...column, before, after, changed };
}

function isAbsent(value: PeekValue): boolean {
  return typeof value === 'object' && value !== null && 'absent' in value;
}

function isUnchanged(value: PeekValue): boolean {
  return typeof value === 'object' && value !== null && 'absent' in value && value.absent === 'unchanged';
}

/** Values that were cut are the same as far as can be told; their sizes are part of what is compared. */
function sameValue(a: PeekValue, b: PeekValue): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  return 'cut' in a && 'cut' in b && a.cut === b.cut && a.bytes === b.bytes;
}

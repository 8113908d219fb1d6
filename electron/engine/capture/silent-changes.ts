/**
 * What was done to captured tables without a word in the stream, told by how they are stored: partitions that come and go, leaves
 * that are truncated, rows that DDL has rewritten. Such a table is read anew. Pure.
 */
import type { PublishedIdentity } from '../../contract/capture-log.ts';
import type { CapturedTable } from '../../contract/capture-spec.ts';
import type { PublishedTable } from './capture-source.ts';
import type { SeenLeaf } from './seen-leaves.ts';
import { tableKey } from './snapshot-floors.ts';

/** A table whose files are not what it is any more, and why, as the end of a sentence about it. */
export interface SilentChange {
  readonly table: CapturedTable;
  readonly why: string;
}

/** Leaves that a sentence names. */
const NAMED = 3;

/**
 * @param before as they were noted last; tables that were not there are no news, and nor is what was not noted
 * @param now as they are
 * @param seen partitions whose rows have come since they were noted
 */
export function silentChanges(
  before: readonly PublishedIdentity[],
  now: readonly PublishedTable[],
  seen: readonly SeenLeaf[],
): SilentChange[] {
  const known = new Map(before.map((each) => [tableKey(each.table), each]));
  return now.flatMap((each) => {
    const then = known.get(tableKey(each.table));
    const why = then === undefined ? undefined : (changeOf(then, each) ?? passed(each, seen));
    return why === undefined ? [] : [{ table: each.table, why }];
  });
}

function changeOf(before: PublishedIdentity, now: PublishedTable): string | undefined {
  if (before.identity !== now.identity) {
    return 'is not published as it was: what was written meanwhile may not be in the stream';
  }
  if (before.stored === undefined || now.stored === undefined) return undefined;
  // The stream says it, and views over the files cannot follow: they tell rows apart in one way.
  if (before.stored.key !== now.stored.key) return 'has another key or replica identity';
  return leavesChange(before.stored.leaves, now) ?? columnsChange(before.stored, now.stored);
}

function leavesChange(before: readonly string[] | null, now: PublishedTable): string | undefined {
  const leaves = now.stored?.leaves ?? null;
  if (before === null && leaves === null) return undefined;
  const then = new Map((before ?? []).map((leaf) => [oidOf(leaf), leaf]));
  const nameOf = (oid: string) => now.leafNames[oid] ?? 'a partition';
  const there = (leaves ?? []).map((leaf) => [oidOf(leaf), leaf] as const);
  const come = there.filter(([oid]) => !then.has(oid) && !now.emptyLeaves.includes(oid));
  if (come.length > 0) return `has got ${listed(come.map(([oid]) => nameOf(oid)))} with rows in it`;
  const left = [...then.keys()].filter((oid) => !there.some(([each]) => each === oid));
  if (left.length > 0) {
    return `has lost ${left.length === 1 ? 'a partition' : `${left.length} partitions`}`;
  }
  const other = there.filter(([oid, leaf]) => then.has(oid) && then.get(oid) !== leaf);
  if (other.length === 0) return undefined;
  return `has other rows in ${listed(other.map(([oid]) => nameOf(oid)))}, which was truncated, rewritten, or taken out and put back`;
}

/** A partition that has come and gone between the two. */
function passed({ table, stored }: PublishedTable, seen: readonly SeenLeaf[]): string | undefined {
  const there = new Set((stored?.leaves ?? []).map(oidOf));
  const gone = seen.filter(({ root, oid }) => tableKey(root) === tableKey(table) && !there.has(oid));
  if (gone.length === 0) return undefined;
  const names = new Set(gone.map(({ name }) => `${name.schema}.${name.name}`));
  return `had rows in ${listed([...names])}, which is not a partition of it any more`;
}

type Stored = NonNullable<PublishedIdentity['stored']>;

/**
 * A file alone is no sign: TRUNCATE is in the stream, and VACUUM FULL changes no row. With a column that was altered at the same time
 * it is the rewrite of an ALTER TABLE.
 */
function columnsChange(before: Stored, now: Stored): string | undefined {
  const then = new Map(before.columns.map((column) => [numberOf(column), partsOf(column)]));
  const otherFile = before.file !== now.file;
  for (const column of now.columns) {
    const known = then.get(numberOf(column));
    const is = partsOf(column);
    if (known === undefined) {
      if (is.filled || otherFile) return 'has got a column that rows from before have a value in';
      continue;
    }
    if (known.digest !== is.digest) return 'has a column with another name or type';
    if (otherFile && known.version !== is.version) return 'was rewritten by ALTER TABLE';
  }
  return undefined;
}

function oidOf(leaf: string): string {
  return leaf.split('.')[0] ?? '';
}

function numberOf(column: string): string {
  return column.split('.')[0] ?? '';
}

function partsOf(column: string): {
  readonly digest: string;
  readonly version: string;
  readonly filled: boolean;
} {
  const [, digest = '', version = ''] = column.split('.');
  return { digest, version: version.replace('+', ''), filled: version.endsWith('+') };
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, NAMED).join(', ');
  return names.length > NAMED ? `${shown} and ${names.length - NAMED} more` : shown;
}

/**
 * A snapshot that is no older than the locks on what it reads.
 *
 * A statement takes its snapshot first and waits for its locks then. Whoever it waits for may empty a table, rewrite it or
 * put another one in its place, and the older snapshot sees none of that: the statement finds no rows, without an error.
 * https://www.postgresql.org/docs/current/mvcc-caveats.html
 *
 * So the server is asked what a statement would lock, in a transaction that takes a new snapshot for each statement. The
 * next transaction locks the same tables before it takes its snapshot. What could not be locked by name (the role may read
 * some columns only, a materialized view, a partition that was attached a moment ago) is compared afterwards: as the
 * snapshot knows it, and as it is now that it is locked. Where they differ, all begins anew.
 */
import { AppError } from '../../contract/app-error.ts';
import { explain, tablesOf } from './explain.ts';
import {
  heldOids,
  heldRelations,
  lockableRelations,
  type HeldRelation,
  type LockableRelation,
} from './held-relations.ts';
import { quoteRelation } from './quote.ts';
import type { Session } from './session.ts';

/** Snapshots that are taken, one after the other: each one in vain means that a table was replaced just then. */
const ATTEMPTS = 20;

/** Attempts after which a name that the server does not find is believed to be none. */
const ATTEMPTS_AT_NAMES = 3;

/** What is found out before the snapshot is taken. */
export interface Prepared {
  /** The SELECT whose tables are locked. */
  readonly select: string;
}

/** What was found out in a snapshot, and what makes sure that it stays right. */
export interface InSnapshot<Result> {
  readonly result: Result;
  readonly snapshot: LockedSnapshot;
}

/**
 * Takes a snapshot, and works in it.
 * @param prepare runs before each attempt, in a transaction of the kind `read`
 * @param work runs in the snapshot; where the snapshot was in vain, it runs again in the next one
 * @throws AppError of the SOURCE_ family; `SOURCE_SNAPSHOT_LOST` where tables are replaced again and again
 */
export async function inLockedSnapshot<Before extends Prepared, Result>(
  session: Session,
  prepare: () => Promise<Before>,
  work: (before: Before) => Promise<Result>,
): Promise<InSnapshot<Result>> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    if (attempt > 1) await session.begin('read');
    const before = await prepare();
    await explain(session, before.select);
    const lockable = await lockableRelations(session);
    await session.begin('snapshot');
    if (!(await lock(session, lockable))) continue;
    const known = await heldOids(session);
    await session.setMasks();
    try {
      const result = await work(before);
      const held = await heldRelations(session, known);
      if (held.some(({ changed }) => changed)) continue;
      return {
        result,
        snapshot: new LockedSnapshot(before.select, [...known, ...held.map(({ oid }) => oid)]),
      };
    } catch (error) {
      if (!(await isOutdated(session, known, error, attempt))) throw error;
    }
  }
  throw replaced([]);
}

/** Where a snapshot stands: what is locked, and was found to be as the snapshot knows it. */
export class LockedSnapshot {
  /** The SELECT whose tables are locked. */
  readonly select: string;
  readonly #known: readonly string[];

  constructor(select: string, known: readonly string[]) {
    this.select = select;
    this.#known = known;
  }

  /**
   * Makes sure, when rows have been read, that no table was read that is not as the snapshot knows it: one that only a
   * function names, or that was attached to the others while they were read.
   * @param session any that has read in this snapshot
   * @throws AppError `SOURCE_SNAPSHOT_LOST`
   */
  async assertUnchanged(session: Session): Promise<void> {
    const more = await heldRelations(session, this.#known);
    const changed = more.filter((held) => held.changed);
    if (changed.length > 0) throw replaced(changed);
    if (more.length === 0) return;
    // A child that inherits looks like any other table, and only the plan shows that it belongs to the others now.
    const plan = await explain(session, this.select);
    const planned = new Set(plan === undefined ? [] : tablesOf(plan));
    const joined = more.filter(({ name }) => planned.has(name));
    if (joined.length > 0) throw replaced(joined);
  }
}

/** False where the tables are not there any more under these names. Those that the user may not lock are left out. */
async function lock(session: Session, relations: readonly LockableRelation[]): Promise<boolean> {
  if (relations.length === 0) return true;
  const names = relations.map((relation) => `ONLY ${quoteRelation(relation)}`).join(', ');
  try {
    await session.query(`LOCK TABLE ${names} IN ACCESS SHARE MODE`);
    return true;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === 'SOURCE_NO_RELATION') return false;
    // A view whose owner has lost a right, or a kind of table that this version does not lock: it is compared instead.
    if (error.code !== 'SOURCE_PERMISSION_DENIED' && error.details['sqlstate'] !== WRONG_OBJECT_TYPE)
      throw error;
    await session.begin('snapshot');
    return true;
  }
}

/** SQLSTATE `wrong_object_type`. */
const WRONG_OBJECT_TYPE = '42809';

/** Whether a failure may come of a snapshot that knows a table otherwise than it is. */
async function isOutdated(
  session: Session,
  known: readonly string[],
  error: unknown,
  attempt: number,
): Promise<boolean> {
  if (!(error instanceof AppError)) return false;
  if (error.code !== 'SOURCE_NO_RELATION' && error.code !== 'SOURCE_NO_COLUMN') return false;
  // After an error of the server, the transaction takes no question any more.
  if (error.details['sqlstate'] !== undefined) return attempt < ATTEMPTS_AT_NAMES;
  return (await heldRelations(session, known)).some(({ changed }) => changed);
}

function replaced(relations: readonly HeldRelation[]): AppError {
  const [first] = relations;
  const what = first === undefined ? 'A table' : `The table ${first.name}`;
  return new AppError(
    'SOURCE_SNAPSHOT_LOST',
    `${what} was emptied, rewritten, replaced or attached while it was being read: the snapshot does not know it as it is.`,
    first === undefined ? {} : { details: { relation: first.name } },
  );
}

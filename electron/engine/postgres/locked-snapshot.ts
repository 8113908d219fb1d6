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
  namedRelations,
  type HeldRelation,
  type NamedRelation,
} from './held-relations.ts';
import { quoteRelation } from './quote.ts';
import type { Session } from './session.ts';

/** Snapshots that are taken, one after the other: each one in vain means that a table was replaced just then. */
const ATTEMPTS = 20;

/**
 * Milliseconds that locks are waited for which another session of ours has already. Whoever waits to change a table waits
 * for that session, and who comes after them would wait for both.
 */
export const QUEUED_LOCK_MS = 200;

/** Attempts after which a name that the server does not find is believed to be none. */
const ATTEMPTS_AT_NAMES = 5;

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
  signal: AbortSignal,
): Promise<InSnapshot<Result>> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    if (attempt > 1) await session.begin('read');
    let known: readonly string[] | undefined;
    let guarded = false;
    try {
      const before = await prepare();
      await explain(session, before.select);
      const named = await namedRelations(session);
      // Its locks are let go here: the guard might have to wait for somebody who waits for them.
      await session.begin('snapshot');
      await using guard = await guardOf(session, named, before.select, signal);
      // Whoever waits to change a view waits for the guard, and must not be waited for.
      guarded = guard !== undefined;
      if (guarded) await session.waitForLocks(QUEUED_LOCK_MS);
      await lock(session, named);
      known = await heldOids(session);
      await session.setMasks();
      const result = await work(before);
      const held = await heldRelations(session, known);
      if (held.some(({ changed }) => changed)) continue;
      if (guarded) await session.waitForLocks();
      return {
        result,
        snapshot: new LockedSnapshot(before.select, [...known, ...held.map(({ oid }) => oid)]),
      };
    } catch (error) {
      if (guarded && isLockTimeout(error)) continue;
      if (!(await mayBeOutdated(session, known, error, attempt))) throw error;
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

/**
 * Locks what can be locked by its name.
 * @throws AppError `SOURCE_NO_RELATION` where a table is not there any more under its name
 */
async function lock(session: Session, relations: readonly NamedRelation[]): Promise<void> {
  const lockable = relations.filter((relation) => relation.lockable);
  if (lockable.length === 0) return;
  const names = lockable.map((relation) => `ONLY ${quoteRelation(relation)}`).join(', ');
  try {
    await session.query(`LOCK TABLE ${names} IN ACCESS SHARE MODE`);
  } catch (error) {
    // A view whose owner has lost a right: it is compared instead.
    if (!(error instanceof AppError && error.code === 'SOURCE_PERMISSION_DENIED')) throw error;
    await session.begin('snapshot');
  }
}

/**
 * A second session that holds the locks of a reader until the first one holds them in its snapshot: for views that cannot
 * be locked by name, because nothing tells a snapshot that a view has another definition now. Undefined where it is not
 * needed, and where there is none to be had: a pool may have one connection.
 */
async function guardOf(
  session: Session,
  relations: readonly NamedRelation[],
  select: string,
  signal: AbortSignal,
): Promise<Session | undefined> {
  const needed = relations.some(({ view, lockable }) => view && !lockable);
  if (!needed || session.pooler !== undefined) return undefined;
  const guard = await session.another(signal).catch(() => undefined);
  signal.throwIfAborted();
  try {
    if (guard !== undefined) await explain(guard, select);
    return guard;
  } catch (error) {
    guard?.destroy();
    throw error;
  }
}

/** Whether a failure may come of names that were exchanged between two statements, or of a change that was waited for. */
async function mayBeOutdated(
  session: Session,
  known: readonly string[] | undefined,
  error: unknown,
  attempt: number,
): Promise<boolean> {
  if (!(error instanceof AppError)) return false;
  if (error.code !== 'SOURCE_NO_RELATION' && error.code !== 'SOURCE_NO_COLUMN') return false;
  // After an error of the server, the transaction takes no question any more.
  if (known === undefined || error.details['sqlstate'] !== undefined) return attempt < ATTEMPTS_AT_NAMES;
  return (await heldRelations(session, known)).some(({ changed }) => changed);
}

/** True for a lock that was not to be had in time. */
export function isLockTimeout(error: unknown): boolean {
  return error instanceof AppError && error.code === 'SOURCE_LOCK_TIMEOUT';
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

/** Looks at what would be read: the plan of a read, and counts of values, in a READ ONLY transaction that ends with it. */
import type { ReadLimits } from '../reading-state.ts';
import type { LookAtSource, SourceLook, ValueTest } from '../source-look.ts';
import { cancellable } from './cancellable.ts';
import { inLockedSnapshot } from './locked-snapshot.ts';
import { findSelection, planRead, type ReadPlan } from './plan-read.ts';
import { throughPooler } from './pooled-options.ts';
import { Session } from './session.ts';
import { countSql } from './value-test-sql.ts';

/** Milliseconds after which the server gives up counting: who waits at a dialog waits no longer. */
const COUNT_TIMEOUT_MS = 60_000;

/** Postgres takes 1,664 expressions in one SELECT; a wide table has more questions, each read of the same snapshot. */
const COUNTS_OF_ONE_SELECT = 1_000;

/** The {@link LookAtSource} for Postgres. */
export const lookAtPostgres =
  (limits: ReadLimits): LookAtSource =>
  async (access, selection, options, signal) => {
    const session = await Session.open(access, signal);
    try {
      const read = await cancellable(session, signal, async () => {
        const pooled = throughPooler(session, options);
        const { result } = await inLockedSnapshot(
          session,
          async () => ({ select: (await findSelection(session, selection)).query }),
          async () => await planRead(session, access, selection, pooled, limits),
          signal,
        );
        return result;
      });
      return lookOf(session, read);
    } catch (error) {
      await session.cancel();
      throw error;
    }
  };

function lookOf(session: Session, { plan, typed, workers }: ReadPlan): SourceLook {
  return {
    plan,
    columns: typed,
    workers,
    count: (tests, signal) =>
      cancellable(session, signal, () => count(session, plan.query, typed.length, tests)),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

async function count(
  session: Session,
  select: string,
  width: number,
  tests: readonly ValueTest[],
): Promise<readonly number[]> {
  if (tests.length === 0) return [];
  await session.query(`SET LOCAL statement_timeout = ${COUNT_TIMEOUT_MS}`);
  const counts: number[] = [];
  for (let from = 0; from < tests.length; from += COUNTS_OF_ONE_SELECT) {
    const some = tests.slice(from, from + COUNTS_OF_ONE_SELECT);
    const { rows } = await session.queryText(countSql(select, width, some));
    counts.push(...(rows[0] ?? []).map(Number));
  }
  return counts;
}

import { AppError } from '../../contract/app-error.ts';
import type { Selection } from '../../contract/selection.ts';
import type { LookAtWatermark } from '../watermark/watermark-desk.ts';
import { cancellable } from './cancellable.ts';
import { explain } from './explain.ts';
import { inLockedSnapshot } from './locked-snapshot.ts';
import { readRunning } from './open-sessions.ts';
import { findSelection } from './plan-read.ts';
import { quoteIdentifier, quoteRelation } from './quote.ts';
import { narrowed, planWatermarkRead, type PlannedWatermark } from './read-watermark.ts';
import { Session } from './session.ts';
import { fromWhere } from './watermark-sql.ts';

/** Milliseconds after which the server gives up: who waits at a dialog waits no longer. */
const PATIENCE_MS = 20_000;

/** The {@link LookAtWatermark} for Postgres. Counts; reads no row. */
export const lookAtWatermark: LookAtWatermark = async (access, selection, asked, signal) => {
  await using session = await Session.open(access, signal);
  return await cancellable(session, signal, async () => {
    const { result: planned } = await inLockedSnapshot(
      session,
      async () => ({
        running: await readRunning(session),
        select: (await findSelection(session, selection)).query,
      }),
      async ({ running }) => await planWatermarkRead(session, selection, asked, running),
      signal,
    );
    const rows = fromRows(selection, planned);
    const plan = await explain(session, `SELECT 1 ${rows}`);
    const always = asked.count === 'always';
    const { facts } = planned;
    const { decision } = planned.plan;
    const nulls = facts.nullable ? [`${quoteIdentifier(asked.column)} IS NULL`] : ['false'];
    const counted = await count(session, {
      rows: always || isFoundByIndex(planned) ? rows : undefined,
      nulls: always || facts.indexed || !facts.nullable ? fromAll(selection, planned, nulls) : undefined,
    });
    return { facts, decision, ...counted, estimatedRows: plan?.['Plan Rows'], cost: plan?.['Total Cost'] };
  });
};

/** True where the server finds the rows without reading the whole table. */
function isFoundByIndex({ facts, plan: { decision } }: PlannedWatermark): boolean {
  const { condition } = decision;
  if (condition === 'nothing') return true;
  return facts.indexed && condition !== null && condition.lower !== null;
}

function fromAll(selection: Selection, { facts }: PlannedWatermark, conditions: readonly string[]): string {
  const where = 'query' in selection ? undefined : selection.where;
  return fromWhere(quoteRelation(facts.relation), where, conditions);
}

function fromRows(selection: Selection, planned: PlannedWatermark): string {
  const narrow = narrowed(selection, planned);
  const where = 'query' in narrow ? undefined : narrow.where;
  return fromWhere(quoteRelation(planned.facts.relation), where, []);
}

interface Counts {
  readonly rows: number | undefined;
  readonly nulls: number | undefined;
}

/** Last, because the transaction is over when the server gives up. */
async function count(
  session: Session,
  from: { readonly rows: string | undefined; readonly nulls: string | undefined },
): Promise<Counts> {
  await session.query(`SET LOCAL statement_timeout = ${PATIENCE_MS}`);
  const counts: { rows: number | undefined; nulls: number | undefined } = {
    rows: undefined,
    nulls: undefined,
  };
  try {
    for (const each of ['nulls', 'rows'] as const) {
      if (from[each] === undefined) continue;
      const [row] = await session.query<{ count: string }>(
        `SELECT pg_catalog.count(*)::pg_catalog.text AS count ${from[each]}`,
      );
      counts[each] = Number(row?.count ?? 0);
    }
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'SOURCE_QUERY_CANCELLED')) throw error;
  }
  return counts;
}

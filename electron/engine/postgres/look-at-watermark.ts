import { AppError } from '../../contract/app-error.ts';
import type { Selection } from '../../contract/selection.ts';
import type { LookAtWatermark } from '../watermark/watermark-desk.ts';
import type { WatermarkReading } from '../watermark/watermark-facts.ts';
import { cancellable } from './cancellable.ts';
import { readRunning } from './open-sessions.ts';
import { quoteRelation } from './quote.ts';
import { narrowed, readWatermark } from './read-watermark.ts';
import { Session } from './session.ts';
import { fromWhere } from './watermark-sql.ts';

/** Milliseconds after which the server gives up: who waits at a dialog waits no longer. */
const PATIENCE_MS = 20_000;

/** The {@link LookAtWatermark} for Postgres. Counts; reads no row. */
export const lookAtWatermark: LookAtWatermark = async (access, selection, asked, signal) => {
  await using session = await Session.open(access, signal);
  return await cancellable(session, signal, async () => {
    const running = await readRunning(session);
    await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const reading = await readWatermark(session, selection, asked, running);
    const rows = fromRows(selection, reading);
    const cost = await costOf(session, rows);
    return { reading, cost, rows: await count(session, rows) };
  });
};

function fromRows(selection: Selection, reading: WatermarkReading): string {
  const narrow = narrowed(selection, reading);
  const where = 'query' in narrow ? undefined : narrow.where;
  return fromWhere(quoteRelation(reading.facts.relation), where, []);
}

async function costOf(session: Session, rows: string): Promise<number | undefined> {
  const [row] = await session.query<{
    'QUERY PLAN': readonly [{ readonly Plan?: { readonly 'Total Cost'?: number } }];
  }>(`EXPLAIN (FORMAT JSON) SELECT 1 ${rows}`);
  return row?.['QUERY PLAN'][0].Plan?.['Total Cost'];
}

/** Last, because the transaction is over when the server gives up. */
async function count(session: Session, rows: string): Promise<number | undefined> {
  try {
    await session.query(`SET LOCAL statement_timeout = ${PATIENCE_MS}`);
    const [row] = await session.query<{ rows: string }>(`SELECT count(*)::text AS rows ${rows}`);
    return Number(row?.rows ?? 0);
  } catch (error) {
    if (error instanceof AppError && error.code === 'SOURCE_QUERY_CANCELLED') return undefined;
    throw error;
  }
}

/** The reading half of an incremental run, step by step, so that others can write between its steps. */
import type { Position } from '../../../electron/contract/watermark-state.ts';
import type { WatermarkSpec } from '../../../electron/contract/watermark-spec.ts';
import type { Selection } from '../../../electron/contract/selection.ts';
import type { ConnectionAccess } from '../../../electron/engine/ports.ts';
import { readRunning, type Running } from '../../../electron/engine/postgres/open-sessions.ts';
import { narrowed, readWatermark } from '../../../electron/engine/postgres/read-watermark.ts';
import { quoteRelation } from '../../../electron/engine/postgres/quote.ts';
import { Session } from '../../../electron/engine/postgres/session.ts';
import { nextPosition } from '../../../electron/engine/watermark/next-position.ts';
import type { WatermarkFacts, WatermarkReading } from '../../../electron/engine/watermark/watermark-facts.ts';
import { planWatermark } from '../../../electron/engine/watermark/watermark-plan.ts';

/** A version of a row. */
export interface RowVersion {
  readonly id: number;
  readonly version: number;
}

/** What a run has taken, and where the next one goes on. */
export interface Taken {
  readonly rows: readonly RowVersion[];
  readonly position: Position;
  readonly promise: string;
  readonly reasons: readonly string[];
}

export interface ReaderOptions {
  readonly access: ConnectionAccess;
  readonly table: string;
  readonly spec: WatermarkSpec;
  readonly position: Position | null;
  /** Real time to that of the watermarks: a second can stand for an hour. */
  readonly warp: (at: Date) => Date;
}

/** Does the next step with each value asked for; the last one is what was taken. */
export async function* readIncrement(options: ReaderOptions): AsyncGenerator<undefined, Taken> {
  const { access, table, spec, position } = options;
  const signal = AbortSignal.timeout(30_000);
  await using session = await Session.open(access, signal);
  const running = warped(await readRunning(session), options);
  yield;
  await session.begin('snapshot');
  // The snapshot is that of the first statement: others may write before the next one.
  await session.query('SELECT 1');
  yield;
  const selection = { table: { name: table } };
  const plan = (facts: WatermarkFacts) => planWatermark(spec, position, facts);
  const reading = await readWatermark(session, selection, { column: spec.column, position, plan }, running);
  yield;
  const rows = await readRows(session, reading, selection);
  yield;
  const reached = {
    runId: '20260101T000000Z-00000000',
    at: new Date(),
    watermark: reading.highest,
    seen: reading.seen,
    decision: reading.plan.decision,
  };
  const { promise, reasons } = reading.plan.decision;
  return { rows, promise, reasons, position: nextPosition(spec, position, reading.facts, reached) };
}

async function readRows(
  session: Session,
  reading: WatermarkReading,
  selection: Selection,
): Promise<readonly RowVersion[]> {
  const narrow = narrowed(selection, reading);
  const where = 'query' in narrow ? undefined : narrow.where;
  return await session.query<{ id: number; version: number }>(
    `SELECT id, version FROM ${quoteRelation(reading.facts.relation)} WHERE ${where ?? 'true'}`,
  );
}

function warped(running: Running, { warp }: ReaderOptions): Running {
  const { oldestStart } = running;
  return {
    ...running,
    at: warp(running.at),
    oldestStart: oldestStart.kind === 'known' ? { kind: 'known', at: warp(oldestStart.at) } : oldestStart,
  };
}

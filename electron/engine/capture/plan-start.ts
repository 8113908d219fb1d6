/** What a start of a capture would change at the source: found out as a start finds it out, and not done. */
import { AppError, toWireError } from '../../contract/app-error.ts';
import type { CapturePlan } from '../../contract/capture-calls.ts';
import type { CaptureSpec } from '../../contract/capture-spec.ts';
import type { ConnectionAccess } from '../ports.ts';
import type { CaptureFacts } from '../wal/wal-source.ts';
import type { CaptureHistory } from './capture-history.ts';
import type { CaptureSource, SlotFacts } from './capture-source.ts';
import type { JobSlot } from './job-slot.ts';
import { assertReady } from './preflight-refusal.ts';
import { publicationStep } from './publication-step.ts';
import { decideStart, type StartDecision } from './start-decision.ts';

export interface PlanDeps {
  readonly spec: CaptureSpec;
  readonly job: JobSlot;
  readonly source: CaptureSource;
  readonly access: ConnectionAccess;
  readonly captureFacts: (access: ConnectionAccess, signal: AbortSignal) => Promise<CaptureFacts>;
  readonly history: CaptureHistory;
  readonly resnapshot: boolean;
}

type Change = CapturePlan['changes'][number];

/** @throws AppError of the SOURCE_ and DEST_ families: what would be refused is an answer, and no error */
export async function planStart(
  deps: PlanDeps,
  signal: AbortSignal,
): Promise<Pick<CapturePlan, 'changes' | 'refused'>> {
  const { source, access, job, captureFacts, history, resnapshot } = deps;
  const { ref, ownSlot } = job;
  const facts = await source.facts(access, ref, signal);
  const checkpoint = await history.look(signal);
  try {
    assertReady(await captureFacts(access, signal), ref.slot);
    const decision = decideStart({ facts, slot: ref.slot, ownSlot, checkpoint, resnapshot });
    if (decision.tag === 'refuse') throw decision.error;
    const known = (checkpoint?.tables ?? []).map(({ table }) => table);
    const publishing = await publicationChange(deps, facts, known, signal);
    const reads = checkpoint?.tables.some(({ state }) => state === 'pending') ?? deps.spec.snapshot;
    return {
      changes: [...publishing, ...(await slotChanges(deps, decision, facts, reads, signal))],
      refused: null,
    };
  } catch (error) {
    if (!(error instanceof AppError) || !error.code.startsWith('SLOT_')) throw error;
    return { changes: [], refused: toWireError(error) };
  }
}

async function publicationChange(
  { spec, job, source, access }: PlanDeps,
  facts: SlotFacts,
  known: Parameters<typeof publicationStep>[4],
  signal: AbortSignal,
): Promise<Change[]> {
  const { ref, ownPublication } = job;
  const { change, tables } = publicationStep(spec, ref, ownPublication, facts, known);
  if (!change) return [];
  const publishing = { publication: ref.publication, tables, known };
  const statement = await source.publishStatement(access, publishing, signal);
  return statement === undefined ? [] : [{ by: 'sql', statement, temporary: false }];
}

async function slotChanges(
  { source, access, job }: PlanDeps,
  { tag }: StartDecision,
  facts: SlotFacts,
  reads: boolean,
  signal: AbortSignal,
): Promise<Change[]> {
  const { create, drop, snapshot } = await source.slotCommands(access, job.ref.slot, signal);
  const change = (statement: string, temporary = false): Change => ({
    by: 'replication',
    statement,
    temporary,
  });
  if (tag === 'create') return [change(create)];
  if (tag === 'renew') return [...(facts.slot === undefined ? [] : [change(drop)]), change(create)];
  return reads ? [change(snapshot, true)] : [];
}

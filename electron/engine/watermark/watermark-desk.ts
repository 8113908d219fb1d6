/** Answers what users ask about incremental jobs: how far they are, what is new, and please begin again. */
import { AppError } from '../../contract/app-error.ts';
import type { ParsedInput } from '../../contract/calls.ts';
import type { ExtractSpec } from '../../contract/extract-spec.ts';
import type { Selection } from '../../contract/selection.ts';
import type { JobStateAnswer, WatermarkLook } from '../../contract/watermark-look.ts';
import type { WatermarkState } from '../../contract/watermark-state.ts';
import type { CallHandlers } from '../call-handlers.ts';
import { manifestKey } from '../extract/manifest-key.ts';
import type { ConnectionAccess, ObjectSink } from '../ports.ts';
import { identityOf, positionOf } from './incremental-run.ts';
import { JobLedger, type Claimant } from './job-ledger.ts';
import { reset, rewound } from './state-moves.ts';
import type { ReadDecision, WatermarkAsked, WatermarkFacts } from './watermark-facts.ts';
import { planWatermark } from './watermark-plan.ts';

/** What a source finds out for somebody who looks before a run. */
export interface WatermarkCount {
  readonly facts: WatermarkFacts;
  readonly decision: ReadDecision;
  /** Rows of the selection without a watermark; undefined where they were not counted. */
  readonly nulls: number | undefined;
  /** Undefined where they were not counted, or counting took too long. */
  readonly rows: number | undefined;
  readonly estimatedRows: number | undefined;
  readonly cost: number | undefined;
}

/** Asks a source what is new, in a transaction that ends with the answer. @throws AppError of the SOURCE_ family */
export type LookAtWatermark = (
  access: ConnectionAccess,
  selection: Selection,
  asked: WatermarkAsked & { readonly count: 'always' | 'cheap' },
  signal: AbortSignal,
) => Promise<WatermarkCount>;

export interface WatermarkDeskDeps {
  readonly sourceAccess: (spec: ExtractSpec) => Promise<ConnectionAccess>;
  readonly openSink: (spec: ExtractSpec) => Promise<ObjectSink>;
  readonly look: LookAtWatermark;
  readonly claimant: Claimant;
  /** Told of each state that was seen or made. */
  readonly onState: (job: string, state: WatermarkState | null) => void;
}

/** The calls about the state of jobs. */
export function watermarkCalls(
  deps: WatermarkDeskDeps,
): Pick<CallHandlers, 'watermark.get' | 'watermark.look' | 'watermark.reset' | 'watermark.rewind'> {
  const { claimant } = deps;
  const told = (job: string, answer: JobStateAnswer) => {
    deps.onState(job, answer.state);
    return answer;
  };
  const by = `process ${claimant.self.pid} on ${claimant.self.host}`;
  return {
    'watermark.get': async ({ spec }, { signal }) => {
      await using sink = await deps.openSink(spec);
      const ledger = new JobLedger(jobOf(spec), sink);
      return told(jobOf(spec), { uri: ledger.uri, state: (await ledger.look(signal)) ?? null });
    },
    'watermark.look': async (input, { signal }) => {
      await using sink = await deps.openSink(input.spec);
      return await lookAt(input, sink, deps, signal);
    },
    'watermark.reset': async ({ spec }, { signal }) => {
      await using sink = await deps.openSink(spec);
      const ledger = new JobLedger(jobOf(spec), sink);
      const now = claimant.clock.now();
      const state = await ledger.edit((before) => reset(before, by, now), claimant, signal);
      return told(jobOf(spec), { uri: ledger.uri, state });
    },
    'watermark.rewind': async ({ spec, runId }, { signal }) => {
      await using sink = await deps.openSink(spec);
      const job = jobOf(spec);
      const ledger = new JobLedger(job, sink);
      // The manifest has what the trace leaves out: the transactions that the run had seen.
      const manifest = await sink.findManifest(manifestKey(sink.prefix, runId), signal);
      const position = manifest?.incremental?.job === job ? positionOf(manifest) : undefined;
      if (position === undefined) {
        throw new AppError('STORE_RUN_NOT_FOUND', `The job "${job}" has no run ${runId} to go back to.`, {
          details: { runId },
        });
      }
      const now = claimant.clock.now();
      const state = await ledger.edit((before) => rewound(before, position, by, now), claimant, signal);
      return told(job, { uri: ledger.uri, state });
    },
  };
}

async function lookAt(
  { spec, count }: ParsedInput<'watermark.look'>,
  sink: ObjectSink,
  deps: WatermarkDeskDeps,
  signal: AbortSignal,
): Promise<WatermarkLook> {
  const job = jobOf(spec);
  const { watermark } = identityOf(spec);
  const position = (await new JobLedger(job, sink).look(signal))?.position ?? null;
  const asked = {
    column: watermark.column,
    position,
    count,
    plan: (facts: WatermarkFacts) => planWatermark(watermark, position, facts),
  };
  const access = await deps.sourceAccess(spec);
  const { facts, decision, rows, nulls, estimatedRows, cost } = await deps.look(
    access,
    spec.selection,
    asked,
    signal,
  );
  const { pass, promise, reasons, assumes, warnings } = decision;
  return {
    job,
    pass,
    promise,
    reasons: [...reasons],
    assumes: [...assumes],
    warnings: [...warnings],
    from: position?.watermark ?? null,
    fromAt: position?.at ?? null,
    rows: rows ?? null,
    estimatedRows: estimatedRows ?? null,
    nulls: nulls ?? null,
    indexed: facts.indexed,
    cost: cost ?? null,
    sessions: facts.sessions.map(({ pid, application, user, startedAt, writes }) => ({
      pid,
      application,
      user,
      ageMs: Math.max(0, facts.at.getTime() - startedAt.getTime()),
      writes,
    })),
  };
}

/** @throws AppError `CONFIG_INVALID_INPUT` for a job that is not incremental */
function jobOf(spec: ExtractSpec): string {
  if (spec.mode === 'incremental') return identityOf(spec).job;
  throw new AppError('CONFIG_INVALID_INPUT', 'mode: must be "incremental": a full job has no state', {
    details: { field: 'mode' },
  });
}

/** What can happen to the state of a job, as pure functions from one state to the next. */
import type { Manifest } from '../../contract/manifest.ts';
import type { WatermarkSpec } from '../../contract/watermark-spec.ts';
import {
  TRACE_MAX,
  type Claim,
  type IncrementalProof,
  type Trace,
  type WatermarkState,
} from '../../contract/watermark-state.ts';

/** A state without its write id, which every write gives anew. */
export type JobFacts = Omit<WatermarkState, 'writeId'>;

/** The job as its spec has it now. */
export interface JobIdentity {
  readonly job: string;
  readonly watermark: WatermarkSpec;
  readonly where: string | null;
}

/** The state of a job that has never run. */
export function newState({ job, watermark, where }: JobIdentity): JobFacts {
  return {
    version: 1,
    job,
    relation: null,
    watermark,
    where,
    fenced: true,
    claim: null,
    position: null,
    trace: [],
  };
}

/** Somebody begins to work on the job, as its spec is now. */
export function claimed(state: JobFacts, identity: JobIdentity, claim: Claim): JobFacts {
  return { ...state, watermark: identity.watermark, where: identity.where, claim };
}

/** A run has ended as its manifest says; the next one goes on from there. */
export function settled(
  state: JobFacts,
  manifest: Pick<Manifest, 'runId' | 'finishedAt' | 'rows'>,
  proof: IncrementalProof,
  relation: WatermarkState['relation'],
): JobFacts {
  const { pass, from, to, promise } = proof;
  const run: Trace = {
    kind: 'run',
    at: manifest.finishedAt,
    runId: manifest.runId,
    pass,
    from,
    to,
    rows: manifest.rows,
    promise,
  };
  return traced({ ...state, relation, claim: null, position: proof.position ?? state.position }, run);
}

/** A claim that nobody stands behind any more is taken off. */
export function dropped(state: JobFacts, by: string, at: Date): JobFacts {
  if (state.claim === null) return state;
  return traced(
    { ...state, claim: null },
    { kind: 'takeover', at: at.toISOString(), by, runId: state.claim.runId, outcome: 'dropped' },
  );
}

/** The next run begins again with all rows. */
export function reset(state: JobFacts, by: string, at: Date): JobFacts {
  return traced({ ...state, position: null }, { kind: 'reset', at: at.toISOString(), by });
}

/** The next run goes on from where an earlier one had ended. */
export function rewound(
  state: JobFacts,
  position: NonNullable<WatermarkState['position']>,
  by: string,
  at: Date,
): JobFacts {
  return traced(
    { ...state, position },
    { kind: 'rewind', at: at.toISOString(), by, toRunId: position.runId },
  );
}

/** True where the run's rows count: the next run does not take them again. */
export function hasSettled(state: JobFacts, runId: string): boolean {
  return state.trace.some((entry) => entry.kind === 'run' && entry.runId === runId);
}

/** Adds to the trace, and lets the oldest entries go. */
export function traced(state: JobFacts, entry: Trace): JobFacts {
  return { ...state, trace: [...state.trace, entry].slice(-TRACE_MAX) };
}

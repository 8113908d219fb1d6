/** The steps of a run as a screen shows them. */
import { RUN_PHASES, type Run, type RunPhase } from '../../../electron/contract/run.ts';

export type StageState = 'waiting' | 'active' | 'done' | 'failed' | 'cancelled';

export interface Stage {
  readonly phase: RunPhase;
  readonly state: StageState;
}

/** Where a run has got to: the phase of the state, or of the last progress for one that has ended. */
export function phaseOf(run: Run): RunPhase | undefined {
  return run.state.tag === 'running' ? run.state.phase : run.progress?.phase;
}

export function stagesOf(run: Run): readonly Stage[] {
  const reached = phaseOf(run);
  const at = reached === undefined ? -1 : RUN_PHASES.indexOf(reached);
  return RUN_PHASES.map((phase, index) => ({ phase, state: stageState(run, index, at) }));
}

function stageState({ state }: Run, index: number, at: number): StageState {
  switch (state.tag) {
    case 'queued':
      return 'waiting';
    case 'succeeded':
      return 'done';
    case 'running':
    case 'cancelling':
      return index < at ? 'done' : index === at ? 'active' : 'waiting';
    case 'failed':
    case 'cancelled':
      // Without any progress it ended in the first step.
      return index < at ? 'done' : index === Math.max(0, at) ? state.tag : 'waiting';
  }
}

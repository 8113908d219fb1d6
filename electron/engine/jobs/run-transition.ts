/** The states of a run and the moves between them. Pure: an illegal move is a bug, and throws one. */
import type { WireError } from '../../contract/app-error.ts';
import type { FailedState, Resumable, RunPhase, RunState, SucceededState } from '../../contract/run.ts';

/** What can happen to a run. */
export type RunMove =
  | { readonly tag: 'enter'; readonly phase: RunPhase }
  | { readonly tag: 'pause' }
  | { readonly tag: 'continue' }
  | { readonly tag: 'cancel' }
  | { readonly tag: 'succeed'; readonly result: Omit<SucceededState, 'tag'> }
  | {
      readonly tag: 'fail';
      readonly at: string;
      readonly error: WireError;
      readonly resumable?: Resumable | undefined;
    }
  | { readonly tag: 'resume' }
  | { readonly tag: 'discard' }
  | { readonly tag: 'end-cancelled'; readonly at: string };

/** The state after a move. @throws TypeError for a move that the state does not allow */
export function transition(state: RunState, move: RunMove): RunState {
  switch (state.tag) {
    case 'failed':
      return fromFailed(state, move);
    case 'succeeded':
    case 'cancelled':
      throw illegal(state, move);
    case 'queued':
    case 'running':
    case 'cancelling':
      return fromActive(state, move);
  }
}

/** Only what was kept can be gone on with, or be thrown away. */
function fromFailed(state: FailedState, move: RunMove): RunState {
  if (state.resumable === undefined) throw illegal(state, move);
  if (move.tag === 'resume') return { tag: 'queued' };
  if (move.tag !== 'discard') throw illegal(state, move);
  const { resumable: _, ...rest } = state;
  return rest;
}

type ActiveState = Extract<RunState, { tag: 'queued' | 'running' | 'cancelling' }>;

function fromActive(state: ActiveState, move: RunMove): RunState {
  switch (move.tag) {
    case 'enter':
      // A phase that begins while the run is being cancelled changes nothing: it is about to break off.
      return state.tag === 'cancelling' ? state : { ...paused(state), tag: 'running', phase: move.phase };
    case 'pause':
      if (state.tag === 'queued') throw illegal(state, move);
      return state.tag === 'cancelling' ? state : { ...state, paused: true };
    case 'continue':
      if (state.tag === 'queued') throw illegal(state, move);
      return state.tag === 'cancelling' ? state : { tag: 'running', phase: state.phase };
    case 'cancel':
      return { tag: 'cancelling' };
    case 'succeed':
      // The manifest was there before the cancel was: what is complete is not called anything else.
      if (state.tag === 'queued') throw illegal(state, move);
      return { tag: 'succeeded', ...move.result };
    case 'fail':
      return {
        tag: 'failed',
        finishedAt: move.at,
        error: move.error,
        ...(move.resumable === undefined ? {} : { resumable: move.resumable }),
      };
    case 'resume':
    case 'discard':
      throw illegal(state, move);
    case 'end-cancelled':
      return { tag: 'cancelled', finishedAt: move.at };
  }
}

/** A run that is paused stays so when the next phase begins. */
function paused(state: ActiveState): { paused?: true } {
  return state.tag === 'running' && state.paused === true ? { paused: true } : {};
}

function illegal(state: RunState, move: RunMove): TypeError {
  return new TypeError(`a run that is ${state.tag} cannot ${move.tag}`);
}

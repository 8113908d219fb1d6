import type { Run, RunState } from '../contract/run.ts';

/** What people call a run: the name of its job, or where it reads and writes. */
export function runTitle({ spec, sourceLabel, destinationLabel }: Run): string {
  return spec.name ?? `${sourceLabel} → ${destinationLabel}`;
}

/** How a run that goes on is, in a word or two. */
export function runStateWords(state: RunState): string {
  if (state.tag !== 'running') return state.tag === 'queued' ? 'waiting' : state.tag;
  if (state.paused === true) return 'paused';
  return { connect: 'connecting', plan: 'planning', transfer: 'reading', finalize: 'finishing' }[state.phase];
}

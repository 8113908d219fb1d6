import type { ParsedInput } from '../../contract/calls.ts';
import { isActive, type Run } from '../../contract/run.ts';

/** The runs that a filter of the history lets through, in the order they came. */
export function findRuns(runs: readonly Run[], filter: ParsedInput<'runs.list'>): Run[] {
  const text = filter.text?.trim().toLowerCase() ?? '';
  return runs
    .filter((run) => filter.state === undefined || matchesState(run, filter.state))
    .filter((run) => filter.job === undefined || run.spec.name === filter.job)
    .filter((run) => text === '' || searchable(run).includes(text))
    .slice(0, filter.limit);
}

function matchesState({ state }: Run, wanted: NonNullable<ParsedInput<'runs.list'>['state']>): boolean {
  return wanted === 'active' ? isActive(state) : state.tag === wanted;
}

function searchable({ id, sourceLabel, destinationLabel, spec }: Run): string {
  return [id, sourceLabel, destinationLabel, spec.name ?? ''].join('\n').toLowerCase();
}

/** All runs that the window has heard of, with their speed; fed by lists and by the engine's events. */
import type { EngineEvent } from '../../electron/contract/events.ts';
import { isActive, type Run } from '../../electron/contract/run.ts';
import type { Client } from '../client/client.ts';
import { whenConnected } from '../client/when-connected.ts';
import { addSample, sampleOf, type Sample } from './run-speed.ts';
import { createStore, type ReadonlyStore } from './store.ts';

export interface RunsState {
  readonly runs: ReadonlyMap<string, Run>;
  /** The last progress reports of active runs. */
  readonly samples: ReadonlyMap<string, readonly Sample[]>;
}

export interface RunsStore extends ReadonlyStore<RunsState> {
  /** Takes over what a call has given. */
  put(runs: readonly Run[]): void;
}

const EMPTY: RunsState = { runs: new Map(), samples: new Map() };

export function createRunsStore(client: Client): RunsStore {
  const store = createStore(EMPTY);
  client.onEvent((event) => store.set(afterEvent(store.get(), event)));
  const put = (runs: readonly Run[]) => store.set(withRuns(store.get(), runs));
  const load = async () => {
    try {
      put((await client.call('runs.list', { state: 'active' })).runs);
    } catch {
      // The history screen asks by itself and shows why it could not; here only the badge goes without.
    }
  };
  whenConnected(client, () => void load());
  return { get: store.get, subscribe: store.subscribe, put };
}

/** What an event makes of the state; the same object where it changes nothing. */
export function afterEvent(state: RunsState, event: EngineEvent): RunsState {
  if (event.type === 'run') return withChanged(state, event.run);
  if (event.type !== 'progress') return state;
  const run = state.runs.get(event.runId);
  // A progress report can arrive after the end, because the hub keeps the latest one back.
  if (run === undefined || !isActive(run.state)) return state;
  const runs = new Map(state.runs).set(run.id, { ...run, progress: event.progress });
  const samples = new Map(state.samples);
  samples.set(run.id, addSample(samples.get(run.id) ?? [], sampleOf(event.progress)));
  return { runs, samples };
}

/** Events come in the order of what happened, so a run that had ended and is active again has been resumed. */
function withChanged(state: RunsState, run: Run): RunsState {
  const known = state.runs.get(run.id);
  if (known === undefined || isActive(known.state) || !isActive(run.state)) return withRuns(state, [run]);
  return { ...state, runs: new Map(state.runs).set(run.id, run) };
}

/** Adds or replaces runs; the samples of those that have ended are dropped. */
export function withRuns(state: RunsState, added: readonly Run[]): RunsState {
  if (added.length === 0) return state;
  const runs = new Map(state.runs);
  const samples = new Map(state.samples);
  for (const run of added) {
    const known = runs.get(run.id);
    // A list that was asked for earlier must not bring an ended run back to life.
    if (known !== undefined && !isActive(known.state) && isActive(run.state)) continue;
    runs.set(run.id, { ...run, progress: laterProgress(known, run) });
    if (!isActive(run.state)) samples.delete(run.id);
  }
  return { runs, samples };
}

function laterProgress(known: Run | undefined, run: Run): Run['progress'] {
  const before = known?.progress ?? null;
  if (before === null || run.progress === null) return run.progress ?? before;
  return before.elapsedMs > run.progress.elapsedMs ? before : run.progress;
}

/** Runs that can still change, newest first. */
export function activeRuns(state: RunsState): readonly Run[] {
  return [...state.runs.values()].filter((run) => isActive(run.state)).sort(newestFirst);
}

/** Ids begin with the time of the start, so they sort like it. */
export function newestFirst(a: Run, b: Run): number {
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0;
}

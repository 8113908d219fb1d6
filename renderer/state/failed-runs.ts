/** Runs that failed while nobody looked: the mark on the window's title and in the sidebar. */
import type { EngineEvent } from '../../electron/contract/events.ts';
import { needsAttention } from '../../electron/contract/run.ts';
import type { Client } from '../client/client.ts';
import type { Route } from './route.ts';
import { createStore, type ReadonlyStore } from './store.ts';

export interface FailedRunsStore extends ReadonlyStore<ReadonlySet<string>> {
  /** What is on the screen has been seen. */
  noteSeen(route: Route): void;
}

export function createFailedRunsStore(client: Client): FailedRunsStore {
  const store = createStore<ReadonlySet<string>>(new Set());
  client.onEvent((event) => store.set(afterEvent(store.get(), event)));
  return {
    get: store.get,
    subscribe: store.subscribe,
    noteSeen: (route) => store.set(afterLook(store.get(), route)),
  };
}

/** A run has ended, or goes on again. */
export function afterEvent(unseen: ReadonlySet<string>, event: EngineEvent): ReadonlySet<string> {
  if (event.type !== 'run') return unseen;
  const { id, state } = event.run;
  if (needsAttention(state)) return unseen.has(id) ? unseen : new Set([...unseen, id]);
  return without(unseen, id);
}

/** The list of runs shows all of them, the page of a run itself. */
export function afterLook(unseen: ReadonlySet<string>, route: Route): ReadonlySet<string> {
  if (unseen.size === 0) return unseen;
  if (route.screen === 'runs') return new Set();
  return route.screen === 'run' ? without(unseen, route.runId) : unseen;
}

/** `(2) Runs – Sluice`: what a tab in the background, or a window in the task bar, can show. */
export function markedTitle(title: string, failed: number): string {
  return failed === 0 ? title : `(${failed}) ${title}`;
}

function without(set: ReadonlySet<string>, id: string): ReadonlySet<string> {
  return set.has(id) ? new Set([...set].filter((each) => each !== id)) : set;
}

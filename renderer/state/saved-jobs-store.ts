/** The saved jobs, kept up to date by the engine's events. */
import type { CallOutput } from '../../electron/contract/calls.ts';
import type { Client } from '../client/client.ts';
import { whenConnected } from '../client/when-connected.ts';
import { appErrorOf } from './app-error-of.ts';
import { LOADING, type Loadable } from './loadable.ts';
import { createStore, type ReadonlyStore } from './store.ts';

export type SavedJobs = CallOutput<'savedJobs.list'>;

export interface SavedJobsStore extends ReadonlyStore<Loadable<SavedJobs>> {
  /** Asks again; screens call it after a change of their own, so that they need not wait for the event. */
  reload(): Promise<void>;
}

export function createSavedJobsStore(client: Client): SavedJobsStore {
  const store = createStore<Loadable<SavedJobs>>(LOADING);
  let latest = 0;
  const reload = async () => {
    latest += 1;
    const asked = latest;
    try {
      const value = await client.call('savedJobs.list', {});
      // Two reloads can overtake each other; only the newest may speak.
      if (asked === latest) store.set({ status: 'ready', value });
    } catch (error) {
      if (asked === latest && store.get().status !== 'ready')
        store.set({ status: 'failed', error: appErrorOf(error) });
    }
  };
  client.onEvent((event) => {
    if (event.type === 'savedJobs') void reload();
  });
  whenConnected(client, () => void reload());
  return { get: store.get, subscribe: store.subscribe, reload };
}

/** The saved connections and destinations, kept up to date by the engine's events. */
import type { ConnectionProfile } from '../../electron/contract/connection-profile.ts';
import type { DestinationProfile } from '../../electron/contract/destination-profile.ts';
import type { Client } from '../client/client.ts';
import { whenConnected } from '../client/when-connected.ts';
import { appErrorOf } from './app-error-of.ts';
import { LOADING, type Loadable } from './loadable.ts';
import { createStore, type ReadonlyStore } from './store.ts';

export interface Profiles {
  readonly connections: readonly ConnectionProfile[];
  readonly destinations: readonly DestinationProfile[];
}

export interface ProfilesStore extends ReadonlyStore<Loadable<Profiles>> {
  /** Asks again; screens call it after a change of their own, so that they need not wait for the event. */
  reload(): Promise<void>;
  /** Goes up when a form of this window has saved a profile: what was read with the old settings is read again. */
  readonly saved: ReadonlyStore<number>;
  noteSaved(): void;
}

export function createProfilesStore(client: Client): ProfilesStore {
  const store = createStore<Loadable<Profiles>>(LOADING);
  let latest = 0;
  const reload = async () => {
    latest += 1;
    const asked = latest;
    try {
      const value = await client.call('profiles.list', {});
      // Two reloads can overtake each other; only the newest may speak.
      if (asked === latest) store.set({ status: 'ready', value });
    } catch (error) {
      if (asked === latest && store.get().status !== 'ready') {
        store.set({ status: 'failed', error: appErrorOf(error) });
      }
    }
  };
  client.onEvent((event) => {
    if (event.type === 'profiles') void reload();
  });
  whenConnected(client, () => void reload());
  const saved = createStore(0);
  return {
    get: store.get,
    subscribe: store.subscribe,
    reload,
    saved,
    noteSaved: () => saved.set(saved.get() + 1),
  };
}

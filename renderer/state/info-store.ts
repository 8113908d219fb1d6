import type { Client } from '../client/client.ts';
import { whenConnected } from '../client/when-connected.ts';
import type { AppInfo } from './app-context.ts';
import { createStore, type ReadonlyStore } from './store.ts';

/** Version, platform and how secrets are kept; asked for at every (re)connection, because another one may answer. */
export function createInfoStore(client: Client): ReadonlyStore<AppInfo | undefined> {
  const store = createStore<AppInfo | undefined>(undefined);
  const load = async () => {
    try {
      store.set(await client.call('app.info', {}));
    } catch {
      // The banner about the lost link is shown already.
    }
  };
  whenConnected(client, () => void load());
  return store;
}

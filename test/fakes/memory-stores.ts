/** Stores without a disk, for tests of what stands on them. */
import { AppError } from '../../electron/contract/app-error.ts';
import type { SecretStore } from '../../electron/engine/ports.ts';
import {
  NO_PROFILES,
  type ProfileLists,
  type ProfileStore,
} from '../../electron/engine/profiles/profile-store.ts';

/** Profiles in memory; `changeByOther` is what another process does. */
export function memoryProfiles() {
  let lists: ProfileLists = NO_PROFILES;
  const listeners = new Set<() => void>();
  const store: ProfileStore = {
    read: () => lists,
    update: async (change) => {
      lists = change(lists);
      return Promise.resolve();
    },
    watch: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  return {
    ...store,
    listeners,
    changeByOther(change: (lists: ProfileLists) => ProfileLists) {
      lists = change(lists);
      for (const listener of listeners) listener();
    },
  };
}

/** Secrets in memory; `unreadable` names those of another keychain. */
export function memorySecrets() {
  const entries = new Map<string, string>();
  const unreadable = new Set<string>();
  const store: SecretStore = {
    kind: 'keyFile',
    get: (ref) =>
      unreadable.has(ref)
        ? Promise.reject(
            new AppError('STORE_SECRET_UNREADABLE', 'The saved secret belongs to another keychain'),
          )
        : Promise.resolve(entries.get(ref)),
    set: (ref, secret) => {
      entries.set(ref, secret);
      return Promise.resolve();
    },
    delete: (ref) => {
      entries.delete(ref);
      return Promise.resolve();
    },
  };
  return { ...store, entries, unreadable };
}

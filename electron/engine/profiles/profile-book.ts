/** All profiles with their secrets: the handlers of the profile calls, and the accesses that runs and tests need. */
import type {
  ConnectionDraft,
  ConnectionProfile,
  ConnectionSettings,
} from '../../contract/connection-profile.ts';
import type { DestinationDraft, DestinationProfile } from '../../contract/destination-profile.ts';
import type { CallHandlers } from '../call-handlers.ts';
import type { ConnectionAccess, DestinationAccess, SecretStore } from '../ports.ts';
import { nameKey } from './profile-name.ts';
import { exportText } from './import/export-file.ts';
import { importProfiles } from './profile-import.ts';
import { createProfileCollection, type CollectionDeps } from './profile-collection.ts';
import { CONNECTIONS, DESTINATIONS, publicConnection, publicDestination } from './profile-kinds.ts';
import type { ProfileStore } from './profile-store.ts';

/** The calls that the book answers; `engine.ts` spreads them into its table. */
export type ProfileCalls = Pick<
  CallHandlers,
  | 'profiles.list'
  | 'profiles.import'
  | 'profiles.export'
  | 'connections.save'
  | 'connections.duplicate'
  | 'connections.remove'
  | 'connections.restore'
  | 'destinations.save'
  | 'destinations.duplicate'
  | 'destinations.remove'
  | 'destinations.restore'
>;

export interface ProfileBookDeps {
  readonly store: ProfileStore;
  readonly secrets: SecretStore;
  readonly now: () => Date;
}

/** Everything here throws AppError: `CONFIG_PROFILE_NOT_FOUND`, `CONFIG_SECRET_MISSING` or of the STORE_ family. */
export interface ProfileBook {
  readonly calls: ProfileCalls;
  /** The settings and the password of a saved connection. */
  accessOfConnection(id: string): Promise<ConnectionAccess>;
  connectionByName(name: string): ConnectionProfile;
  /** Undefined where no saved connection has this id. */
  nameOfConnection(id: string): string | undefined;
  /** The settings of a saved connection, without an error where there is none. */
  placeOf(wanted: { readonly id: string } | { readonly name: string }): ConnectionSettings | undefined;
  /** What a test tries: the settings of the form, and the saved password where the form leaves it unchanged. */
  accessOfDraft(draft: ConnectionDraft): Promise<ConnectionAccess>;
  /** The settings and the secret key of a saved destination. */
  accessOfDestination(id: string): Promise<DestinationAccess>;
  destinationByName(name: string): DestinationProfile;
  accessOfDestinationDraft(draft: DestinationDraft): Promise<DestinationAccess>;
  /** Calls the listener after every change, by this process or by another. Returns a function that ends it. */
  onChange(listener: () => void): () => void;
  /**
   * Forgets the profiles that were removed, and their secrets. For the start of an app with a window: a command line
   * that ran meanwhile must not take the undo away from it.
   */
  purgeRemoved(): Promise<void>;
}

/** The profiles in `store`, with their secrets in `secrets`. */
export function createProfileBook(deps: ProfileBookDeps): ProfileBook {
  const listeners = new Set<() => void>();
  const announce = () => {
    for (const listener of listeners) listener();
  };
  let stopWatching: (() => void) | undefined;

  const collectionDeps: CollectionDeps = { ...deps, onChanged: announce };
  const connections = createProfileCollection(CONNECTIONS, collectionDeps);
  const destinations = createProfileCollection(DESTINATIONS, collectionDeps);

  const calls: ProfileCalls = {
    'profiles.list': async () => ({
      connections: connections.list().map(publicConnection),
      destinations: destinations.list().map(publicDestination),
    }),
    'profiles.import': async ({ text, name }) => importProfiles({ connections, destinations }, text, name),
    'profiles.export': async () => ({ text: exportText(connections.list(), destinations.list()) }),

    'connections.save': async (draft) => publicConnection(await connections.save(draft)),
    'connections.duplicate': async ({ id }) => publicConnection(await connections.duplicate(id)),
    'connections.remove': async ({ id }) => {
      await connections.remove(id);
      return {};
    },
    'connections.restore': async ({ id }) => publicConnection(await connections.restore(id)),

    'destinations.save': async (draft) => publicDestination(await destinations.save(draft)),
    'destinations.duplicate': async ({ id }) => publicDestination(await destinations.duplicate(id)),
    'destinations.remove': async ({ id }) => {
      await destinations.remove(id);
      return {};
    },
    'destinations.restore': async ({ id }) => publicDestination(await destinations.restore(id)),
  };

  return {
    calls,
    accessOfConnection: async (id) => {
      const stored = connections.byId(id);
      return { settings: stored.settings, password: await connections.secret(stored) };
    },
    connectionByName: (name) => publicConnection(connections.byName(name)),
    nameOfConnection: (id) => connections.list().find((stored) => stored.id === id)?.name,
    placeOf: (wanted) =>
      connections
        .list()
        .find((stored) =>
          'id' in wanted ? stored.id === wanted.id : nameKey(stored.name) === nameKey(wanted.name),
        )?.settings,
    accessOfDraft: async (draft) => ({
      settings: draft.settings,
      password: await connections.draftSecret(draft),
    }),
    accessOfDestination: async (id) => {
      const stored = destinations.byId(id);
      return { kind: 's3', settings: stored.settings, secretKey: await destinations.secret(stored) };
    },
    destinationByName: (name) => publicDestination(destinations.byName(name)),
    accessOfDestinationDraft: async (draft) => ({
      kind: 's3',
      settings: draft.settings,
      secretKey: await destinations.draftSecret(draft),
    }),
    onChange: (listener) => {
      // A wrapper of its own, so that one function can listen twice and stop once.
      const own = () => listener();
      listeners.add(own);
      stopWatching ??= deps.store.watch(announce);
      return () => {
        listeners.delete(own);
        if (listeners.size > 0) return;
        stopWatching?.();
        stopWatching = undefined;
      };
    },
    purgeRemoved: async () => {
      const { connections: savedConnections, destinations: savedDestinations } = deps.store.read();
      const refs = [
        ...savedConnections.filter(isRemoved).map(({ id }) => connections.secretRef(id)),
        ...savedDestinations.filter(isRemoved).map(({ id }) => destinations.secretRef(id)),
      ];
      if (refs.length === 0) return;
      // Secrets first: after a crash in between, the next start finds the profiles and does it again.
      for (const ref of refs) await deps.secrets.delete(ref);
      await deps.store.update((lists) => ({
        connections: lists.connections.filter((profile) => !isRemoved(profile)),
        destinations: lists.destinations.filter((profile) => !isRemoved(profile)),
      }));
    },
  };
}

function isRemoved(profile: { readonly removedAt?: string | undefined }): boolean {
  return profile.removedAt !== undefined;
}

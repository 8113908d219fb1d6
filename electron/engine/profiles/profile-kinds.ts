/** The two kinds of profile, as {@link ProfileKind} describes them. */
import type { ConnectionDraft, ConnectionProfile } from '../../contract/connection-profile.ts';
import type { DestinationDraft, DestinationProfile } from '../../contract/destination-profile.ts';
import type { ProfileKind } from './profile-collection.ts';
import type { StoredConnection, StoredDestination } from './profile-store.ts';

export const CONNECTIONS: ProfileKind<StoredConnection, ConnectionDraft> = {
  noun: 'connection',
  secretNoun: 'password',
  listOf: (lists) => lists.connections,
  withList: (lists, connections) => ({ ...lists, connections }),
  idOf: (draft) => draft.id,
  nameOf: (draft) => draft.name,
  secretOf: (draft) => draft.password,
  hasSecret: (stored) => stored.hasPassword,
  build: ({ name, colour, readOnly, settings }, id, hasPassword) => ({
    id,
    name,
    colour,
    readOnly,
    settings,
    hasPassword,
  }),
};

export const DESTINATIONS: ProfileKind<StoredDestination, DestinationDraft> = {
  noun: 'destination',
  secretNoun: 'secret key',
  listOf: (lists) => lists.destinations,
  withList: (lists, destinations) => ({ ...lists, destinations }),
  idOf: (draft) => draft.id,
  nameOf: (draft) => draft.name,
  // Only an access key has a secret key beside it; one that stays behind would be a secret that nobody sees.
  secretOf: (draft) => (draft.settings.credentials.kind === 'keys' ? draft.secretKey : { kind: 'clear' }),
  hasSecret: (stored) => stored.hasSecretKey,
  build: ({ name, settings }, id, hasSecretKey) => ({ id, name, settings, hasSecretKey }),
};

/** What callers may see of a stored connection. */
export function publicConnection({ removedAt: _removedAt, ...profile }: StoredConnection): ConnectionProfile {
  return profile;
}

/** What callers may see of a stored destination. */
export function publicDestination({
  removedAt: _removedAt,
  ...profile
}: StoredDestination): DestinationProfile {
  return profile;
}

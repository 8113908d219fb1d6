import type { CallOutput } from '../../contract/calls.ts';
import type { ConnectionDraft, ConnectionProfile } from '../../contract/connection-profile.ts';
import type { DestinationDraft, DestinationProfile } from '../../contract/destination-profile.ts';
import type { SecretInput } from '../../contract/fields.ts';
import { importText } from './import/import-text.ts';
import type { ProfileCollection } from './profile-collection.ts';
import { publicConnection, publicDestination } from './profile-kinds.ts';
import { freeName, nameKey } from './profile-name.ts';
import type { StoredConnection, StoredDestination } from './profile-store.ts';

interface Collections {
  readonly connections: ProfileCollection<StoredConnection, ConnectionDraft>;
  readonly destinations: ProfileCollection<StoredDestination, DestinationDraft>;
}

/**
 * Saves the profiles that a text holds. A name that is taken gets a number; only a name that the caller chose, and that
 * is taken, is an error.
 * @throws AppError `CONFIG_IMPORT_FAILED`, `CONFIG_PROFILE_EXISTS` or of the STORE_ family
 */
export async function importProfiles(
  { connections, destinations }: Collections,
  text: string,
  chosenName: string | undefined,
): Promise<CallOutput<'profiles.import'>> {
  const found = importText(text);
  const warnings = [...found.warnings];
  const isOneOfAKind = found.connections.length <= 1 && found.destinations.length <= 1;
  if (chosenName !== undefined && !isOneOfAKind) {
    warnings.push('The name was not used: the text holds several profiles with names of their own');
  }
  const nameFor = (own: string, saved: readonly { readonly name: string }[]): string => {
    if (chosenName !== undefined && isOneOfAKind) return chosenName;
    const taken = saved.map(({ name }) => name);
    const free = freeName(own, taken);
    if (taken.some((other) => nameKey(other) === nameKey(own)))
      warnings.push(`"${own}" was saved as "${free}": the name was taken`);
    return free;
  };

  const savedConnections: ConnectionProfile[] = [];
  for (const { name, settings, password, colour, readOnly } of found.connections) {
    const draft: ConnectionDraft = {
      name: nameFor(name, connections.list()),
      colour: colour ?? 'gray',
      readOnly: readOnly ?? false,
      settings,
      password: secretInput(password),
    };
    savedConnections.push(publicConnection(await connections.save(draft)));
  }
  const savedDestinations: DestinationProfile[] = [];
  for (const { name, settings, secretKey, sessionToken } of found.destinations) {
    const draft: DestinationDraft = {
      name: nameFor(name, destinations.list()),
      settings,
      secretKey: secretInput(secretKey),
    };
    savedDestinations.push(publicDestination(await destinations.save(draft)));
    if (sessionToken !== undefined)
      warnings.push(
        `"${draft.name}" was saved without the session token: profiles keep no temporary keys, and S3 refuses these without it. Give the profile keys that last, or use the file itself: sluice extract --conf FILE`,
      );
  }
  return { connections: savedConnections, destinations: savedDestinations, warnings };
}

function secretInput(secret: string | undefined): SecretInput {
  return secret === undefined ? { kind: 'clear' } : { kind: 'set', value: secret };
}

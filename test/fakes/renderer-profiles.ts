/** Saved profiles in memory, for the renderer's fake engine. */
import { randomUUID } from 'node:crypto';
import { AppError } from '../../electron/contract/app-error.ts';
import type { ConnectionProfile } from '../../electron/contract/connection-profile.ts';
import type { DestinationProfile } from '../../electron/contract/destination-profile.ts';
import type { SecretInput } from '../../electron/contract/fields.ts';

/** Host and bucket of the profiles whose tests and runs fail. */
export const BAD_HOST = 'db.invalid';
export const BAD_BUCKET = 'not-mine';

export function keptSecret(input: SecretInput, before: boolean): boolean {
  return input.kind === 'keep' ? before : input.kind === 'set';
}

interface Named {
  readonly id: string;
  readonly name: string;
}

export function refuseTwin(profiles: ReadonlyMap<string, Named>, id: string | undefined, name: string): void {
  if ([...profiles.values()].some((each) => each.name === name && each.id !== id)) {
    throw new AppError('CONFIG_PROFILE_EXISTS', `There is a profile named "${name}" already`);
  }
}

export function duplicate<T extends Named>(profiles: Map<string, T>, id: string, changed: () => void): T {
  const found = existing(profiles.get(id));
  const copy = { ...found, id: randomUUID(), name: `${found.name} copy` };
  profiles.set(copy.id, copy);
  changed();
  return copy;
}

export function remove<T extends Named>(
  profiles: Map<string, T>,
  removed: Map<string, Named>,
  id: string,
  changed: () => void,
): Record<string, never> {
  removed.set(id, existing(profiles.get(id)));
  profiles.delete(id);
  changed();
  return {};
}

export function restore<T extends Named>(
  profiles: Map<string, T>,
  removed: Map<string, Named>,
  id: string,
  changed: () => void,
): T {
  const found = existing(removed.get(id)) as T;
  profiles.set(id, found);
  changed();
  return found;
}

export function existing<T>(profile: T | undefined): T {
  if (profile === undefined) throw new AppError('CONFIG_PROFILE_NOT_FOUND', 'There is no such profile');
  return profile;
}

export function connectionOf(
  name: string,
  host: string,
  colour: ConnectionProfile['colour'],
): ConnectionProfile {
  return {
    id: randomUUID(),
    name,
    colour,
    readOnly: colour === 'red',
    hasPassword: true,
    settings: { host, port: 5432, database: 'demo', user: 'analyst', tls: 'prefer' },
  };
}

export function destinationOf(name: string, bucket: string): DestinationProfile {
  return {
    id: randomUUID(),
    name,
    hasSecretKey: true,
    settings: {
      bucket,
      prefix: 'extracts',
      region: 'us-east-1',
      endpoint: 'http://127.0.0.1:9000',
      pathStyle: true,
      credentials: { kind: 'keys', accessKeyId: 'DEMO' },
    },
  };
}

export function addProfiles(
  connections: Map<string, ConnectionProfile>,
  destinations: Map<string, DestinationProfile>,
): void {
  for (const profile of [
    connectionOf('Demo', 'localhost', 'teal'),
    connectionOf(
      'Shop, production, the replica in Frankfurt that nobody should write to',
      'db.example.com',
      'red',
    ),
    connectionOf('Gone', BAD_HOST, 'gray'),
  ]) {
    connections.set(profile.id, profile);
  }
  for (const profile of [destinationOf('Demo', 'demo'), destinationOf('Not mine', BAD_BUCKET)]) {
    destinations.set(profile.id, profile);
  }
}

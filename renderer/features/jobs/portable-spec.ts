/** A job for another computer: what its profiles say is written out, and secrets come from where they lie there. */
import type { ExtractSpec } from '../../../electron/contract/extract-spec.ts';
import type { Profiles } from '../../state/profiles-store.ts';

/** The job without names of profiles; those that are not saved any more stay as they are. */
export function portableSpec(spec: ExtractSpec, { connections, destinations }: Profiles): ExtractSpec {
  const { source, destination } = spec;
  const connection =
    'profile' in source ? connections.find(({ name }) => name === source.profile) : undefined;
  const place =
    'profile' in destination ? destinations.find(({ name }) => name === destination.profile) : undefined;
  return {
    ...spec,
    ...(connection !== undefined && { source: { settings: connection.settings } }),
    // Keys of a profile have a secret half, which no job file has.
    ...(place !== undefined && {
      destination: { s3: { ...place.settings, credentials: withoutKeys(place.settings.credentials) } },
    }),
  };
}

type Credentials = Profiles['destinations'][number]['settings']['credentials'];

function withoutKeys(credentials: Credentials): Credentials {
  return credentials.kind === 'keys' ? { kind: 'default' } : credentials;
}

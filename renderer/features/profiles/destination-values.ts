/** What is typed into the form of a destination, and the draft that it makes. Pure. */
import type {
  Credentials,
  DestinationDraft,
  DestinationProfile,
} from '../../../electron/contract/destination-profile.ts';
import type { SecretInput } from '../../../electron/contract/fields.ts';
import { storageOptionsOf, storageValuesOf, type StorageValues } from './storage-values.ts';

export type CredentialsKind = Credentials['kind'];

export interface DestinationValues extends Record<string, unknown> {
  name: string;
  /** All fields that any kind of credentials has, so that nothing typed is lost while another kind is looked at. */
  settings: {
    bucket: string;
    prefix: string;
    region: string;
    endpoint: string;
    pathStyle: boolean;
    credentials: { kind: CredentialsKind; profile: string; accessKeyId: string };
    storage: StorageValues;
  };
  secretKey: SecretInput;
}

export const BLANK_DESTINATION: DestinationValues = {
  name: '',
  settings: {
    bucket: '',
    prefix: '',
    region: 'us-east-1',
    endpoint: '',
    pathStyle: false,
    credentials: { kind: 'default', profile: '', accessKeyId: '' },
    storage: storageValuesOf({}),
  },
  secretKey: { kind: 'keep' },
};

export function destinationValuesOf({ name, settings }: DestinationProfile): DestinationValues {
  const { credentials } = settings;
  return {
    name,
    settings: {
      bucket: settings.bucket,
      prefix: settings.prefix,
      region: settings.region,
      endpoint: settings.endpoint ?? '',
      pathStyle: settings.pathStyle,
      credentials: {
        kind: credentials.kind,
        profile: credentials.kind === 'profile' ? credentials.profile : '',
        accessKeyId: credentials.kind === 'keys' ? credentials.accessKeyId : '',
      },
      storage: storageValuesOf(settings),
    },
    secretKey: { kind: 'keep' },
  };
}

export function destinationDraftOf(values: DestinationValues, id: string | undefined): DestinationDraft {
  const { endpoint, credentials, storage, ...rest } = values.settings;
  const address = endpoint.trim();
  return {
    ...(id === undefined ? {} : { id }),
    name: values.name,
    settings: {
      ...rest,
      ...(address === '' ? {} : { endpoint: address }),
      credentials: credentialsOf(credentials),
      ...storageOptionsOf(storage),
    },
    // A secret that nothing uses any more should not stay in the store.
    secretKey: credentials.kind === 'keys' ? values.secretKey : { kind: 'clear' },
  };
}

function credentialsOf(values: DestinationValues['settings']['credentials']): Credentials {
  switch (values.kind) {
    case 'default':
      return { kind: 'default' };
    case 'profile':
      return { kind: 'profile', profile: values.profile };
    case 'keys':
      return { kind: 'keys', accessKeyId: values.accessKeyId };
  }
}

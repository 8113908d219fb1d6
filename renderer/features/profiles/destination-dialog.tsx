import '../../ui/dialog.css';
import './profiles.css';
import { Button, Checkbox, Input, SegmentedControl, TextInput } from '@mantine/core';
import {
  destinationDraftSchema,
  type Credentials,
  type DestinationDraft,
  type DestinationFacts,
  type DestinationProfile,
} from '../../../electron/contract/destination-profile.ts';
import type { SecretInput } from '../../../electron/contract/fields.ts';
import { formatDuration } from '../../format/durations.ts';
import { useApp } from '../../state/app-context.ts';
import { useStore } from '../../state/store.ts';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { SecretField } from './secret-field.tsx';
import { StorageSection } from './storage-section.tsx';
import { storageOptionsOf, storageValuesOf, type StorageValues } from './storage-values.ts';
import { TestResultView } from './test-result.tsx';
import { useProfileForm } from './use-profile-form.ts';

type CredentialsKind = Credentials['kind'];

interface Values extends Record<string, unknown> {
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

/** Where the contract has the id of the KMS key. */
const KEY_ID = 'settings.encryption.keyId';

const FIELDS = [
  'name',
  'settings.bucket',
  'settings.prefix',
  'settings.region',
  'settings.endpoint',
  'settings.credentials.profile',
  'settings.credentials.accessKeyId',
  'secretKey.value',
  KEY_ID,
];

const CREDENTIALS: readonly { readonly value: CredentialsKind; readonly label: string }[] = [
  { value: 'default', label: 'Default chain' },
  { value: 'profile', label: 'AWS profile' },
  { value: 'keys', label: 'Keys' },
];

const CREDENTIALS_EXPLANATION: Readonly<Record<CredentialsKind, string>> = {
  default: 'Environment variables, the default AWS profile, SSO, or the role of the machine, in this order.',
  profile: 'A profile of ~/.aws/config or ~/.aws/credentials, SSO included.',
  keys: 'An access key that is saved with this destination.',
};

const BLANK: Values = {
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

export interface DestinationDialogProps {
  /** The destination that is edited; undefined makes a new one. */
  readonly id: string | undefined;
  readonly onClose: () => void;
}

/** The form of a destination profile. */
export function DestinationDialog({ id, onClose }: DestinationDialogProps) {
  const { client, profiles } = useApp();
  const state = useStore(profiles);
  const saved =
    state.status === 'ready' ? state.value.destinations.find((each) => each.id === id) : undefined;
  const { form, busy, tested, error, onTest, onSave } = useProfileForm<
    Values,
    DestinationDraft,
    DestinationFacts
  >({
    initial: saved === undefined ? BLANK : valuesOf(saved),
    schema: destinationDraftSchema,
    fields: FIELDS,
    draftOf: (values) => draftOf(values, id),
    test: (draft) => client.call('destinations.test', draft),
    save: async (draft) => {
      await client.call('destinations.save', draft);
      await profiles.reload();
      onClose();
    },
  });
  const { kind } = form.values.settings.credentials;
  return (
    <DialogFrame
      title={id === undefined ? 'Add destination' : 'Edit destination'}
      width={620}
      onClose={onClose}
    >
      <form
        className="dialog-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          onSave();
        }}
      >
        <div className="dialog-scroll">
          <div className="fields">
            <TextInput
              label="Name"
              data-autofocus
              placeholder="Analytics bucket"
              {...form.getInputProps('name')}
            />
            <TextInput className="span-3" label="Bucket" {...form.getInputProps('settings.bucket')} />
            <TextInput
              className="span-3"
              label="Prefix"
              placeholder="None: the root of the bucket"
              {...form.getInputProps('settings.prefix')}
            />
            <TextInput className="span-2" label="Region" {...form.getInputProps('settings.region')} />
            <TextInput
              className="span-4"
              label="Endpoint"
              placeholder="None: Amazon S3"
              {...form.getInputProps('settings.endpoint')}
            />
            <Checkbox
              label="Path-style addresses"
              description="Puts the bucket into the path, not into the host name. Most servers that are not Amazon’s need it."
              {...form.getInputProps('settings.pathStyle', { type: 'checkbox' })}
            />
            <Input.Wrapper label="Credentials" description={CREDENTIALS_EXPLANATION[kind]}>
              <SegmentedControl
                fullWidth
                mt={6}
                aria-label="Credentials"
                data={[...CREDENTIALS]}
                value={kind}
                onChange={(next) => form.setFieldValue('settings.credentials.kind', next)}
              />
            </Input.Wrapper>
            {kind === 'profile' && (
              <TextInput
                label="AWS profile name"
                placeholder="analytics"
                {...form.getInputProps('settings.credentials.profile')}
              />
            )}
            {kind === 'keys' && (
              <>
                <TextInput
                  className="span-3"
                  label="Access key"
                  autoComplete="off"
                  {...form.getInputProps('settings.credentials.accessKeyId')}
                />
                <div className="span-3">
                  <SecretField
                    label="Secret key"
                    saved={saved?.hasSecretKey ?? false}
                    placeholder=""
                    value={form.values.secretKey}
                    onChange={(secretKey) => form.setFieldValue('secretKey', secretKey)}
                    error={textOf(form.errors['secretKey.value'])}
                  />
                </div>
              </>
            )}
            <StorageSection
              values={form.values.settings.storage}
              keyError={textOf(form.errors[KEY_ID])}
              onChange={(storage) => form.setFieldValue('settings.storage', storage)}
            />
            {tested !== undefined && <TestResultView result={tested} sentences={factsOf} />}
            {error !== undefined && <ErrorNotice error={error} />}
          </div>
        </div>
        <div className="dialog-actions">
          <Button variant="default" loading={busy === 'test'} disabled={busy === 'save'} onClick={onTest}>
            Test connection
          </Button>
          <span className="dialog-spring" />
          <Button variant="subtle" color="gray" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={busy === 'save'} disabled={busy === 'test'}>
            Save
          </Button>
        </div>
      </form>
    </DialogFrame>
  );
}

function valuesOf({ name, settings }: DestinationProfile): Values {
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

function draftOf(values: Values, id: string | undefined): DestinationDraft {
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

function credentialsOf(values: Values['settings']['credentials']): Credentials {
  switch (values.kind) {
    case 'default':
      return { kind: 'default' };
    case 'profile':
      return { kind: 'profile', profile: values.profile };
    case 'keys':
      return { kind: 'keys', accessKeyId: values.accessKeyId };
  }
}

function factsOf(facts: DestinationFacts): readonly [string, ...string[]] {
  return [
    `Wrote, read and removed a test object in ${formatDuration(facts.latencyMs)}`,
    `Bucket “${facts.bucket}”.`,
    facts.conditionalWrites
      ? 'Existing objects are protected by conditional writes.'
      : 'This endpoint ignores conditional writes: only different keys keep objects from being replaced.',
    ...(facts.checksums ? [] : ['This endpoint does not return checksums.']),
    ...(facts.crc64nvme === true ? ['This endpoint checks CRC-64/NVME, too.'] : []),
  ];
}

function textOf(error: unknown): string | undefined {
  return typeof error === 'string' ? error : undefined;
}

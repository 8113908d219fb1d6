import { Checkbox, Input, SegmentedControl, TextInput } from '@mantine/core';
import {
  destinationDraftSchema,
  type DestinationDraft,
  type DestinationFacts,
} from '../../../electron/contract/destination-profile.ts';
import { formatDuration } from '../../format/durations.ts';
import { useApp } from '../../state/app-context.ts';
import { useStore } from '../../state/store.ts';
import {
  BLANK_DESTINATION,
  destinationDraftOf,
  destinationValuesOf,
  type CredentialsKind,
  type DestinationValues,
} from './destination-values.ts';
import { errorText } from './field-errors.ts';
import { ProfileDialog } from './profile-dialog.tsx';
import { SecretField } from './secret-field.tsx';
import { StorageSection } from './storage-section.tsx';
import { useProfileForm } from './use-profile-form.ts';

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
  const profile = useProfileForm<DestinationValues, DestinationDraft, DestinationFacts>({
    initial: saved === undefined ? BLANK_DESTINATION : destinationValuesOf(saved),
    schema: destinationDraftSchema,
    fields: FIELDS,
    draftOf: (values) => destinationDraftOf(values, id),
    test: (draft) => client.call('destinations.test', draft),
    save: async (draft) => {
      await client.call('destinations.save', draft);
      await profiles.reload();
      onClose();
    },
  });
  const { form } = profile;
  const { kind } = form.values.settings.credentials;
  return (
    <ProfileDialog
      title={id === undefined ? 'Add destination' : 'Edit destination'}
      profile={profile}
      sentences={factsOf}
      onClose={onClose}
    >
      <TextInput label="Name" data-autofocus placeholder="Analytics bucket" {...form.getInputProps('name')} />
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
              error={errorText(form.errors['secretKey.value'])}
            />
          </div>
        </>
      )}
      <StorageSection
        values={form.values.settings.storage}
        keyError={errorText(form.errors[KEY_ID])}
        onChange={(storage) => form.setFieldValue('settings.storage', storage)}
      />
    </ProfileDialog>
  );
}

/** What the endpoint does with conditions on what is replaced: the states of jobs and captures. */
const TAG_FACTS: Readonly<Record<NonNullable<DestinationFacts['tags']>, readonly string[]>> = {
  obeyed: [],
  unquoted: ['It compares tags without quotes, as Ceph does: Sluice sends them that way.'],
  ignored: ['It ignores the tags of objects that are replaced: nothing keeps two runs of one job apart.'],
  refused: [
    'It refuses the right tags of objects that are replaced: nothing keeps two runs of one job apart.',
  ],
};

function factsOf(facts: DestinationFacts): readonly [string, ...string[]] {
  return [
    `Wrote, read and removed a test object in ${formatDuration(facts.latencyMs)}`,
    `Bucket “${facts.bucket}”.`,
    facts.conditionalWrites
      ? 'Existing objects are protected by conditional writes.'
      : 'This endpoint ignores conditional writes: only different keys keep objects from being replaced.',
    ...(facts.tags === undefined ? [] : TAG_FACTS[facts.tags]),
    ...(facts.checksums ? [] : ['This endpoint does not return checksums.']),
    ...(facts.crc64nvme === true ? ['This endpoint checks CRC-64/NVME, too.'] : []),
  ];
}

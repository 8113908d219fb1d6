import { Checkbox, NumberInput, Select, TextInput } from '@mantine/core';
import {
  connectionDraftSchema,
  TLS_MODES,
  type ConnectionDraft,
  type ConnectionFacts,
  type ConnectionProfile,
} from '../../../electron/contract/connection-profile.ts';
import type { SecretInput } from '../../../electron/contract/fields.ts';
import { formatDuration } from '../../format/durations.ts';
import { useApp } from '../../state/app-context.ts';
import { navigate } from '../../state/route.ts';
import { useStore } from '../../state/store.ts';
import { ColourField } from './colour-field.tsx';
import { errorText } from './field-errors.ts';
import { ProfileDialog } from './profile-dialog.tsx';
import { SecretField } from './secret-field.tsx';
import { TLS_EXPLANATION } from './tls-modes.ts';
import { useProfileForm } from './use-profile-form.ts';

interface Values extends Record<string, unknown> {
  name: string;
  colour: ConnectionProfile['colour'];
  readOnly: boolean;
  /** `port` is text while it is being typed. */
  settings: {
    host: string;
    port: number | string;
    database: string;
    user: string;
    tls: ConnectionProfile['settings']['tls'];
    caFile: string;
  };
  password: SecretInput;
}

const FIELDS = [
  'name',
  'settings.host',
  'settings.port',
  'settings.database',
  'settings.user',
  'settings.tls',
  'settings.caFile',
  'password.value',
];

const BLANK: Values = {
  name: '',
  colour: 'teal',
  readOnly: false,
  settings: { host: 'localhost', port: 5432, database: '', user: '', tls: 'prefer', caFile: '' },
  password: { kind: 'keep' },
};

export interface ConnectionDialogProps {
  /** The connection that is edited; undefined makes a new one. */
  readonly id: string | undefined;
  readonly onClose: () => void;
}

/** The form of a connection profile. */
export function ConnectionDialog({ id, onClose }: ConnectionDialogProps) {
  const { client, profiles } = useApp();
  const state = useStore(profiles);
  const saved = state.status === 'ready' ? state.value.connections.find((each) => each.id === id) : undefined;
  const profile = useProfileForm<Values, ConnectionDraft, ConnectionFacts>({
    initial: saved === undefined ? BLANK : valuesOf(saved),
    schema: connectionDraftSchema,
    fields: FIELDS,
    draftOf: (values) => draftOf(values, id),
    test: (draft) => client.call('connections.test', draft),
    save: async (draft) => {
      const connection = await client.call('connections.save', draft);
      await profiles.reload();
      profiles.noteSaved();
      onClose();
      if (id === undefined) {
        navigate({ screen: 'browse', connectionId: connection.id, relation: undefined });
      }
    },
  });
  const { form } = profile;
  const { tls } = form.values.settings;
  return (
    <ProfileDialog
      title={id === undefined ? 'Add connection' : 'Edit connection'}
      profile={profile}
      sentences={factsOf}
      onClose={onClose}
    >
      <TextInput
        className="span-4"
        label="Name"
        data-autofocus
        placeholder="Shop, production"
        {...form.getInputProps('name')}
      />
      <div className="span-2">
        <ColourField value={form.values.colour} onChange={(colour) => form.setFieldValue('colour', colour)} />
      </div>
      <TextInput className="span-4" label="Host" {...form.getInputProps('settings.host')} />
      <NumberInput
        className="span-2"
        label="Port"
        hideControls
        allowDecimal={false}
        allowNegative={false}
        {...form.getInputProps('settings.port')}
      />
      <TextInput label="Database" {...form.getInputProps('settings.database')} />
      <TextInput
        className="span-3"
        label="User"
        autoComplete="off"
        {...form.getInputProps('settings.user')}
      />
      <div className="span-3">
        <SecretField
          label="Password"
          saved={saved?.hasPassword ?? false}
          placeholder="From PGPASSWORD or ~/.pgpass"
          value={form.values.password}
          onChange={(password) => form.setFieldValue('password', password)}
          error={errorText(form.errors['password.value'])}
        />
      </div>
      <Select
        label="TLS"
        description={TLS_EXPLANATION[tls]}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        allowDeselect={false}
        maxDropdownHeight={300}
        data={[...TLS_MODES]}
        renderOption={({ option }) => (
          <div>
            <div>{option.value}</div>
            <div className="faint option-note">{TLS_EXPLANATION[option.value as typeof tls]}</div>
          </div>
        )}
        {...form.getInputProps('settings.tls')}
      />
      {tls.startsWith('verify') && (
        <TextInput
          label="Certificate authority"
          description="Path of a PEM file on this computer. Amazon RDS, for one, needs its own."
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          placeholder="Those that are trusted everywhere"
          {...form.getInputProps('settings.caFile')}
        />
      )}
      <Checkbox
        label="Label as read-only"
        description="Shows a label beside the name. Sluice reads in READ ONLY transactions either way."
        {...form.getInputProps('readOnly', { type: 'checkbox' })}
      />
    </ProfileDialog>
  );
}

function valuesOf(profile: ConnectionProfile): Values {
  const { name, colour, readOnly, settings } = profile;
  return {
    name,
    colour,
    readOnly,
    settings: { ...settings, caFile: settings.caFile ?? '' },
    password: { kind: 'keep' },
  };
}

function draftOf(values: Values, id: string | undefined): ConnectionDraft {
  const { caFile, port, ...settings } = values.settings;
  return {
    ...(id === undefined ? {} : { id }),
    name: values.name,
    colour: values.colour,
    readOnly: values.readOnly,
    // An empty field must not become port 0: NaN is refused as "not a whole number".
    settings: {
      ...settings,
      port: port === '' ? Number.NaN : Number(port),
      // Where no field shows it, it must not make "require" check a certificate.
      ...(caFile.trim() === '' || !settings.tls.startsWith('verify') ? {} : { caFile }),
    },
    password: values.password,
  };
}

function factsOf(facts: ConnectionFacts): readonly [string, ...string[]] {
  return [
    `Connected in ${formatDuration(facts.latencyMs)}`,
    `PostgreSQL ${facts.serverVersion}, database “${facts.database}”, as “${facts.user}”.`,
    facts.encrypted ? 'The connection is encrypted.' : 'The connection is not encrypted.',
    ...(facts.standby ? ['The server is a standby.'] : []),
  ];
}

import '../../ui/dialog.css';
import './extract.css';
import { Button, Checkbox, Select, TextInput } from '@mantine/core';
import { IconDownload, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import type { AppError } from '../../../electron/contract/app-error.ts';
import { KEY_FIELDS } from '../../../electron/contract/key-template.ts';
import type { Relation } from '../../../electron/contract/relation.ts';
import { useApp } from '../../state/app-context.ts';
import { appErrorOf } from '../../state/app-error-of.ts';
import { openDialog } from '../../state/dialogs.ts';
import { readPreference, writePreference } from '../../state/preferences.ts';
import type { Profiles } from '../../state/profiles-store.ts';
import { navigate } from '../../state/route.ts';
import { useStore } from '../../state/store.ts';
import { useCall } from '../../state/use-call.ts';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { download } from '../../ui/download.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { effectsOf } from './effects.ts';
import {
  fieldOfPath,
  firstValues,
  problemsOf,
  specOf,
  type ExtractProblems,
  type ExtractValues,
} from './extract-values.ts';
import { FormatFields } from './format-fields.tsx';
import { jobFileName, jobFileText } from './job-file.ts';
import { exampleUri, placeOf } from './key-example.ts';
import { RowsFields } from './rows-fields.tsx';

export interface ExtractDialogProps {
  readonly connectionId: string;
  readonly relation: Relation;
  readonly onClose: () => void;
}

const NO_PROFILES: Profiles = { connections: [], destinations: [] };

/** Asks how a relation is to be extracted; everything has a default, so that it can be started at once. */
export function ExtractDialog({ connectionId, relation, onClose }: ExtractDialogProps) {
  const { client, profiles } = useApp();
  const state = useStore(profiles);
  const { connections, destinations } = state.status === 'ready' ? state.value : NO_PROFILES;
  const described = useCall('relations.describe', {
    connectionId,
    relation: { schema: relation.schema, name: relation.name },
  });
  const columns = described.state.status === 'ready' ? described.state.value.columns : undefined;

  const [chosen, setValues] = useState(() => firstValues(readPreference('destination')));
  const [refused, setRefused] = useState<ExtractProblems>({});
  const [error, setError] = useState<AppError>();
  const [busy, setBusy] = useState(false);
  const [now] = useState(() => new Date());

  const connection = connections.find((each) => each.id === connectionId);
  // The destination that was used last may be gone; one that is added from here comes to be the only one.
  const destination = destinations.find((each) => each.id === chosen.destinationId) ?? destinations[0];
  const values: ExtractValues = { ...chosen, destinationId: destination?.id };
  const problems = { ...refused, ...problemsOf(values) };
  const uri =
    destination === undefined
      ? undefined
      : exampleUri(
          values,
          { database: connection?.settings.database ?? '', relation, settings: destination.settings },
          now,
        );
  const effects = effectsOf(values, {
    relation,
    columnCount: columns?.length,
    place: destination && placeOf(destination.settings),
  });
  const spec =
    connection === undefined || destination === undefined
      ? undefined
      : specOf(values, { connection: connection.name, destination: destination.name, relation });
  const canStart = spec !== undefined && Object.keys(problemsOf(values)).length === 0;

  const change = (next: ExtractValues) => {
    setValues(next);
    setRefused({});
    setError(undefined);
  };
  const start = async () => {
    if (!canStart) return;
    setBusy(true);
    setError(undefined);
    try {
      const { runId } = await client.call('jobs.start', { spec });
      writePreference('destination', values.destinationId ?? '');
      onClose();
      navigate({ screen: 'run', runId });
    } catch (caught) {
      const problem = appErrorOf(caught);
      const path = problem.details['field'];
      const field = typeof path === 'string' ? fieldOfPath(path) : undefined;
      if (field === undefined) setError(problem);
      else setRefused({ [field]: problem.message });
    } finally {
      setBusy(false);
    }
  };

  return (
    <DialogFrame title={`Extract ${relation.schema}.${relation.name} to S3`} width={900} onClose={onClose}>
      <form
        className="dialog-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <div className="dialog-scroll extract">
          <div className="fields">
            <Select
              className="span-4"
              label="Destination"
              placeholder="None yet"
              allowDeselect={false}
              data={destinations.map(({ id, name, settings }) => ({
                value: id,
                label: `${name}  (${placeOf(settings)})`,
              }))}
              value={values.destinationId ?? null}
              error={problems.destination}
              onChange={(id) => change({ ...values, destinationId: id ?? undefined })}
            />
            <div className="span-2 extract-add">
              <Button
                fullWidth
                variant="default"
                leftSection={<IconPlus size={15} />}
                aria-label="Add destination"
                onClick={() => openDialog({ kind: 'destination' })}
              >
                Add…
              </Button>
            </div>
            <FormatFields values={values} problems={problems} onChange={change} />
            <div>
              <TextInput
                label="Key template"
                description={`Fields: ${Object.keys(KEY_FIELDS)
                  .map((field) => `{${field}}`)
                  .join(' ')}`}
                classNames={{ input: 'mono' }}
                spellCheck={false}
                value={values.key}
                error={problems.key}
                onChange={(event) => change({ ...values, key: event.currentTarget.value })}
              />
              {uri !== undefined && (
                <p className="key-example">
                  Example: <code>{uri}</code>
                </p>
              )}
            </div>
            <Checkbox
              label="Overwrite an object that is there already"
              checked={values.overwrite}
              onChange={(event) => change({ ...values, overwrite: event.currentTarget.checked })}
            />
            <RowsFields values={values} problems={problems} columns={columns} onChange={change} />
            {error !== undefined && <ErrorNotice error={error} title="The run could not be started" />}
          </div>
          <aside className="extract-aside" aria-label="What will happen">
            <h3>What will happen</h3>
            <dl>
              {effects.map(({ title, text }) => (
                <div key={title}>
                  <dt>{title}</dt>
                  <dd>{text}</dd>
                </div>
              ))}
            </dl>
          </aside>
        </div>
        <div className="dialog-actions">
          <Button
            variant="default"
            leftSection={<IconDownload size={15} />}
            disabled={!canStart}
            onClick={() => {
              if (spec !== undefined) download(jobFileName(relation), jobFileText(spec));
            }}
          >
            Save as job file…
          </Button>
          <span className="dialog-spring" />
          <Button variant="subtle" color="gray" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" data-autofocus loading={busy} disabled={!canStart}>
            Extract
          </Button>
        </div>
      </form>
    </DialogFrame>
  );
}

import '../../ui/dialog.css';
import './profiles.css';
import { Button, FileButton, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { AppError } from '../../../electron/contract/app-error.ts';
import type { CallOutput } from '../../../electron/contract/calls.ts';
import { useApp } from '../../state/app-context.ts';
import { appErrorOf } from '../../state/app-error-of.ts';
import { navigate } from '../../state/route.ts';
import { DialogForm } from '../../ui/dialog-form.tsx';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { Notice } from '../../ui/notice.tsx';

const EXAMPLE = `[postgres_config]
host = db.example.com
port = 5432
username = analyst
password = …
database = shop

[aws_boto_credentials]
access_key = …
secret_key = …
bucket_name = extracts`;

type Imported = CallOutput<'profiles.import'>;

/** Takes in profiles: a pipeline.conf, a URL, or what was exported before. */
export function ImportDialog({ onClose }: { readonly onClose: () => void }) {
  const { client, profiles } = useApp();
  const [text, setText] = useState('');
  const [name, setName] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<AppError>();
  const [imported, setImported] = useState<Imported>();

  const submit = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const chosen = name.trim();
      const result = await client.call('profiles.import', {
        text,
        ...(chosen === '' ? {} : { name: chosen }),
      });
      await profiles.reload();
      setImported(result);
    } catch (caught) {
      setError(appErrorOf(caught));
    } finally {
      setBusy(false);
    }
  };

  const readFile = (file: File | null) => {
    if (file === null) return;
    file.text().then(setText, (caught: unknown) => setError(appErrorOf(caught)));
  };

  if (imported !== undefined) return <ImportedView imported={imported} onClose={onClose} />;
  return (
    <DialogFrame title="Import profiles" width={620} onClose={onClose}>
      <DialogForm onSubmit={() => void submit()}>
        <div className="dialog-scroll">
          <div className="fields">
            <Textarea
              label="pipeline.conf, postgres:// URL, or exported profiles"
              description="Passwords and keys in it are saved as secrets, apart from the profiles."
              data-autofocus
              classNames={{ input: 'mono' }}
              rows={11}
              placeholder={EXAMPLE}
              spellCheck={false}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
            />
            <TextInput
              label="Name"
              description="For what is imported; left empty, Sluice chooses one."
              value={name}
              maxLength={100}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            {error !== undefined && <ErrorNotice error={error} />}
          </div>
        </div>
        <div className="dialog-actions">
          <FileButton onChange={readFile} inputProps={{ 'aria-label': 'File to import' }}>
            {(props) => (
              <Button variant="default" {...props}>
                Choose file…
              </Button>
            )}
          </FileButton>
          <span className="dialog-spring" />
          <Button variant="subtle" color="gray" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={busy} disabled={text.trim() === ''}>
            Import
          </Button>
        </div>
      </DialogForm>
    </DialogFrame>
  );
}

function ImportedView({ imported, onClose }: { readonly imported: Imported; readonly onClose: () => void }) {
  const { connections, destinations, warnings } = imported;
  const [first] = connections;
  const finish = () => {
    onClose();
    if (first !== undefined) navigate({ screen: 'browse', connectionId: first.id, relation: undefined });
  };
  return (
    <DialogFrame title="Imported" width={520} onClose={finish}>
      <div className="dialog-scroll import-result">
        {connections.length > 0 && <NameList title="Connections" items={connections} />}
        {destinations.length > 0 && <NameList title="Destinations" items={destinations} />}
        {warnings.length > 0 && (
          <Notice tone="warning" title="Please check">
            <ul>
              {warnings.map((warning) => (
                <li key={warning}>{warning}</li>
              ))}
            </ul>
          </Notice>
        )}
      </div>
      <div className="dialog-actions">
        <span className="dialog-spring" />
        <Button data-autofocus onClick={finish}>
          Done
        </Button>
      </div>
    </DialogFrame>
  );
}

interface NameListProps {
  readonly title: string;
  readonly items: readonly { readonly id: string; readonly name: string }[];
}

function NameList({ title, items }: NameListProps) {
  return (
    <section>
      <strong>{title}</strong>
      <ul>
        {items.map((item) => (
          <li key={item.id}>{item.name}</li>
        ))}
      </ul>
    </section>
  );
}

import '../../ui/dialog.css';
import { Button, Group, MultiSelect, TagsInput } from '@mantine/core';
import { useState } from 'react';
import type { AppError } from '../../../electron/contract/app-error.ts';
import type { CaptureStatus } from '../../../electron/contract/capture-status.ts';
import { readTableName, writeTableName } from '../../../electron/contract/table-name.ts';
import { useApp } from '../../state/app-context.ts';
import { appErrorOf } from '../../state/app-error-of.ts';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';

export interface CaptureRereadProps {
  readonly status: CaptureStatus;
  readonly onClose: () => void;
}

/** Asks which tables are read again from the beginning while the capture goes on. */
export function CaptureReread({ status, onClose }: CaptureRereadProps) {
  const { client, captures } = useApp();
  const [names, setNames] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<AppError>();
  const { name, spec } = status;
  const perform = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const tables = names.map((text) => {
        const { schema = 'public', name: table } = readTableName(text) ?? { name: text };
        return { schema, name: table };
      });
      captures.put(await client.call('capture.reread', { name, tables }));
      onClose();
    } catch (failure) {
      setError(appErrorOf(failure));
      setBusy(false);
    }
  };
  const field = {
    label: 'Tables',
    value: names,
    onChange: setNames,
    'data-autofocus': true,
    description:
      'All their rows are read and written once more. Changes are captured meanwhile, and the files that are there count until the new ones are complete.',
  };
  return (
    <DialogFrame title="Read tables again" width={520} onClose={onClose}>
      <form
        className="capture-question"
        onSubmit={(event) => {
          event.preventDefault();
          if (names.length > 0) void perform();
        }}
      >
        <p className="capture-question-name">{name}</p>
        {spec.tables === undefined ? (
          <TagsInput {...field} placeholder="schema.table" />
        ) : (
          <MultiSelect {...field} searchable data={spec.tables.map(writeTableName)} />
        )}
        {error !== undefined && <ErrorNotice error={error} title="The tables are not read again" />}
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={busy} disabled={names.length === 0}>
            Read again
          </Button>
        </Group>
      </form>
    </DialogFrame>
  );
}

import { Button, Group, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { AppError } from '../../../electron/contract/app-error.ts';
import type { SavedJob } from '../../../electron/contract/saved-job.ts';
import { useApp } from '../../state/app-context.ts';
import { appErrorOf } from '../../state/app-error-of.ts';
import { navigate } from '../../state/route.ts';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { Notice } from '../../ui/notice.tsx';

export interface BackfillDialogProps {
  readonly job: SavedJob;
  readonly onClose: () => void;
}

/** Reads a range of the watermark again; the position of the job stays where it is. */
export function BackfillDialog({ job, onClose }: BackfillDialogProps) {
  const { client } = useApp();
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<AppError>();
  const { watermark } = job.spec;
  const range = {
    ...(from.trim() !== '' && { from: from.trim() }),
    ...(to.trim() !== '' && { to: to.trim() }),
  };
  const start = async () => {
    if (watermark === undefined) return;
    setBusy(true);
    setError(undefined);
    try {
      const spec = { ...job.spec, watermark: { ...watermark, range } };
      const { runId } = await client.call('jobs.start', { spec });
      onClose();
      navigate({ screen: 'run', runId });
    } catch (failure) {
      setError(appErrorOf(failure));
      setBusy(false);
    }
  };
  const column = watermark?.column ?? '';
  return (
    <DialogFrame title="Backfill a range" width={540} onClose={onClose}>
      <form
        className="job-dialog"
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <p className="job-dialog-name">{job.name}</p>
        <div className="fields">
          <TextInput
            data-autofocus
            className="span-3"
            label={`${column} from`}
            description="This value and above."
            placeholder="from the first"
            value={from}
            onChange={(event) => setFrom(event.currentTarget.value)}
          />
          <TextInput
            className="span-3"
            label="Up to"
            description="Below this value."
            placeholder="to the last"
            value={to}
            onChange={(event) => setTo(event.currentTarget.value)}
          />
        </div>
        <Notice tone="warning" title="Rows that earlier runs have taken come again">
          <p>They land in objects of this run. Where the next run goes on does not change.</p>
        </Notice>
        {error !== undefined && <ErrorNotice error={error} title="The run could not be started" />}
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={busy}>
            Read the range
          </Button>
        </Group>
      </form>
    </DialogFrame>
  );
}

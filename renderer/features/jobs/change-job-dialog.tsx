import { Button, Checkbox, Group } from '@mantine/core';
import { useState } from 'react';
import type { AppError } from '../../../electron/contract/app-error.ts';
import type { SavedJob } from '../../../electron/contract/saved-job.ts';
import { useApp } from '../../state/app-context.ts';
import { appErrorOf } from '../../state/app-error-of.ts';
import { navigate } from '../../state/route.ts';
import type { JobChange } from '../../state/dialogs.ts';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { Notice } from '../../ui/notice.tsx';

export interface ChangeJobDialogProps {
  readonly job: SavedJob;
  readonly change: JobChange;
  readonly onClose: () => void;
}

const WORDS = {
  reset: {
    title: 'Reset the job',
    warning: 'The next run takes all rows again',
    text: 'What earlier runs have written stays where it is: readers of all runs get each row again.',
    confirm: 'Let the next run take everything again',
    button: 'Reset',
  },
  rewind: {
    title: 'Go back to an earlier run',
    warning: 'The next run takes what came after that run again',
    text: 'The objects of the runs since then stay where they are: readers of all runs get those rows twice, unless those objects are removed.',
    confirm: 'Let the next run take those rows again',
    button: 'Go back',
  },
  remove: {
    title: 'Remove the job',
    warning: 'The job file and its timer go',
    text: 'What it has written stays, and so does its state at the destination: a job of this name goes on from there.',
    confirm: 'Remove the job from this computer',
    button: 'Remove',
  },
} as const;

/** Asks before something is done that cannot be undone by a click; what was done stays in the trace of the state. */
export function ChangeJobDialog({ job, change, onClose }: ChangeJobDialogProps) {
  const { client, savedJobs } = useApp();
  const [confirmed, setConfirmed] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<AppError>();
  const words = WORDS[change.kind];
  const act = async () => {
    setBusy(true);
    setError(undefined);
    try {
      if (change.kind === 'reset') await client.call('watermark.reset', { spec: job.spec });
      else if (change.kind === 'rewind')
        await client.call('watermark.rewind', { spec: job.spec, runId: change.runId });
      else {
        await client.call('savedJobs.remove', { name: job.name });
        navigate({ screen: 'jobs' });
      }
      await savedJobs.reload();
      onClose();
    } catch (failure) {
      setError(appErrorOf(failure));
      setBusy(false);
    }
  };
  return (
    <DialogFrame title={words.title} width={540} onClose={onClose}>
      <form
        className="job-dialog"
        onSubmit={(event) => {
          event.preventDefault();
          if (confirmed) void act();
        }}
      >
        <p className="job-dialog-name">
          {job.name}
          {change.kind === 'rewind' && <span className="faint"> to run {change.runId}</span>}
        </p>
        <Notice tone="warning" title={words.warning}>
          <p>{words.text}</p>
        </Notice>
        <Checkbox
          data-autofocus
          label={words.confirm}
          checked={confirmed}
          onChange={(event) => setConfirmed(event.currentTarget.checked)}
        />
        {error !== undefined && <ErrorNotice error={error} title="That could not be done" />}
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" color="red" loading={busy} disabled={!confirmed}>
            {words.button}
          </Button>
        </Group>
      </form>
    </DialogFrame>
  );
}

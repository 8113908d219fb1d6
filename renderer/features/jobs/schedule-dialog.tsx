import './jobs.css';
import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import { jobTimerSchema, type SavedJob } from '../../../electron/contract/saved-job.ts';
import { asSentence } from '../../format/sentence.ts';
import { useApp } from '../../state/app-context.ts';
import { useStore } from '../../state/store.ts';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { download } from '../../ui/download.ts';
import { jobFileText } from '../extract/job-file.ts';
import { portableSpec } from './portable-spec.ts';
import { SnippetTabs } from './snippet-tabs.tsx';
import { likelyScheduler, type Scheduler } from './snippets/schedule.ts';
import { TimerSection } from './timer-section.tsx';

export interface ScheduleDialogProps {
  readonly job: SavedJob;
  readonly onClose: () => void;
}

const KINDS = [
  { value: 'every', label: 'Every so often' },
  { value: 'daily', label: 'Daily' },
] as const;

/** When a job runs by itself: in the app while it is open, or by the scheduler of a computer. */
export function ScheduleDialog({ job: { name }, onClose }: ScheduleDialogProps) {
  const { savedJobs, info } = useApp();
  const state = useStore(savedJobs);
  const platform = useStore(info)?.platform ?? '';
  const job = state.status === 'ready' ? state.value.jobs.find((each) => each.name === name) : undefined;
  const first = job?.timer?.when ?? { kind: 'every', minutes: 15 };
  const [kind, setKind] = useState(first.kind);
  const [minutes, setMinutes] = useState(first.kind === 'every' ? String(first.minutes) : '15');
  const [at, setAt] = useState(first.kind === 'daily' ? first.at : '06:30');
  const [tab, setTab] = useState<Scheduler>();
  if (job === undefined) return null;
  const typed = kind === 'every' ? { kind, minutes: Number(minutes) } : { kind, at };
  const parsed = jobTimerSchema.safeParse(typed);
  const problem = parsed.success ? undefined : asSentence(parsed.error.issues[0]?.message ?? '');
  return (
    <DialogFrame title={`Schedule ${job.name}`} width={760} onClose={onClose}>
      <div className="dialog-scroll schedule">
        <div className="fields">
          <div className="span-3">
            <span className="field-label" id="schedule-kind">
              When
            </span>
            <SegmentedControl
              fullWidth
              aria-labelledby="schedule-kind"
              data={[...KINDS]}
              value={kind}
              onChange={setKind}
            />
          </div>
          {kind === 'every' ? (
            <TextInput
              className="span-3"
              label="Minutes"
              inputMode="numeric"
              maxLength={5}
              value={minutes}
              error={problem}
              onChange={(event) => setMinutes(event.currentTarget.value)}
            />
          ) : (
            <TextInput
              className="span-3"
              label="Time of day"
              type="time"
              value={at}
              error={problem}
              onChange={(event) => setAt(event.currentTarget.value)}
            />
          )}
        </div>
        <TimerSection job={job} when={parsed.data} />
        {parsed.success && (
          <section className="schedule-part" aria-label="Elsewhere">
            <h3>By a scheduler</h3>
            <p className="faint">
              It runs whether or not Sluice is open. Two schedules of an incremental job do not disturb each
              other: its state lets one run at a time through.
            </p>
            <SnippetTabs job={job} when={parsed.data} tab={tab ?? likelyScheduler(platform)} onTab={setTab} />
          </section>
        )}
      </div>
      <div className="dialog-actions">
        <PortableButton job={job} />
        <span className="dialog-spring" />
        <Button variant="default" onClick={onClose}>
          Close
        </Button>
      </div>
    </DialogFrame>
  );
}

/** The job names profiles, which other computers do not have. */
function PortableButton({ job }: { readonly job: SavedJob }) {
  const state = useStore(useApp().profiles);
  return (
    <Button
      variant="default"
      leftSection={<IconDownload size={15} />}
      disabled={state.status !== 'ready'}
      title="Connection and destination written out, without secrets: those come from the environment there"
      onClick={() => {
        if (state.status === 'ready')
          download(`${job.name}.json`, jobFileText(portableSpec(job.spec, state.value)));
      }}
    >
      Job file for other computers
    </Button>
  );
}

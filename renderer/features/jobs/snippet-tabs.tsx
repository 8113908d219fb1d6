import { Tabs } from '@mantine/core';
import type { JobTimer, SavedJob } from '../../../electron/contract/saved-job.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { SCHEDULERS, type Scheduler } from './snippets/schedule.ts';

export interface SnippetTabsProps {
  readonly job: SavedJob;
  readonly when: JobTimer;
  readonly tab: Scheduler;
  readonly onTab: (tab: Scheduler) => void;
}

/** What to write where, so that a scheduler of the computer runs the job. */
export function SnippetTabs({ job, when, tab, onTab }: SnippetTabsProps) {
  const names = Object.keys(SCHEDULERS) as Scheduler[];
  const { files, notes } = SCHEDULERS[tab].write({ name: job.name, file: job.file, when });
  return (
    <Tabs
      value={tab}
      onChange={(next) => onTab(names.find((each) => each === next) ?? tab)}
      keepMounted={false}
    >
      <Tabs.List>
        {names.map((each) => (
          <Tabs.Tab key={each} value={each}>
            {SCHEDULERS[each].title}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value={tab} pt={10}>
        {files.map(({ place, text }) => (
          <figure key={place} className="snippet">
            <figcaption>
              <span className="ellipsis" title={place}>
                {place}
              </span>
              <CopyButton text={text} label={`Copy ${place}`} />
            </figcaption>
            <pre tabIndex={0}>{text}</pre>
          </figure>
        ))}
        {notes.map((note) => (
          <p key={note} className="faint">
            {note}
          </p>
        ))}
      </Tabs.Panel>
    </Tabs>
  );
}

import { ActionIcon, Progress } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import type { TableProgress } from '../../../electron/contract/capture-status.ts';
import { writeTableName } from '../../../electron/contract/table-name.ts';
import { useApp } from '../../state/app-context.ts';
import { notifyError } from '../../ui/notify.ts';
import { readingText } from './capture-words.ts';

export interface SnapshotProgressProps {
  /** Of the capture. */
  readonly name: string;
  readonly reading: readonly TableProgress[];
}

/** The tables of which a part is read, the one that is being read first. The reading of each can wait. */
export function SnapshotProgress({ name, reading }: SnapshotProgressProps) {
  const { client, captures } = useApp();
  const ask = async ({ table }: TableProgress, action: 'pause' | 'resume') => {
    try {
      captures.put(await client.call('capture.reread', { name, tables: [table], action }));
    } catch (error) {
      notifyError(`The reading of ${writeTableName(table)} could not be ${action}d`, error);
    }
  };
  return (
    <section className="run-section" aria-label="Snapshot">
      <h2>Snapshot</h2>
      <ul className="capture-snapshot">
        {reading.map((progress) => {
          const { table, done, all, paused = false } = progress;
          const shown = `${table.schema}.${table.name}`;
          return (
            <li key={shown}>
              <span className="ellipsis" title={shown}>
                {shown}
              </span>
              <Progress
                size="sm"
                aria-label={`Ranges of ${shown}`}
                value={all === 0 ? 0 : (done / all) * 100}
              />
              <span className="faint tabular">{readingText(progress)}</span>
              <ActionIcon
                variant="subtle"
                size="sm"
                aria-label={`${paused ? 'Read on' : 'Let wait'}: ${shown}`}
                title={paused ? 'Read on' : 'Let the reading wait: changes are captured meanwhile'}
                onClick={() => void ask(progress, paused ? 'resume' : 'pause')}
              >
                {paused ? <IconPlayerPlay size={14} /> : <IconPlayerPause size={14} />}
              </ActionIcon>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

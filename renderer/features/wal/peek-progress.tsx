import { Button, Group, Loader, Switch } from '@mantine/core';
import { IconCopy, IconDownload } from '@tabler/icons-react';
import type { PeekChange, PeekEnd } from '../../../electron/contract/peek.ts';
import { formatBytes } from '../../format/bytes.ts';
import { countOf } from '../../format/counts.ts';
import { formatDuration } from '../../format/durations.ts';
import { copyText } from '../../ui/clipboard.ts';
import { download } from '../../ui/download.ts';
import { notifyError } from '../../ui/notify.ts';
import type { PeekState } from './peek-session.ts';

const ENDS: Readonly<Record<PeekEnd, string>> = {
  caughtUp: 'That is all that is pending.',
  changes: 'The limit of changes is reached: there may be more.',
  bytes: 'The limit of bytes is reached: there may be more.',
  seconds: 'The time is over: there may be more.',
  lsn: 'The position is reached.',
};

export interface PeekProgressProps {
  readonly state: PeekState;
  readonly slot: string | null;
  /** The lines of test_decoding are shown as they are. */
  readonly raw: boolean;
  readonly onRaw: (raw: boolean) => void;
}

/** How far the peek is, how it has ended, and the way out for what it has found. */
export function PeekProgress({ state, slot, raw, onRaw }: PeekProgressProps) {
  const { phase, progress, opened, end, changes } = state;
  if (phase === 'idle') return null;
  const json = () => JSON.stringify(exported(state, slot), undefined, 2);
  return (
    <div className="peek-progress">
      <p role="status">
        {(phase === 'opening' || phase === 'reading') && <Loader size={13} aria-label="Peeking" />}
        {phase === 'opening' && 'Making a temporary slot…'}
        {progress !== undefined && (
          <span className="tabular">
            {countOf(progress.changes, 'change')}, {formatBytes(progress.bytes)},{' '}
            {formatDuration(progress.elapsedMs)}
            {opened === undefined
              ? ''
              : `, read to ${progress.lsn}${opened.endLsn === null ? '' : ` of ${opened.endLsn}`}`}
          </span>
        )}{' '}
        {end !== null && ENDS[end]}
        {phase === 'stopped' && 'Stopped; its slot is gone.'}
      </p>
      {changes.length > 0 && (
        <Group gap={6}>
          {hasText(changes) && (
            <Switch
              size="xs"
              label="Raw text"
              checked={raw}
              onChange={(event) => onRaw(event.currentTarget.checked)}
            />
          )}
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<IconCopy size={13} />}
            onClick={() => {
              copyText(json()).catch((error: unknown) =>
                notifyError('The changes could not be copied', error),
              );
            }}
          >
            Copy as JSON
          </Button>
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<IconDownload size={13} />}
            onClick={() => download(`peek-${slot ?? 'now'}.json`, json())}
          >
            Save as file
          </Button>
        </Group>
      )}
    </div>
  );
}

function exported({ opened, transactions, changes, withdrawn, end }: PeekState, slot: string | null) {
  return {
    slot,
    database: opened?.database,
    plugin: opened?.plugin,
    end,
    transactions: [...transactions.values()],
    changes: changes.filter(({ index }) => !withdrawn.has(index)),
  };
}

/** Only test_decoding writes lines: pgoutput has nothing that could be read as it is. */
function hasText(changes: readonly PeekChange[]): boolean {
  return changes.some(({ relation, text }) => relation !== null && text !== null);
}

import { Button, Progress } from '@mantine/core';
import type { SucceededState } from '../../../electron/contract/run.ts';
import { formatBytes } from '../../format/bytes.ts';
import { countOf } from '../../format/counts.ts';
import { formatClock, formatDuration } from '../../format/durations.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { Notice } from '../../ui/notice.tsx';
import { useNow } from '../../ui/use-now.ts';
import type { VerificationState } from './use-verification.ts';
import { verificationText } from './verification-text.ts';

export interface VerificationViewProps {
  readonly state: VerificationState;
  readonly run: SucceededState;
  readonly onRetry: () => void;
  readonly onCancel: () => void;
}

/** How far the reading is, and what it has shown. */
export function VerificationView({ state, run, onRetry, onCancel }: VerificationViewProps) {
  switch (state.tag) {
    case 'none':
      return null;
    case 'reading':
      return <Reading since={state.since} run={run} onCancel={onCancel} />;
    case 'failed':
      return <ErrorNotice error={state.error} title="The objects could not be verified" onRetry={onRetry} />;
    case 'read': {
      const { verification, took } = state;
      return (
        <Notice
          tone={verification.proved ? 'success' : 'error'}
          title={verificationText(verification, run.rows)}
        >
          <p>Rows, bytes and CRC-32 were compared in {formatDuration(took)}.</p>
        </Notice>
      );
    }
  }
}

interface ReadingProps {
  readonly since: number;
  readonly run: SucceededState;
  readonly onCancel: () => void;
}

function Reading({ since, run, onCancel }: ReadingProps) {
  const now = useNow(1_000);
  return (
    <div className="verify-reading">
      <p role="status">
        Reading {countOf(run.objects.length, 'object')}, {formatBytes(run.bytes)}, again. Leaving this page
        ends it.
      </p>
      <span className="faint tabular">{formatClock(Math.max(0, now - since))}</span>
      <Button size="compact-sm" variant="default" onClick={onCancel}>
        Cancel verification
      </Button>
      <Progress aria-label="Verifying" size="xs" value={100} animated striped />
    </div>
  );
}

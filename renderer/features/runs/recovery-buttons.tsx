import { Button } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import { useRecovery } from './use-recovery.ts';

export interface RecoveryButtonsProps {
  readonly runId: string;
  /** Names the run for those who hear a button and do not see where it stands. */
  readonly label?: string;
  /** True where there is little room. */
  readonly short?: boolean;
}

/** Resume, and Discard, which asks once more: what it removes has to be read again. */
export function RecoveryButtons({ runId, label, short = false }: RecoveryButtonsProps) {
  const { busy, resume, discard } = useRecovery(runId);
  const [asked, setAsked] = useState(false);
  const size = short ? 'compact-xs' : 'compact-sm';
  const of = label === undefined ? '' : ` ${label}`;
  if (asked) {
    return (
      <>
        <Button
          size={size}
          color="red"
          loading={busy === 'discard'}
          aria-label={`Remove what is kept${of}`}
          onClick={discard}
        >
          {short ? 'Remove' : 'Remove what is kept'}
        </Button>
        <Button size={size} variant="default" onClick={() => setAsked(false)}>
          {short ? 'Keep' : 'Keep it'}
        </Button>
      </>
    );
  }
  return (
    <>
      <Button
        size={size}
        leftSection={short ? undefined : <IconPlayerPlay size={14} />}
        loading={busy === 'resume'}
        aria-label={`Resume${of}`}
        onClick={resume}
      >
        Resume
      </Button>
      <Button
        size={size}
        variant="default"
        disabled={busy !== undefined}
        aria-label={`Discard${of}`}
        onClick={() => setAsked(true)}
      >
        Discard…
      </Button>
    </>
  );
}

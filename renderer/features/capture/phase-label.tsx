import '../runs/runs.css';
import {
  IconAlertCircle,
  IconCircleMinus,
  IconClock,
  IconDatabaseExport,
  IconLoader2,
  IconPlayerPause,
  IconPlayerStop,
  IconRefreshAlert,
} from '@tabler/icons-react';
import type { CapturePhase } from '../../../electron/contract/capture-status.ts';

/** The look is that of the states of runs. */
const LOOKS = {
  starting: { Icon: IconClock, label: 'Starting', look: 'queued' },
  snapshot: { Icon: IconDatabaseExport, label: 'Snapshot', look: 'paused' },
  streaming: { Icon: IconLoader2, label: 'Streaming', look: 'running' },
  waiting: { Icon: IconRefreshAlert, label: 'Waiting', look: 'waiting' },
  paused: { Icon: IconPlayerPause, label: 'Paused', look: 'waiting' },
  stopping: { Icon: IconPlayerStop, label: 'Stopping…', look: 'cancelling' },
  stopped: { Icon: IconCircleMinus, label: 'Stopped', look: 'cancelled' },
  failed: { Icon: IconAlertCircle, label: 'Failed', look: 'failed' },
} as const satisfies Record<CapturePhase, unknown>;

/** What a capture does, as an icon and a word. */
export function PhaseLabel({ phase }: { readonly phase: CapturePhase }) {
  const { Icon, label, look } = LOOKS[phase];
  return (
    <span className={`run-state is-${look}`}>
      <Icon size={16} aria-hidden="true" />
      {label}
    </span>
  );
}

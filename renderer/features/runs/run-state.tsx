import {
  IconAlertCircle,
  IconCircleCheck,
  IconCircleMinus,
  IconClock,
  IconLoader2,
  IconPlayerPause,
  IconPlayerStop,
} from '@tabler/icons-react';
import type { RunState } from '../../../electron/contract/run.ts';

const LOOKS = {
  queued: { Icon: IconClock, label: 'Queued' },
  paused: { Icon: IconPlayerPause, label: 'Paused' },
  running: { Icon: IconLoader2, label: 'Running' },
  cancelling: { Icon: IconPlayerStop, label: 'Cancelling…' },
  succeeded: { Icon: IconCircleCheck, label: 'Succeeded' },
  failed: { Icon: IconAlertCircle, label: 'Failed' },
  cancelled: { Icon: IconCircleMinus, label: 'Cancelled' },
} as const;

/** The state of a run as an icon and a word. */
export function RunStateLabel({ state }: { readonly state: RunState }) {
  const look = state.tag === 'running' && state.paused === true ? 'paused' : state.tag;
  const { Icon, label } = LOOKS[look];
  return (
    <span className={`run-state is-${look}`}>
      <Icon size={16} aria-hidden="true" />
      {label}
    </span>
  );
}

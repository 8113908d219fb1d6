import {
  IconAlertCircle,
  IconCircleCheck,
  IconCircleMinus,
  IconClock,
  IconLoader2,
  IconPlayerStop,
} from '@tabler/icons-react';
import type { RunState } from '../../../electron/contract/run.ts';

const LOOKS = {
  queued: { Icon: IconClock, label: 'Queued' },
  running: { Icon: IconLoader2, label: 'Running' },
  cancelling: { Icon: IconPlayerStop, label: 'Cancelling…' },
  succeeded: { Icon: IconCircleCheck, label: 'Succeeded' },
  failed: { Icon: IconAlertCircle, label: 'Failed' },
  cancelled: { Icon: IconCircleMinus, label: 'Cancelled' },
} as const;

/** The state of a run as an icon and a word. */
export function RunStateLabel({ tag }: { readonly tag: RunState['tag'] }) {
  const { Icon, label } = LOOKS[tag];
  return (
    <span className={`run-state is-${tag}`}>
      <Icon size={16} aria-hidden="true" />
      {label}
    </span>
  );
}

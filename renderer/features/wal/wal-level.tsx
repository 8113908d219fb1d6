import { IconAlertTriangle, IconCircleCheck, IconEye } from '@tabler/icons-react';
import type { WalLevel } from '../../../electron/contract/wal.ts';

const LOOKS = {
  ok: { Icon: IconCircleCheck, label: 'OK' },
  watch: { Icon: IconEye, label: 'Watch' },
  danger: { Icon: IconAlertTriangle, label: 'Danger' },
} as const;

/** A level of the guardian as an icon and a word. */
export function WalLevelLabel({ level }: { readonly level: WalLevel }) {
  const { Icon, label } = LOOKS[level];
  return (
    <span className={`wal-level is-${level}`}>
      <Icon size={15} aria-hidden="true" />
      {label}
    </span>
  );
}

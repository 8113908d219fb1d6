import { IconAlertTriangle, IconCircleCheck, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';

export type NoticeTone = 'error' | 'success' | 'warning';

const ICONS = { error: IconAlertTriangle, success: IconCircleCheck, warning: IconInfoCircle };
/** Errors interrupt a screen reader; the others wait for their turn. */
const ROLES = { error: 'alert', success: 'status', warning: 'note' } as const;

export interface NoticeProps {
  readonly tone: NoticeTone;
  readonly title: ReactNode;
  readonly children?: ReactNode;
}

/** A message with its place in a screen: what went wrong, or well. */
export function Notice({ tone, title, children }: NoticeProps) {
  const Icon = ICONS[tone];
  return (
    <div className={`notice is-${tone}`} role={ROLES[tone]}>
      <Icon size={18} aria-hidden="true" />
      <div className="notice-text">
        <strong>{title}</strong>
        {children}
      </div>
    </div>
  );
}

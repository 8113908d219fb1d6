import { IconAlertTriangle, IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import type { WalCheck } from '../../../electron/contract/wal.ts';
import { CopyButton } from '../../ui/copy-button.tsx';

const LOOKS = {
  pass: { Icon: IconCircleCheck, label: 'Pass' },
  warn: { Icon: IconAlertTriangle, label: 'Warning' },
  fail: { Icon: IconCircleX, label: 'Fail' },
} as const;

/** What has passed and what has not, each with what mends it. */
export function CheckList({ checks }: { readonly checks: readonly WalCheck[] }) {
  return (
    <ul className="wal-checks" aria-label="Checks">
      {checks.map((check) => (
        <Check key={check.code} check={check} />
      ))}
    </ul>
  );
}

function Check({ check }: { readonly check: WalCheck }) {
  const { Icon, label } = LOOKS[check.outcome];
  return (
    <li className={`wal-check is-${check.outcome}`}>
      <Icon size={17} role="img" aria-label={label} />
      <div>
        <strong>{check.title}</strong>
        <p>{check.text}</p>
        {check.remedy !== null && (
          <p className="wal-sql">
            <code>{check.remedy}</code>
            <CopyButton text={check.remedy} label="Copy remedy" />
          </p>
        )}
      </div>
    </li>
  );
}

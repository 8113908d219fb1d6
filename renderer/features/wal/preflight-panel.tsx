import { Button, Loader } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import type { WalCheck } from '../../../electron/contract/wal.ts';
import { useCall } from '../../state/use-call.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';

const LOOKS = {
  pass: { Icon: IconCircleCheck, label: 'Pass' },
  warn: { Icon: IconAlertTriangle, label: 'Warning' },
  fail: { Icon: IconCircleX, label: 'Fail' },
} as const;

/** What capture needs, point by point, with what mends it. */
export function PreflightPanel({ connectionId }: { readonly connectionId: string }) {
  const { state, retry } = useCall('wal.preflight', { connectionId });
  if (state.status === 'failed') {
    return (
      <div className="wal-error">
        <ErrorNotice error={state.error} title="The checks could not be made" onRetry={retry} />
      </div>
    );
  }
  if (state.status === 'loading') {
    return (
      <div className="shell-waiting">
        <Loader size="sm" aria-label="Checking" />
      </div>
    );
  }
  const { checks } = state.value;
  const failed = checks.filter(({ outcome }) => outcome === 'fail').length;
  return (
    <div className="wal-scroll">
      <div className="wal-verdict">
        <strong role="status">
          {failed === 0
            ? 'Changes can be captured from here.'
            : `Changes cannot be captured from here yet: ${failed} ${failed === 1 ? 'check fails' : 'checks fail'}.`}
        </strong>
        <Button size="compact-sm" variant="default" onClick={retry}>
          Check again
        </Button>
      </div>
      <ul className="wal-checks" aria-label="Checks">
        {checks.map((check) => (
          <Check key={check.code} check={check} />
        ))}
      </ul>
    </div>
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

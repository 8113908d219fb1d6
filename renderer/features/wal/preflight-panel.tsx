import { Button, Loader } from '@mantine/core';
import { useCall } from '../../state/use-call.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { CheckList } from './check-list.tsx';

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
      <CheckList checks={checks} />
    </div>
  );
}

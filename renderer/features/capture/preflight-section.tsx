import '../wal/wal.css';
import { Button, Loader } from '@mantine/core';
import { useState } from 'react';
import { countOf } from '../../format/counts.ts';
import { useCall } from '../../state/use-call.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { Notice } from '../../ui/notice.tsx';
import { CheckList } from '../wal/check-list.tsx';

/** Says before a capture is made whether the server can be captured from; the checks that passed are folded. */
export function PreflightSection({ connectionId }: { readonly connectionId: string }) {
  const { state, retry } = useCall('wal.preflight', { connectionId });
  const [all, setAll] = useState(false);
  if (state.status === 'failed')
    return <ErrorNotice error={state.error} title="The checks could not be made" onRetry={retry} />;
  if (state.status === 'loading') {
    return (
      <p className="capture-checking faint">
        <Loader size="xs" aria-hidden="true" /> Checking whether changes can be captured from here…
      </p>
    );
  }
  const { checks } = state.value;
  const failed = checks.filter(({ outcome }) => outcome === 'fail');
  const warned = checks.filter(({ outcome }) => outcome === 'warn');
  const shown = all ? checks : failed;
  const tone = failed.length > 0 ? 'error' : warned.length > 0 ? 'warning' : 'success';
  return (
    <div className="capture-preflight">
      <Notice
        tone={tone}
        title={
          failed.length === 0
            ? `Changes can be captured from here${warned.length === 0 ? '' : `; ${countOf(warned.length, 'warning')}`}.`
            : `Changes cannot be captured from here yet: ${countOf(failed.length, 'check')} ${failed.length === 1 ? 'fails' : 'fail'}.`
        }
      >
        {shown.length > 0 && <CheckList checks={shown} />}
        <div className="capture-check-actions">
          {(all || failed.length < checks.length) && (
            <Button size="compact-xs" variant="default" onClick={() => setAll(!all)}>
              {all ? 'Show less' : `Show all ${checks.length} checks`}
            </Button>
          )}
          <Button size="compact-xs" variant="default" onClick={retry}>
            Check again
          </Button>
        </div>
      </Notice>
    </div>
  );
}

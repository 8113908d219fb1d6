import { Button } from '@mantine/core';
import { useApp } from '../state/app-context.ts';
import { useStore } from '../state/store.ts';

/** Says that the engine cannot be reached. A browser tries again by itself; the desktop has to load the window anew. */
export function LinkBanner() {
  const { client, host } = useApp();
  const link = useStore(client.link);
  if (link !== 'lost') return null;
  return (
    <div className="shell-banner" role="alert">
      <strong>Connection to Sluice lost.</strong>
      {host === 'browser' ? (
        <span>Trying again… Check that the command that opened this page still runs.</span>
      ) : (
        <Button size="compact-xs" variant="white" color="dark" onClick={() => window.location.reload()}>
          Reload the window
        </Button>
      )}
    </div>
  );
}

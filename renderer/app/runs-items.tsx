import { Badge } from '@mantine/core';
import { IconFileText, IconHistory } from '@tabler/icons-react';
import { useApp } from '../state/app-context.ts';
import { formatRoute, type Route } from '../state/route.ts';
import { activeRuns } from '../state/runs-store.ts';
import { useStore } from '../state/store.ts';

export interface RunsItemProps {
  readonly route: Route;
}

/** The way to the saved jobs. */
export function JobsItem({ route }: RunsItemProps) {
  return (
    <div
      className={`sidebar-item sidebar-jobs${route.screen === 'jobs' || route.screen === 'job' ? ' is-current' : ''}`}
    >
      <a
        className="sidebar-link"
        href={formatRoute({ screen: 'jobs' })}
        aria-current={route.screen === 'jobs' ? 'page' : undefined}
      >
        <IconFileText size={16} />
        <span className="ellipsis">Jobs</span>
      </a>
    </div>
  );
}

/** The way to the runs, with how many are at work and how many have failed unseen. */
export function RunsItem({ route }: RunsItemProps) {
  const { runs, failedRuns } = useApp();
  const active = activeRuns(useStore(runs)).length;
  const failed = useStore(failedRuns).size;
  return (
    <div
      className={`sidebar-item sidebar-runs${route.screen === 'runs' || route.screen === 'run' ? ' is-current' : ''}`}
    >
      <a className="sidebar-link" href={formatRoute({ screen: 'runs' })}>
        <IconHistory size={16} />
        <span className="ellipsis">Runs</span>
        {active > 0 && (
          <Badge size="sm" variant="filled" aria-label={`${active} active`}>
            {active}
          </Badge>
        )}
        {failed > 0 && (
          <Badge size="sm" variant="filled" color="red.8" aria-label={`${failed} failed`}>
            {failed} failed
          </Badge>
        )}
      </a>
    </div>
  );
}

import { Badge } from '@mantine/core';
import { IconArrowsTransferDown } from '@tabler/icons-react';
import { useApp } from '../state/app-context.ts';
import { formatRoute, type Route } from '../state/route.ts';
import { useStore } from '../state/store.ts';

/** The way to the captures, with how many work and how many have failed. */
export function CaptureItem({ route }: { readonly route: Route }) {
  const state = useStore(useApp().captures);
  const captures = state.status === 'ready' ? [...state.value.values()] : [];
  const working = captures.filter(({ process }) => process !== null).length;
  const failed = captures.filter(({ phase }) => phase === 'failed').length;
  const current = route.screen === 'captures' || route.screen === 'capture';
  return (
    <div className={`sidebar-item sidebar-captures${current ? ' is-current' : ''}`}>
      <a
        className="sidebar-link"
        href={formatRoute({ screen: 'captures' })}
        aria-current={route.screen === 'captures' ? 'page' : undefined}
      >
        <IconArrowsTransferDown size={16} />
        <span className="ellipsis">Captures</span>
        {working > 0 && (
          <Badge size="sm" variant="filled" aria-label={`${working} captures work`}>
            {working}
          </Badge>
        )}
        {failed > 0 && (
          <Badge size="sm" variant="filled" color="red.8" aria-label={`${failed} captures failed`}>
            {failed}
          </Badge>
        )}
      </a>
    </div>
  );
}

import { ActionIcon, Tooltip } from '@mantine/core';
import { IconLayoutSidebarRight, IconRefresh } from '@tabler/icons-react';
import { memo } from 'react';
import { countOf, formatCount } from '../../format/counts.ts';
import { useSelected } from '../../state/store.ts';
import type { PreviewSession, PreviewState } from './preview-session.ts';
import { isExact } from './row-total.ts';

export interface RowsStatusProps {
  readonly session: PreviewSession;
  /** What was copied a moment ago, in words. */
  readonly copied: string;
  readonly panelOpen: boolean;
  readonly onReload: () => void;
  readonly onTogglePanel: () => void;
}

/** The line below the rows: how many there are, as far as that is known, and what can be done. */
export const RowsStatus = memo(function RowsStatus(props: RowsStatusProps) {
  const { session, copied, panelOpen, onReload, onTogglePanel } = props;
  const total = useSelected(session.state, totalText);
  const reopened = useSelected(session.state, (state) => state.reopened);
  const hidden = useSelected(session.state, (state) => state.hidden);
  return (
    <div className="rows-status">
      <span role="status">{total}</span>
      {hidden.length > 0 && (
        <span className="ellipsis" title={`You have no SELECT privilege on: ${hidden.join(', ')}`}>
          {countOf(hidden.length, 'column')} not shown: no SELECT privilege
        </span>
      )}
      {reopened && (
        <span title="The preview had been idle and was opened again; it now reads a newer snapshot.">
          Read again: rows can have moved
        </span>
      )}
      <span className="dialog-spring" />
      <span role="status">{copied}</span>
      <Tooltip label="Read the rows again">
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          aria-label="Read the rows again"
          onClick={onReload}
        >
          <IconRefresh size={15} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Show the selected value (Enter)">
        <ActionIcon
          variant={panelOpen ? 'light' : 'subtle'}
          color="gray"
          size="sm"
          aria-label="Show the selected value"
          aria-pressed={panelOpen}
          onClick={onTogglePanel}
        >
          <IconLayoutSidebarRight size={15} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
});

function totalText({ total, version }: PreviewState): string {
  if (version === 0) return '';
  if (isExact(total)) return countOf(total.known, 'row');
  if (total.limit !== undefined) {
    return `between ${formatCount(total.known)} and ${formatCount(total.limit)} rows`;
  }
  if (total.estimate === null || total.known > total.estimate) {
    return `more than ${countOf(total.known, 'row')}`;
  }
  return `about ${countOf(total.estimate, 'row')}, estimated`;
}

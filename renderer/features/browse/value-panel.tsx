import { ActionIcon, Loader } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { PreviewColumn } from '../../../electron/contract/preview.ts';
import { countOf, formatCount } from '../../format/counts.ts';
import { appErrorOf, isAbort } from '../../state/app-error-of.ts';
import type { Loadable } from '../../state/loadable.ts';
import { useSelected } from '../../state/store.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import type { CellPosition } from '../../ui/grid-view.ts';
import type { PreviewSession } from './preview-session.ts';
import { prettyValue } from './pretty-value.ts';

export interface ValuePanelProps {
  readonly session: PreviewSession;
  readonly position: CellPosition;
  readonly column: PreviewColumn;
  readonly onClose: () => void;
}

/** One value whole, beside the grid. */
export function ValuePanel({ session, position, column, onClose }: ValuePanelProps) {
  const state = useValue(session, position);
  const shown = state.status === 'ready' ? state.value : null;
  return (
    <aside
      className="value-panel"
      aria-label="Selected value"
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <div className="value-head">
        <div className="value-title">
          <strong className="ellipsis" title={column.name}>
            {column.name}
          </strong>
          <span className="ellipsis">
            {column.type} · row {formatCount(position.row + 1)}
            {shown !== null && ` · ${countOf(shown.length, 'character')}`}
          </span>
        </div>
        {shown !== null && <CopyButton text={shown} label="Copy the value" />}
        <ActionIcon variant="subtle" color="gray" size="sm" aria-label="Close the value" onClick={onClose}>
          <IconX size={15} />
        </ActionIcon>
      </div>
      <ValueBody state={state} type={column.type} />
    </aside>
  );
}

function ValueBody({ state, type }: { readonly state: Loadable<string | null>; readonly type: string }) {
  if (state.status === 'failed') return <ErrorNotice error={state.error} />;
  if (state.status === 'loading') {
    return (
      <div className="value-body">
        <Loader size="xs" aria-label="Reading the value" />
      </div>
    );
  }
  if (state.value === null) return <pre className="value-body is-none">NULL</pre>;
  if (state.value === '') return <pre className="value-body is-none">Empty text</pre>;
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached by the keyboard
    <pre className="value-body" tabIndex={0}>
      {prettyValue(state.value, type).text}
    </pre>
  );
}

function useValue(session: PreviewSession, position: CellPosition): Loadable<string | null> {
  const { row, column } = position;
  const key = `${row} ${column}`;
  // Rows that arrive may bring the value.
  useSelected(session.state, (state) => state.version);
  const cell = session.row(row)?.[column];
  const [fetched, setFetched] = useState<{ key: string; state: Loadable<string | null> }>();
  const known = cell === undefined ? undefined : cell === null || typeof cell === 'string' ? cell : undefined;
  const missing = known === undefined;
  useEffect(() => {
    if (!missing) return undefined;
    let current = true;
    const keep = (state: Loadable<string | null>) => {
      if (current) setFetched({ key, state });
    };
    session.value(row, column).then(
      (value) => keep({ status: 'ready', value }),
      (error: unknown) => {
        if (!isAbort(error)) keep({ status: 'failed', error: appErrorOf(error) });
      },
    );
    return () => {
      current = false;
    };
  }, [session, row, column, key, missing]);
  if (known !== undefined) return { status: 'ready', value: known };
  return fetched?.key === key ? fetched.state : { status: 'loading' };
}

import { Loader } from '@mantine/core';
import { useCallback, useEffect, useId, useRef, useState } from 'react';
import type { Relation } from '../../../electron/contract/relation.ts';
import { useApp } from '../../state/app-context.ts';
import { useSelected } from '../../state/store.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import type { CellPosition } from '../../ui/grid-view.ts';
import { PreviewSession } from './preview-session.ts';
import { isExact } from './row-total.ts';
import { RowsStatus } from './rows-status.tsx';
import { SAMPLE_ROWS, useGrid } from './use-grid.ts';
import { ValuePanel } from './value-panel.tsx';

export interface RowsPanelProps {
  readonly connectionId: string;
  readonly relation: Relation;
  readonly onReload: () => void;
}

/** The rows of a relation, from a preview that lives as long as this is on the screen. */
export function RowsPanel({ connectionId, relation, onReload }: RowsPanelProps) {
  const { client } = useApp();
  const [session, setSession] = useState<PreviewSession>();
  const { schema, name, estimatedRows } = relation;
  useEffect(() => {
    const opened = new PreviewSession(client, { connectionId, relation: { schema, name } }, estimatedRows);
    opened.want({ first: 0, end: SAMPLE_ROWS });
    setSession(opened);
    return () => opened.close();
    // The estimate can change with the list; a preview that is open keeps the one it began with.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [client, connectionId, schema, name]);
  return session === undefined ? null : <Rows session={session} onReload={onReload} />;
}

interface RowsProps {
  readonly session: PreviewSession;
  readonly onReload: () => void;
}

function Rows({ session, onReload }: RowsProps) {
  // Parts of the state that seldom change: the rows themselves go to the grid past this component.
  const columns = useSelected(session.state, (state) => (state.version > 0 ? state.columns : undefined));
  const error = useSelected(session.state, (state) => state.error);
  const empty = useSelected(session.state, ({ total }) => isExact(total) && total.known === 0);
  const [active, setActive] = useState<CellPosition>();
  const [panelOpen, setPanelOpen] = useState(false);
  const [copied, setCopied] = usePassing(3_000);
  const scroller = useRef<HTMLDivElement>(null);
  useGrid(scroller, session, columns, {
    onActive: setActive,
    onOpen: () => setPanelOpen(true),
    onCopied: setCopied,
  });
  const id = useId();
  const column = active === undefined ? undefined : columns?.[active.column];
  const togglePanel = useCallback(() => setPanelOpen((open) => !open), []);
  const waiting = columns === undefined && error === undefined;
  return (
    <div className="rows">
      <div className="rows-body">
        <div className="rows-grid">
          <div
            ref={scroller}
            id={id}
            className="grid-scroller"
            role="grid"
            aria-label="Rows"
            aria-readonly="true"
            aria-multiselectable="true"
            aria-busy={waiting}
            tabIndex={0}
          />
        </div>
        {error !== undefined && (
          <div className="rows-over">
            <ErrorNotice error={error} title="The rows could not be read" onRetry={() => session.retry()} />
          </div>
        )}
        {waiting && (
          <div className="rows-centre">
            <Loader size="sm" aria-label="Reading rows" />
          </div>
        )}
        {columns !== undefined && empty && <div className="rows-centre">No rows</div>}
        {panelOpen && active !== undefined && column !== undefined && (
          <ValuePanel
            session={session}
            position={active}
            column={column}
            onClose={() => {
              setPanelOpen(false);
              scroller.current?.focus({ preventScroll: true });
            }}
          />
        )}
      </div>
      <RowsStatus
        session={session}
        copied={copied}
        panelOpen={panelOpen}
        onReload={onReload}
        onTogglePanel={togglePanel}
      />
    </div>
  );
}

/** A text that goes away by itself. */
function usePassing(ms: number): [string, (text: string) => void] {
  const [shown, setShown] = useState({ text: '' });
  useEffect(() => {
    if (shown.text === '') return undefined;
    const timer = setTimeout(() => setShown({ text: '' }), ms);
    return () => clearTimeout(timer);
  }, [shown, ms]);
  // A new object every time, so that the same words begin their time again.
  const show = useCallback((text: string) => setShown({ text }), []);
  return [shown.text, show];
}

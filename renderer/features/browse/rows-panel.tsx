import { ActionIcon, Loader, Tooltip } from '@mantine/core';
import { IconLayoutSidebarRight, IconRefresh } from '@tabler/icons-react';
import { useEffect, useId, useRef, useState } from 'react';
import type { Relation } from '../../../electron/contract/relation.ts';
import { countOf, formatCount } from '../../format/counts.ts';
import { useApp } from '../../state/app-context.ts';
import { useStore } from '../../state/store.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { GridView, type CellPosition } from '../../ui/grid-view.ts';
import { notifyError } from '../../ui/notify.ts';
import { isNumeric, lookOf, textOf } from './cell-text.ts';
import { firstWidth, measureIn } from './column-width.ts';
import { copySelection } from './copy-rows.ts';
import type { PreviewRow } from './page-cache.ts';
import { PAGE_SIZE, PreviewSession, type PreviewState } from './preview-session.ts';
import { isExact, roomFor } from './row-total.ts';
import { ValuePanel } from './value-panel.tsx';

/** Rows of the first page that are looked at for the widths of the columns. */
const SAMPLE_ROWS = 60;

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
  const state = useStore(session.state);
  const [active, setActive] = useState<CellPosition>();
  const [panelOpen, setPanelOpen] = useState(false);
  const [copied, setCopied] = usePassing(3_000);
  const scroller = useRef<HTMLDivElement>(null);
  const columns = state.version > 0 ? state.columns : undefined;
  useGrid(scroller, session, {
    columns,
    state,
    onActive: setActive,
    onOpen: () => setPanelOpen(true),
    onCopied: setCopied,
  });
  const id = useId();
  const column = active === undefined ? undefined : columns?.[active.column];
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
            aria-busy={columns === undefined && state.error === undefined}
            tabIndex={0}
          />
        </div>
        {state.error !== undefined && (
          <div className="rows-over">
            <ErrorNotice
              error={state.error}
              title="The rows could not be read"
              onRetry={() => session.retry()}
            />
          </div>
        )}
        {columns === undefined && state.error === undefined && (
          <div className="rows-centre">
            <Loader size="sm" aria-label="Reading rows" />
          </div>
        )}
        {columns !== undefined && isExact(state.total) && state.total.known === 0 && (
          <div className="rows-centre">No rows</div>
        )}
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
      <div className="rows-status">
        <span role="status">{totalText(state)}</span>
        {state.reopened && (
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
            onClick={() => setPanelOpen(!panelOpen)}
          >
            <IconLayoutSidebarRight size={15} />
          </ActionIcon>
        </Tooltip>
      </div>
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
  return [shown.text, (text) => setShown({ text })];
}

interface GridOptions {
  readonly columns: PreviewState['columns'];
  readonly state: PreviewState;
  readonly onActive: (position: CellPosition | undefined) => void;
  readonly onOpen: () => void;
  /** Something was copied; what, in words. */
  readonly onCopied: (what: string) => void;
}

/** Keeps a grid in an element, once the columns are known, and tells it of rows that have arrived. */
function useGrid(
  scroller: React.RefObject<HTMLDivElement | null>,
  session: PreviewSession,
  { columns, state, onActive, onOpen, onCopied }: GridOptions,
): void {
  const grid = useRef<GridView>(undefined);
  useEffect(() => {
    const { current } = scroller;
    if (current === null || columns === undefined) return undefined;
    const sample = firstRows(session);
    const measure = measureIn(current);
    const copy = (position: CellPosition, range: { first: number; end: number } | undefined) => {
      copySelection(session, position, range).then(onCopied, (error: unknown) =>
        notifyError('Nothing was copied', error),
      );
    };
    const view = new GridView(current, {
      columns: columns.map((column, index) => ({
        name: column.name,
        type: column.type,
        align: isNumeric(column.type) ? 'right' : 'left',
        width: firstWidth(column, index, sample, measure),
      })),
      cell: (row, column, width) => {
        const value = session.row(row)?.[column];
        return { text: textOf(value, width), look: lookOf(value) };
      },
      onRange: (range) => session.want(range),
      onActive,
      onOpen,
      onCopy: copy,
    });
    grid.current = view;
    return () => {
      grid.current = undefined;
      view.destroy();
    };
    // The callbacks only set state; a new grid for every drawing would lose the place.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [session, columns]);
  useEffect(() => {
    grid.current?.setRows(roomFor(state.total, PAGE_SIZE), isExact(state.total));
    grid.current?.refresh();
  }, [session, columns, state.total, state.version]);
}

function firstRows(session: PreviewSession): readonly PreviewRow[] {
  const rows: PreviewRow[] = [];
  for (let index = 0; index < SAMPLE_ROWS; index += 1) {
    const row = session.row(index);
    if (row !== undefined) rows.push(row);
  }
  return rows;
}

function totalText({ total, version }: PreviewState): string {
  if (version === 0) return '';
  if (isExact(total)) return countOf(total.known, 'row');
  if (total.limit !== undefined) {
    return `between ${formatCount(total.known)} and ${formatCount(total.limit)} rows`;
  }
  if (total.estimate === null) return `more than ${countOf(total.known, 'row')}`;
  return `about ${countOf(Math.max(total.estimate, total.known), 'row')}, estimated`;
}

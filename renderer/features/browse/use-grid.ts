import { useEffect, useRef, type RefObject } from 'react';
import { GridView, type CellPosition } from '../../ui/grid-view.ts';
import { notifyError } from '../../ui/notify.ts';
import { isNumeric, lookOf, textOf } from './cell-text.ts';
import { firstWidth, measureIn } from './column-width.ts';
import { copySelection } from './copy-rows.ts';
import type { PreviewRow } from './page-cache.ts';
import { PAGE_SIZE, type PreviewSession, type PreviewState } from './preview-session.ts';
import { isExact, roomFor } from './row-total.ts';

/** Rows of the first page that are looked at for the widths of the columns. */
export const SAMPLE_ROWS = 60;

export interface GridEvents {
  readonly onActive: (position: CellPosition | undefined) => void;
  readonly onOpen: () => void;
  /** Something was copied; what, in words. */
  readonly onCopied: (what: string) => void;
}

/**
 * Keeps a grid in an element, once the columns are known. Rows that arrive go to the grid past React, which would
 * otherwise draw everything around it for every page of a fast scroll.
 */
export function useGrid(
  scroller: RefObject<HTMLDivElement | null>,
  session: PreviewSession,
  columns: PreviewState['columns'],
  events: GridEvents,
): void {
  const latest = useRef(events);
  useEffect(() => {
    latest.current = events;
  });
  useEffect(() => {
    const { current } = scroller;
    if (current === null || columns === undefined) return undefined;
    const view = createGrid(current, session, columns, latest);
    const update = () => {
      const { total } = session.state.get();
      view.setRows(roomFor(total, PAGE_SIZE), isExact(total));
      view.refresh();
    };
    update();
    const unsubscribe = session.state.subscribe(update);
    return () => {
      unsubscribe();
      view.destroy();
    };
  }, [scroller, session, columns]);
}

function createGrid(
  scroller: HTMLDivElement,
  session: PreviewSession,
  columns: NonNullable<PreviewState['columns']>,
  events: RefObject<GridEvents>,
): GridView {
  const sample = firstRows(session);
  const measure = measureIn(scroller);
  return new GridView(scroller, {
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
    onActive: (position) => events.current.onActive(position),
    onOpen: () => events.current.onOpen(),
    onCopy: (position, range) => {
      copySelection(session, position, range).then(
        (what) => events.current.onCopied(what),
        (error: unknown) => notifyError('Nothing was copied', error),
      );
    },
  });
}

function firstRows(session: PreviewSession): readonly PreviewRow[] {
  const rows: PreviewRow[] = [];
  for (let index = 0; index < SAMPLE_ROWS; index += 1) {
    const row = session.row(index);
    if (row !== undefined) rows.push(row);
  }
  return rows;
}

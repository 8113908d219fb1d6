/**
 * A grid of any number of rows and columns, drawn with plain DOM: React would make objects for every cell of every
 * frame. Only rows and columns on the screen exist.
 *
 * The rows lie in a layer that sticks to the top of the scroller, so their positions stay near zero however far the
 * offset is (see grid-geometry.ts). https://www.w3.org/WAI/ARIA/apg/patterns/grid/ names the keys and roles.
 */
import { GridColumns, LEAST_WIDTH } from './grid-columns.ts';
import type { Range } from './grid-geometry.ts';
import {
  createHeader,
  followDrag,
  handleAt,
  headerCell,
  neededWidth,
  type GridColumn,
} from './grid-header.ts';
import { moved } from './grid-keys.ts';
import { element, type GridCell } from './grid-row.ts';
import { GridRows } from './grid-rows.ts';
import { GridScroll } from './grid-scroll.ts';
import { GridSelection, type CellPosition } from './grid-selection.ts';

/** Pixels; grid.css has the same ones. */
const ROW_HEIGHT = 27;
const HEADER_HEIGHT = 46;
const OVERSCAN = { rows: 4, pixels: 200 };
/** Pixels by which a key makes a column wider. */
const RESIZE_STEP = 16;

export type { CellPosition, GridCell, GridColumn };

export interface GridSource {
  readonly columns: readonly GridColumn[];
  /** What to draw; more text than fits into `width` pixels is wasted. */
  cell(row: number, column: number, width: number): GridCell;
  /** Rows that are on the screen now. */
  onRange(range: Range): void;
  /** The active cell has changed. */
  onActive(position: CellPosition | undefined): void;
  /** A cell was opened: Enter or a double click. */
  onOpen(position: CellPosition): void;
  /** The user copies; `rows` is undefined where one cell is meant. */
  onCopy(position: CellPosition, rows: Range | undefined): void;
}

export class GridView {
  readonly #scroller: HTMLElement;
  readonly #source: GridSource;
  readonly #spacer = element('grid-spacer');
  readonly #layer = element('grid-layer');
  readonly #header = createHeader(HEADER_HEIGHT);
  readonly #rows: GridRows;
  readonly #columns: GridColumns;
  readonly #scroll: GridScroll;
  readonly #selection = new GridSelection();
  readonly #activeId: string;
  readonly #abort = new AbortController();
  readonly #resizeObserver = new ResizeObserver(() => this.#measure());
  #columnRange: Range = { first: 0, end: 0 };
  #exact = false;
  /** The user has asked for the last row, and it is not known yet which one that is. */
  #followsEnd = false;
  #version = 0;
  #layout = 0;
  #frame = 0;

  constructor(scroller: HTMLElement, source: GridSource) {
    this.#scroller = scroller;
    this.#source = source;
    this.#activeId = `${scroller.id}-active`;
    this.#columns = new GridColumns(source.columns);
    this.#scroll = new GridScroll(scroller, ROW_HEIGHT, HEADER_HEIGHT);
    this.#rows = new GridRows(ROW_HEIGHT, {
      activeId: this.#activeId,
      place: (column) => this.#columns.place(column),
      cell: (row, column) => source.cell(row, column, this.#columns.widthOf(column)),
    });
    this.#layer.append(this.#rows.root, this.#header);
    this.#spacer.append(this.#layer);
    scroller.replaceChildren(this.#spacer);
    scroller.setAttribute('aria-colcount', String(source.columns.length + 1));
    this.#listen();
    this.#resizeObserver.observe(scroller);
    this.#measure();
  }

  /** Number of rows to make room for; `exact` is false while the end has not been found. */
  setRows(rows: number, exact: boolean): void {
    this.#scroller.setAttribute('aria-rowcount', exact ? String(rows + 1) : '-1');
    this.#exact = exact;
    if (rows === this.#scroll.rows) return;
    this.#scroll.setRows(rows);
    this.#columns.makeRoomFor(rows);
    this.#selection.clampTo(rows);
    this.#layOut();
    if (!this.#followsEnd || rows === 0) return;
    this.#followsEnd = !exact;
    const column = this.#selection.active?.column ?? 0;
    this.#select(() => this.#selection.toCell({ row: rows - 1, column }));
  }

  /** Draws what is on the screen again, because values have arrived. */
  refresh(): void {
    this.#version += 1;
    this.#schedule();
  }

  destroy(): void {
    this.#abort.abort();
    this.#resizeObserver.disconnect();
    cancelAnimationFrame(this.#frame);
    this.#scroller.replaceChildren();
  }

  #listen(): void {
    const scroller = this.#scroller;
    const options = { signal: this.#abort.signal };
    scroller.addEventListener('scroll', () => this.#onScroll(), { ...options, passive: true });
    scroller.addEventListener('wheel', (event) => this.#onWheel(event), { ...options, passive: false });
    scroller.addEventListener('keydown', (event) => this.#onKey(event), options);
    scroller.addEventListener('pointerdown', (event) => this.#onPointer(event), options);
    scroller.addEventListener('dblclick', (event) => this.#onDoubleClick(event), options);
    scroller.addEventListener('copy', (event) => this.#onCopy(event), options);
    // Without an active cell the keys would have nothing to start from.
    scroller.addEventListener('focus', () => this.#activateFirst(), options);
  }

  #measure(): void {
    this.#scroll.measure();
    this.#layOut();
  }

  /** Sizes everything after rows, columns or the window have changed. */
  #layOut(): void {
    const { content, window } = this.#scroll.heights;
    const { width, gutter } = this.#columns;
    this.#spacer.style.height = `${content}px`;
    this.#spacer.style.width = `${width}px`;
    this.#layer.style.height = `${window}px`;
    this.#layer.style.setProperty('--grid-gutter', `${gutter}px`);
    this.#layer.style.setProperty('--grid-width', `${width}px`);
    this.#scroll.moveTo(this.#scroll.offset);
    this.#columnRange = { first: 0, end: 0 };
    this.#schedule();
  }

  #schedule(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw(): void {
    const rows = this.#scroll.visible(OVERSCAN.rows);
    this.#source.onRange(this.#scroll.visible(0));
    this.#drawColumns();
    const { active } = this.#selection;
    this.#rows.draw(
      {
        rows,
        columns: this.#columnRange,
        version: this.#version,
        layout: this.#layout,
        offset: this.#scroll.offset,
        isSelected: (row) => this.#selection.hasRow(row),
        activeColumn: (row) => (active?.row === row ? active.column : undefined),
      },
      HEADER_HEIGHT,
    );
    const shown = active !== undefined && active.row >= rows.first && active.row < rows.end;
    if (shown) this.#scroller.setAttribute('aria-activedescendant', this.#activeId);
    else this.#scroller.removeAttribute('aria-activedescendant');
  }

  #drawColumns(): void {
    const { scrollLeft, clientWidth } = this.#scroller;
    const { first, end } = this.#columns.visible(scrollLeft, clientWidth, OVERSCAN.pixels);
    if (first === this.#columnRange.first && end === this.#columnRange.end) return;
    this.#columnRange = { first, end };
    this.#layout += 1;
    const cells = this.#source.columns
      .slice(first, end)
      .map((column, index) =>
        headerCell(column, { index: first + index, ...this.#columns.place(first + index) }),
      );
    this.#header.replaceChildren(this.#header.firstElementChild ?? element(''), ...cells);
  }

  #select(change: () => void, reveal = true): void {
    change();
    this.#version += 1;
    const { active } = this.#selection;
    if (active !== undefined && reveal) {
      this.#scroll.reveal(active.row);
      const { scrollLeft, clientWidth } = this.#scroller;
      const left = this.#columns.scrollLeftTo(active.column, scrollLeft, clientWidth);
      if (left !== scrollLeft) this.#scroller.scrollLeft = left;
    }
    this.#source.onActive(active);
    this.#schedule();
  }

  #resize(column: number, width: number): void {
    this.#columns.resize(column, width);
    this.#layOut();
  }

  #activateFirst(): void {
    if (this.#selection.active !== undefined || this.#scroll.rows === 0) return;
    const row = Math.ceil(this.#scroll.offset / ROW_HEIGHT);
    this.#select(() => this.#selection.toCell({ row, column: 0 }), false);
  }

  #onScroll(): void {
    if (this.#scroll.followBar()) this.#followsEnd = false;
    this.#schedule();
  }

  #onWheel(event: WheelEvent): void {
    if (!this.#scroll.wheel(event)) return;
    this.#followsEnd = false;
    this.#schedule();
  }

  #onKey(event: KeyboardEvent): void {
    if (event.target !== this.#scroller || this.#scroll.rows === 0) return;
    const act = this.#actionOf(event, this.#selection.active ?? { row: 0, column: 0 });
    if (act !== undefined) event.preventDefault();
    act?.();
  }

  #actionOf(event: KeyboardEvent, active: CellPosition): (() => void) | undefined {
    const { key } = event;
    if (key === 'Enter') return () => this.#source.onOpen(active);
    if (key === ' ' && event.shiftKey) {
      return () => this.#select(() => this.#selection.toRow(active.row), false);
    }
    if (event.altKey && (key === 'ArrowLeft' || key === 'ArrowRight')) {
      const by = key === 'ArrowRight' ? RESIZE_STEP : -RESIZE_STEP;
      return () => this.#resize(active.column, this.#columns.widthOf(active.column) + by);
    }
    const bounds = {
      pageRows: this.#scroll.pageRows,
      lastRow: this.#scroll.rows - 1,
      lastColumn: this.#columns.count - 1,
    };
    const next = moved(active, event, bounds);
    if (next === undefined) return undefined;
    return () => {
      this.#followsEnd = !this.#exact && key === 'End' && next.row === bounds.lastRow;
      const extend = event.shiftKey && next.row !== active.row;
      this.#select(() => (extend ? this.#selection.extendTo(next) : this.#selection.toCell(next)));
    };
  }

  #onPointer(event: PointerEvent): void {
    if (event.button !== 0 || !(event.target instanceof HTMLElement)) return;
    const handle = handleAt(event.target);
    if (handle !== undefined) {
      const from = this.#columns.widthOf(handle);
      followDrag(event, this.#abort.signal, (by) => this.#resize(handle, from + by));
      return;
    }
    const hit = this.#rows.positionAt(event.target);
    if (hit === undefined) return;
    event.preventDefault();
    this.#followsEnd = false;
    this.#scroller.focus({ preventScroll: true });
    const { row, column } = hit;
    const position = { row, column: column ?? this.#selection.active?.column ?? 0 };
    this.#select(() => {
      if (event.shiftKey) this.#selection.extendTo(position);
      else if (column === undefined) this.#selection.toRow(row);
      else this.#selection.toCell(position);
    }, column !== undefined);
  }

  #onDoubleClick(event: MouseEvent): void {
    if (!(event.target instanceof HTMLElement)) return;
    const handle = handleAt(event.target);
    if (handle !== undefined) {
      const head = this.#header.querySelector<HTMLElement>(`[data-index="${handle}"]`);
      const cells = [...this.#rows.cellsOf(handle), ...(head === null ? [] : [head])];
      this.#resize(handle, Math.max(LEAST_WIDTH, neededWidth(cells)));
      return;
    }
    const hit = this.#rows.positionAt(event.target);
    if (hit?.column !== undefined) this.#source.onOpen({ row: hit.row, column: hit.column });
  }

  #onCopy(event: ClipboardEvent): void {
    const { active, rows } = this.#selection;
    if (active === undefined) return;
    event.preventDefault();
    this.#source.onCopy(active, rows);
  }
}

/**
 * A grid of any number of rows and columns, drawn with plain DOM: React would make objects for every cell of every
 * frame. Only rows and columns on the screen exist; row elements are used again as the window moves.
 *
 * The rows lie in a layer that sticks to the top of the scroller, so their positions stay near zero however far the
 * offset is (see grid-geometry.ts). https://www.w3.org/WAI/ARIA/apg/patterns/grid/ names the keys and roles.
 */
import { formatCount } from '../format/counts.ts';
import {
  clampOffset,
  edgesOf,
  isCapped,
  offsetOfScrollTop,
  offsetToReveal,
  scrollHeight,
  scrollLeftToReveal,
  scrollTopOfOffset,
  visibleColumns,
  visibleRows,
  type Range,
  type VerticalGeometry,
} from './grid-geometry.ts';
import { moved } from './grid-keys.ts';
import { element, GridRow, type GridCell, type RowContent } from './grid-row.ts';
import { GridSelection, type CellPosition } from './grid-selection.ts';
import { createHeader, headerCell, type GridColumn } from './grid-header.ts';

export const ROW_HEIGHT = 27;
export const HEADER_HEIGHT = 46;
/** The column of row numbers: as wide as the largest number needs. */
const LEAST_GUTTER = 52;
const DIGIT_WIDTH = 6.7;
const MIN_WIDTH = 48;
const MAX_WIDTH = 1_200;
const OVERSCAN_ROWS = 4;
/** Rows between the anchor of the layer and the screen; positions stay far below what floats are exact to. */
const ANCHOR_DISTANCE = 5_000;
const OVERSCAN_PIXELS = 200;

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
  readonly #rowLayer = element('grid-rows');
  readonly #content: RowContent;
  readonly #header: HTMLDivElement;
  readonly #selection = new GridSelection();
  readonly #pool: GridRow[] = [];
  readonly #abort = new AbortController();
  readonly #resizeObserver: ResizeObserver;
  readonly #widths: number[];
  #edges: readonly number[];
  #rows = 0;
  #gutter = LEAST_GUTTER;
  #viewport = 0;
  #viewportWidth = 0;
  #offset = 0;
  /** Where this class put the scroll bar; a scroll event that says otherwise comes from the user. */
  #expectedTop = 0;
  #columnRange: Range = { first: 0, end: 0 };
  /** The user has asked for the last row, and it is not known yet which one that is. */
  #followsEnd = false;
  #exact = false;
  /** The row at the top of the layer of rows, whose positions are counted from it. */
  #anchor = 0;
  #version = 0;
  #layout = 0;
  #frame = 0;

  constructor(scroller: HTMLElement, source: GridSource) {
    this.#scroller = scroller;
    this.#source = source;
    this.#widths = source.columns.map((column) => clampWidth(column.width));
    this.#edges = edgesOf(this.#widths);
    this.#header = createHeader(HEADER_HEIGHT);
    this.#layer.append(this.#rowLayer, this.#header);
    this.#content = {
      activeId: `${scroller.id}-active`,
      place: (column) => ({
        left: this.#gutter + (this.#edges[column] ?? 0),
        width: this.#widths[column] ?? 0,
        align: source.columns[column]?.align ?? 'left',
      }),
      cell: (row, column) => source.cell(row, column, this.#widths[column] ?? 0),
    };
    this.#spacer.append(this.#layer);
    scroller.replaceChildren(this.#spacer);
    scroller.setAttribute('aria-colcount', String(source.columns.length + 1));
    this.#listen();
    this.#resizeObserver = new ResizeObserver(() => this.#measure());
    this.#resizeObserver.observe(scroller);
    this.#measure();
  }

  /** Number of rows to make room for; `exact` is false while the end has not been found. */
  setRows(rows: number, exact: boolean): void {
    this.#scroller.setAttribute('aria-rowcount', exact ? String(rows + 1) : '-1');
    this.#exact = exact;
    if (rows === this.#rows) return;
    this.#rows = rows;
    this.#gutter = Math.max(LEAST_GUTTER, formatCount(rows).length * DIGIT_WIDTH + 20);
    this.#selection.clampTo(rows);
    this.#layOut();
    const active = this.#selection.active;
    if (!this.#followsEnd || active === undefined || rows === 0) return;
    this.#followsEnd = !exact;
    this.#select(() => this.#selection.toCell({ ...active, row: rows - 1 }));
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

  get #geometry(): VerticalGeometry {
    return { rows: this.#rows, rowHeight: ROW_HEIGHT, viewport: this.#viewport };
  }

  #listen(): void {
    const options = { signal: this.#abort.signal };
    const scroller = this.#scroller;
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
    this.#viewportWidth = this.#scroller.clientWidth;
    this.#viewport = Math.max(0, this.#scroller.clientHeight - HEADER_HEIGHT);
    this.#layOut();
  }

  /** Sizes the scroller after rows, columns or the window have changed. */
  #layOut(): void {
    const width = this.#gutter + (this.#edges.at(-1) ?? 0);
    this.#spacer.style.height = `${scrollHeight(this.#geometry) + HEADER_HEIGHT}px`;
    this.#spacer.style.width = `${width}px`;
    this.#layer.style.setProperty('--grid-gutter', `${this.#gutter}px`);
    this.#layer.style.setProperty('--grid-width', `${width}px`);
    this.#layer.style.height = `${this.#viewport + HEADER_HEIGHT}px`;
    this.#moveTo(this.#offset);
    this.#columnRange = { first: 0, end: 0 };
    this.#schedule();
  }

  /** Sets the offset and puts the scroll bar where it belongs. */
  #moveTo(offset: number): void {
    this.#offset = clampOffset(this.#geometry, offset);
    const top = scrollTopOfOffset(this.#geometry, this.#offset);
    if (Math.abs(this.#scroller.scrollTop - top) >= 1) this.#scroller.scrollTop = top;
    // Read back, because the browser rounds to device pixels.
    this.#expectedTop = this.#scroller.scrollTop;
    this.#schedule();
  }

  #onScroll(): void {
    const top = this.#scroller.scrollTop;
    if (Math.abs(top - this.#expectedTop) >= 1) {
      this.#offset = offsetOfScrollTop(this.#geometry, top);
      this.#followsEnd = false;
      this.#expectedTop = top;
    }
    this.#schedule();
  }

  /** Above the cap a pixel of the scroll bar is many rows: the wheel goes by real pixels instead. */
  #onWheel(event: WheelEvent): void {
    if (!isCapped(this.#geometry) || event.ctrlKey || event.deltaY === 0) return;
    event.preventDefault();
    this.#followsEnd = false;
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? ROW_HEIGHT : 1;
    const page = event.deltaMode === WheelEvent.DOM_DELTA_PAGE ? this.#viewport : unit;
    if (event.shiftKey) this.#scroller.scrollLeft += event.deltaY * page;
    else {
      this.#moveTo(this.#offset + event.deltaY * page);
      this.#scroller.scrollLeft += event.deltaX * page;
    }
  }

  #schedule(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw(): void {
    const rows = visibleRows(this.#geometry, this.#offset, OVERSCAN_ROWS);
    this.#source.onRange(visibleRows(this.#geometry, this.#offset, 0));
    const left = this.#scroller.scrollLeft - OVERSCAN_PIXELS;
    const columns = visibleColumns(this.#edges, Math.max(0, left), this.#viewportWidth + 2 * OVERSCAN_PIXELS);
    if (columns.first !== this.#columnRange.first || columns.end !== this.#columnRange.end) {
      this.#columnRange = columns;
      this.#layout += 1;
      this.#drawHeader();
    }
    this.#drawRows(rows);
  }

  #drawRows(rows: Range): void {
    // Rows find their element by index modulo the pool, which therefore only grows.
    while (this.#pool.length < rows.end - rows.first) {
      const added = new GridRow();
      this.#pool.push(added);
      this.#rowLayer.append(added.root);
    }
    // The layer moves, the rows in it stay where they are. It is anchored anew before positions get large.
    if (Math.abs(rows.first - this.#anchor) > ANCHOR_DISTANCE) this.#anchor = rows.first;
    const shift = HEADER_HEIGHT + this.#anchor * ROW_HEIGHT - Math.round(this.#offset);
    this.#rowLayer.style.transform = `translate3d(0, ${shift}px, 0)`;
    const active = this.#selection.active;
    for (let row = rows.first; row < rows.end; row += 1) {
      const drawing = {
        row,
        top: (row - this.#anchor) * ROW_HEIGHT,
        version: this.#version,
        layout: this.#layout,
        columns: this.#columnRange,
        selected: this.#selection.hasRow(row),
        activeColumn: active?.row === row ? active.column : undefined,
      };
      this.#pool[row % this.#pool.length]?.draw(drawing, this.#content);
    }
    for (const each of this.#pool) {
      if (each.row !== undefined && (each.row < rows.first || each.row >= rows.end)) each.hide();
    }
    const shown = active !== undefined && active.row >= rows.first && active.row < rows.end;
    if (shown) this.#scroller.setAttribute('aria-activedescendant', this.#content.activeId);
    else this.#scroller.removeAttribute('aria-activedescendant');
  }

  #drawHeader(): void {
    const cells: HTMLElement[] = [];
    for (let index = this.#columnRange.first; index < this.#columnRange.end; index += 1) {
      const column = this.#source.columns[index];
      if (column === undefined) continue;
      const { left, width } = this.#content.place(index);
      cells.push(headerCell(column, { index, left, width }));
    }
    this.#header.replaceChildren(this.#header.firstElementChild ?? element(''), ...cells);
  }

  #select(change: () => void, reveal = true): void {
    change();
    this.#version += 1;
    const active = this.#selection.active;
    if (active !== undefined && reveal) this.#reveal(active);
    this.#source.onActive(active);
    this.#schedule();
  }

  #reveal(position: CellPosition): void {
    this.#moveTo(offsetToReveal(this.#geometry, this.#offset, position.row));
    const room = this.#viewportWidth - this.#gutter;
    const { scrollLeft } = this.#scroller;
    const left = scrollLeftToReveal(this.#edges, scrollLeft, room, position.column);
    if (left !== scrollLeft) this.#scroller.scrollLeft = left;
  }

  #activateFirst(): void {
    if (this.#selection.active !== undefined || this.#rows === 0) return;
    const row = Math.ceil(this.#offset / ROW_HEIGHT);
    this.#select(() => this.#selection.toCell({ row, column: 0 }), false);
  }

  #onKey(event: KeyboardEvent): void {
    if (event.target !== this.#scroller || this.#rows === 0) return;
    const active = this.#selection.active ?? { row: 0, column: 0 };
    const lastColumn = this.#source.columns.length - 1;
    if (event.altKey && (event.key === 'ArrowLeft' || event.key === 'ArrowRight')) {
      event.preventDefault();
      const by = event.key === 'ArrowRight' ? 16 : -16;
      this.#resize(active.column, (this.#widths[active.column] ?? MIN_WIDTH) + by);
      return;
    }
    if (event.key === 'Enter') {
      event.preventDefault();
      this.#source.onOpen(active);
      return;
    }
    if (event.key === ' ' && event.shiftKey) {
      event.preventDefault();
      this.#select(() => this.#selection.toRow(active.row), false);
      return;
    }
    const pageRows = Math.max(1, Math.floor(this.#viewport / ROW_HEIGHT) - 1);
    const next = moved(active, event, { pageRows, lastRow: this.#rows - 1, lastColumn });
    if (next === undefined) return;
    event.preventDefault();
    this.#followsEnd = !this.#exact && next.row === this.#rows - 1 && event.key === 'End';
    const extend = event.shiftKey && next.row !== active.row;
    this.#select(() => (extend ? this.#selection.extendTo(next) : this.#selection.toCell(next)));
  }

  #onPointer(event: PointerEvent): void {
    if (event.button !== 0 || !(event.target instanceof HTMLElement)) return;
    const handle = event.target.closest<HTMLElement>('.grid-handle');
    if (handle !== null) {
      this.#dragHandle(handle, event);
      return;
    }
    const position = this.#positionOf(event.target);
    if (position === undefined) return;
    this.#followsEnd = false;
    this.#scroller.focus({ preventScroll: true });
    event.preventDefault();
    const whole = event.target.classList.contains('grid-gutter');
    this.#select(() => {
      if (event.shiftKey) this.#selection.extendTo(position);
      else if (whole) this.#selection.toRow(position.row);
      else this.#selection.toCell(position);
    }, !whole);
  }

  #onDoubleClick(event: MouseEvent): void {
    if (!(event.target instanceof HTMLElement)) return;
    const handle = event.target.closest<HTMLElement>('.grid-handle');
    if (handle !== null) {
      this.#fit(Number(handle.dataset['column']));
      return;
    }
    const position = this.#positionOf(event.target);
    if (position !== undefined && event.target.classList.contains('grid-cell')) this.#source.onOpen(position);
  }

  /** The cell at an element; the gutter counts as the column that was active. */
  #positionOf(target: HTMLElement): CellPosition | undefined {
    for (const each of this.#pool) {
      const column = each.columnAt(target);
      if (column === undefined || each.row === undefined) continue;
      return { row: each.row, column: column === 'gutter' ? (this.#selection.active?.column ?? 0) : column };
    }
    return undefined;
  }

  #onCopy(event: ClipboardEvent): void {
    const active = this.#selection.active;
    if (active === undefined) return;
    event.preventDefault();
    this.#source.onCopy(active, this.#selection.rows);
  }

  #dragHandle(handle: HTMLElement, start: PointerEvent): void {
    start.preventDefault();
    const column = Number(handle.dataset['column']);
    const from = this.#widths[column] ?? MIN_WIDTH;
    const ended = new AbortController();
    const signal = AbortSignal.any([ended.signal, this.#abort.signal]);
    // On the window, because the handle itself is drawn anew while it is dragged.
    window.addEventListener(
      'pointermove',
      (event) => this.#resize(column, from + event.clientX - start.clientX),
      { signal },
    );
    window.addEventListener('pointerup', () => ended.abort(), { signal });
    window.addEventListener('pointercancel', () => ended.abort(), { signal });
  }

  #resize(column: number, width: number): void {
    this.#widths[column] = clampWidth(width);
    this.#edges = edgesOf(this.#widths);
    this.#layOut();
  }

  /** Makes a column as wide as what is on the screen needs. */
  #fit(column: number): void {
    let width = MIN_WIDTH;
    const cells = this.#pool.map((each) => each.cellOf(column));
    for (const cell of [...cells, this.#header.querySelector<HTMLElement>(`[data-index="${column}"]`)]) {
      if (!cell) continue;
      // Measured without its width, which scrollWidth never goes below.
      cell.style.width = '0';
      width = Math.max(width, cell.scrollWidth + 12);
    }
    this.#resize(column, width);
  }
}

function clampWidth(width: number): number {
  return Math.round(Math.min(Math.max(MIN_WIDTH, width), MAX_WIDTH));
}

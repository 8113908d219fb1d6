/**
 * One row of a grid, made once and used again for other rows. It remembers what it shows, because most of a frame's
 * time would go into telling the browser what it knows already.
 */
import { formatCount } from '../format/counts.ts';
import type { Range } from './grid-geometry.ts';

/** One cell as it is to be drawn. `look` becomes a class. */
export interface GridCell {
  readonly text: string;
  readonly look: string;
}

/** Where a column is. */
export interface ColumnPlace {
  readonly left: number;
  readonly width: number;
  readonly align: 'left' | 'right';
}

/** What a row is to show. */
export interface RowDrawing {
  readonly row: number;
  /** Pixels from the top of the layer of rows. */
  readonly top: number;
  /** Goes up when values or the selection have changed. */
  readonly version: number;
  /** Goes up when columns have moved. */
  readonly layout: number;
  readonly columns: Range;
  readonly selected: boolean;
  readonly activeColumn: number | undefined;
}

/** Answers about columns and values while a row is drawn. */
export interface RowContent {
  readonly activeId: string;
  place(column: number): ColumnPlace;
  cell(row: number, column: number): GridCell;
}

interface CellElement {
  readonly root: HTMLDivElement;
  readonly text: Text;
  className: string;
}

export class GridRow {
  readonly root = element('grid-row');
  readonly #gutter = element('grid-gutter');
  readonly #number = document.createTextNode('');
  readonly #cells: CellElement[] = [];
  #drawn: RowDrawing | undefined;

  constructor() {
    this.root.setAttribute('role', 'row');
    this.#gutter.setAttribute('role', 'rowheader');
    this.#gutter.ariaColIndex = '1';
    this.#gutter.append(this.#number);
    this.root.append(this.#gutter);
  }

  /** The row that is shown; undefined while it is hidden. */
  get row(): number | undefined {
    return this.#drawn?.row;
  }

  hide(): void {
    if (this.#drawn === undefined) return;
    this.#drawn = undefined;
    this.root.hidden = true;
  }

  draw(next: RowDrawing, content: RowContent): void {
    const before = this.#drawn;
    if (
      before?.row === next.row &&
      before.version === next.version &&
      before.layout === next.layout &&
      before.top === next.top
    ) {
      return;
    }
    this.#drawn = next;
    if (before === undefined) this.root.hidden = false;
    if (before?.top !== next.top) this.root.style.transform = `translateY(${next.top}px)`;
    if (before?.row !== next.row) {
      this.root.ariaRowIndex = String(next.row + 2);
      this.#number.data = formatCount(next.row + 1);
    }
    const className = rowClass(next);
    if (before === undefined || rowClass(before) !== className) {
      this.root.className = className;
      this.root.ariaSelected = String(next.selected);
    }
    if (before?.layout !== next.layout) this.#layOut(next.columns, content);
    this.#fill(next, content);
  }

  /** What lies at an element of this row. */
  columnAt(target: Element): number | 'gutter' | undefined {
    if (target === this.#gutter) return 'gutter';
    const index = this.#cells.findIndex((cell) => cell.root === target);
    return index < 0 || this.#drawn === undefined ? undefined : this.#drawn.columns.first + index;
  }

  /** The element of a column, while it is on the screen. */
  cellOf(column: number): HTMLElement | undefined {
    return this.#drawn === undefined ? undefined : this.#cells[column - this.#drawn.columns.first]?.root;
  }

  #layOut(columns: Range, content: RowContent): void {
    const count = columns.end - columns.first;
    while (this.#cells.length > count) this.#cells.pop()?.root.remove();
    while (this.#cells.length < count) {
      const cell = createCell();
      this.#cells.push(cell);
      this.root.append(cell.root);
    }
    for (const [index, { root }] of this.#cells.entries()) {
      const { left, width } = content.place(columns.first + index);
      root.style.left = `${left}px`;
      root.style.width = `${width}px`;
      root.ariaColIndex = String(columns.first + index + 2);
    }
  }

  #fill({ row, columns, activeColumn }: RowDrawing, content: RowContent): void {
    for (const [index, cell] of this.#cells.entries()) {
      const column = columns.first + index;
      const { text, look } = content.cell(row, column);
      const active = column === activeColumn;
      const align = content.place(column).align === 'right' ? ' is-right' : '';
      const className = `grid-cell is-${look}${align}${active ? ' is-active' : ''}`;
      if (cell.className !== className) {
        cell.className = className;
        cell.root.className = className;
        cell.root.id = active ? content.activeId : '';
      }
      if (cell.text.data !== text) cell.text.data = text;
    }
  }
}

function rowClass({ row, selected }: RowDrawing): string {
  return `grid-row${row % 2 === 1 ? ' is-odd' : ''}${selected ? ' is-selected' : ''}`;
}

function createCell(): CellElement {
  const root = element('');
  root.setAttribute('role', 'gridcell');
  const text = document.createTextNode('');
  root.append(text);
  return { root, text, className: '' };
}

export function element(className: string): HTMLDivElement {
  const made = document.createElement('div');
  made.className = className;
  return made;
}

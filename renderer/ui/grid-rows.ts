/** The rows of a grid that are on the screen: as many elements as are needed, used again as the window moves. */
import type { Range } from './grid-geometry.ts';
import { element, GridRow, type RowContent } from './grid-row.ts';

/** Rows between the anchor and the screen; positions stay far below what 32-bit floats are exact to. */
const ANCHOR_DISTANCE = 5_000;

/** What is the same for all rows of one drawing. */
export interface RowsDrawing {
  readonly rows: Range;
  readonly columns: Range;
  /** Goes up when values or the selection have changed. */
  readonly version: number;
  /** Goes up when columns have moved. */
  readonly layout: number;
  /** Pixels from the top of the first row of all to the top of the window. */
  readonly offset: number;
  isSelected(row: number): boolean;
  activeColumn(row: number): number | undefined;
}

export class GridRows {
  readonly root = element('grid-rows');
  readonly #pool: GridRow[] = [];
  readonly #rowHeight: number;
  readonly #content: RowContent;
  /** The row whose top is the top of the layer: the layer moves, the rows in it stay where they are. */
  #anchor = 0;

  constructor(rowHeight: number, content: RowContent) {
    this.#rowHeight = rowHeight;
    this.#content = content;
  }

  /** @param top pixels above the first row of the window */
  draw(drawing: RowsDrawing, top: number): void {
    const { rows, columns, version, layout } = drawing;
    this.#grow(rows.end - rows.first);
    if (Math.abs(rows.first - this.#anchor) > ANCHOR_DISTANCE) this.#anchor = rows.first;
    const shift = top + this.#anchor * this.#rowHeight - Math.round(drawing.offset);
    this.root.style.transform = `translate3d(0, ${shift}px, 0)`;
    for (let row = rows.first; row < rows.end; row += 1) {
      this.#pool[row % this.#pool.length]?.draw(
        {
          row,
          top: (row - this.#anchor) * this.#rowHeight,
          version,
          layout,
          columns,
          selected: drawing.isSelected(row),
          activeColumn: drawing.activeColumn(row),
        },
        this.#content,
      );
    }
    for (const each of this.#pool) {
      if (each.row !== undefined && (each.row < rows.first || each.row >= rows.end)) each.hide();
    }
  }

  /** The cell at an element; without a column where it is the number of the row. */
  positionAt(target: Element): { readonly row: number; readonly column: number | undefined } | undefined {
    for (const each of this.#pool) {
      const column = each.columnAt(target);
      if (column === undefined || each.row === undefined) continue;
      return { row: each.row, column: column === 'gutter' ? undefined : column };
    }
    return undefined;
  }

  /** The elements of a column that are on the screen. */
  cellsOf(column: number): readonly HTMLElement[] {
    return this.#pool.map((each) => each.cellOf(column)).filter((cell) => cell !== undefined);
  }

  /** Rows find their element by index modulo the size of the pool: with another size they all find another one. */
  #grow(needed: number): void {
    if (needed <= this.#pool.length) return;
    for (const each of this.#pool) each.hide();
    while (this.#pool.length < needed) {
      const added = new GridRow();
      this.#pool.push(added);
      this.root.append(added.root);
    }
  }
}

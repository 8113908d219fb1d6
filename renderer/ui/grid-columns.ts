/** The columns of a grid: how wide they are, and so where. */
import { formatCount } from '../format/counts.ts';
import { edgesOf, scrollLeftToReveal, visibleColumns, type Range } from './grid-geometry.ts';
import type { GridColumn } from './grid-header.ts';
import type { ColumnPlace } from './grid-row.ts';

export const LEAST_WIDTH = 48;
const MOST_WIDTH = 1_200;
/** The column of row numbers is as wide as the largest number needs. */
const LEAST_GUTTER = 52;
const DIGIT_WIDTH = 6.7;
const GUTTER_PADDING = 20;

export class GridColumns {
  readonly #columns: readonly GridColumn[];
  readonly #widths: number[];
  #edges: readonly number[];
  #gutter = LEAST_GUTTER;

  constructor(columns: readonly GridColumn[]) {
    this.#columns = columns;
    this.#widths = columns.map((column) => clampWidth(column.width));
    this.#edges = edgesOf(this.#widths);
  }

  get count(): number {
    return this.#columns.length;
  }

  /** Width of the row numbers at the left, which stay while the columns scroll. */
  get gutter(): number {
    return this.#gutter;
  }

  /** Width of everything, row numbers included. */
  get width(): number {
    return this.#gutter + (this.#edges.at(-1) ?? 0);
  }

  makeRoomFor(rows: number): void {
    this.#gutter = Math.max(LEAST_GUTTER, formatCount(rows).length * DIGIT_WIDTH + GUTTER_PADDING);
  }

  widthOf(column: number): number {
    return this.#widths[column] ?? 0;
  }

  place(column: number): ColumnPlace {
    return {
      left: this.#gutter + (this.#edges[column] ?? 0),
      width: this.widthOf(column),
      align: this.#columns[column]?.align ?? 'left',
    };
  }

  resize(column: number, width: number): void {
    this.#widths[column] = clampWidth(width);
    this.#edges = edgesOf(this.#widths);
  }

  /** Columns between `left` and `left + width`, and `overscan` pixels more on both sides. */
  visible(left: number, width: number, overscan: number): Range {
    return visibleColumns(this.#edges, Math.max(0, left - overscan), width + 2 * overscan);
  }

  /** The `scrollLeft` at which a column can be seen in a window of this width. */
  scrollLeftTo(column: number, scrollLeft: number, windowWidth: number): number {
    return scrollLeftToReveal(this.#edges, scrollLeft, windowWidth - this.#gutter, column);
  }
}

function clampWidth(width: number): number {
  return Math.round(Math.min(Math.max(LEAST_WIDTH, width), MOST_WIDTH));
}

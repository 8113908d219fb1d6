/** What is selected in a grid: one active cell, and sometimes whole rows around it. */
import type { Range } from './grid-geometry.ts';

export interface CellPosition {
  readonly row: number;
  readonly column: number;
}

export class GridSelection {
  #active: CellPosition | undefined;
  /** The row that a selection of rows began at; undefined where only a cell is selected. */
  #anchor: number | undefined;

  get active(): CellPosition | undefined {
    return this.#active;
  }

  /** The selected rows; undefined where one cell is selected. */
  get rows(): Range | undefined {
    if (this.#anchor === undefined || this.#active === undefined) return undefined;
    const first = Math.min(this.#anchor, this.#active.row);
    return { first, end: Math.max(this.#anchor, this.#active.row) + 1 };
  }

  hasRow(row: number): boolean {
    const { rows } = this;
    return rows !== undefined && row >= rows.first && row < rows.end;
  }

  toCell(position: CellPosition): void {
    this.#active = position;
    this.#anchor = undefined;
  }

  toRow(row: number): void {
    this.#active = { row, column: this.#active?.column ?? 0 };
    this.#anchor = row;
  }

  /** Selects all rows from where the selection began to this cell. */
  extendTo(position: CellPosition): void {
    this.#anchor ??= this.#active?.row ?? position.row;
    this.#active = position;
  }

  /** Rows can turn out to be fewer than was thought. */
  clampTo(rows: number): void {
    if (this.#active === undefined) return;
    if (rows === 0) {
      this.#active = undefined;
      this.#anchor = undefined;
      return;
    }
    this.#active = { ...this.#active, row: Math.min(this.#active.row, rows - 1) };
    if (this.#anchor !== undefined) this.#anchor = Math.min(this.#anchor, rows - 1);
  }
}

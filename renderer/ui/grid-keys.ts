/** Where keys lead in a grid. https://www.w3.org/WAI/ARIA/apg/patterns/grid/ */
import type { CellPosition } from './grid-selection.ts';

export interface KeyBounds {
  readonly pageRows: number;
  readonly lastRow: number;
  readonly lastColumn: number;
}

/** Where a key leads from a cell; undefined for keys that lead nowhere. */
export function moved(
  from: CellPosition,
  key: { readonly key: string; readonly ctrlKey: boolean; readonly metaKey: boolean },
  bounds: KeyBounds,
): CellPosition | undefined {
  const far = key.ctrlKey || key.metaKey;
  const { row, column } = from;
  const at = (nextRow: number, nextColumn: number): CellPosition => ({
    row: Math.min(Math.max(0, nextRow), bounds.lastRow),
    column: Math.min(Math.max(0, nextColumn), bounds.lastColumn),
  });
  switch (key.key) {
    case 'ArrowUp':
      return at(far ? 0 : row - 1, column);
    case 'ArrowDown':
      return at(far ? bounds.lastRow : row + 1, column);
    case 'ArrowLeft':
      return at(row, far ? 0 : column - 1);
    case 'ArrowRight':
      return at(row, far ? bounds.lastColumn : column + 1);
    case 'PageUp':
      return at(row - bounds.pageRows, column);
    case 'PageDown':
      return at(row + bounds.pageRows, column);
    case 'Home':
      return at(far ? 0 : row, 0);
    case 'End':
      return at(far ? bounds.lastRow : row, bounds.lastColumn);
    default:
      return undefined;
  }
}

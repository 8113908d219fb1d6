/** The head of a grid: a corner that stays, and for each column its name, its type and a handle to resize it. */
export interface GridColumn {
  readonly name: string;
  /** The second, smaller line. */
  readonly type: string;
  readonly align: 'left' | 'right';
  /** Pixels at first; the user can change them. */
  readonly width: number;
}

export function createHeader(height: number): HTMLDivElement {
  const header = document.createElement('div');
  header.className = 'grid-header';
  header.style.height = `${height}px`;
  header.setAttribute('role', 'row');
  header.ariaRowIndex = '1';
  const corner = document.createElement('div');
  corner.className = 'grid-corner';
  corner.setAttribute('role', 'columnheader');
  corner.ariaLabel = 'Row number';
  corner.ariaColIndex = '1';
  corner.textContent = '#';
  header.append(corner);
  return header;
}

export function headerCell(
  column: GridColumn,
  place: { readonly index: number; readonly left: number; readonly width: number },
): HTMLDivElement {
  const cell = document.createElement('div');
  cell.className = `grid-head${column.align === 'right' ? ' is-right' : ''}`;
  cell.style.left = `${place.left}px`;
  cell.style.width = `${place.width}px`;
  cell.setAttribute('role', 'columnheader');
  cell.ariaColIndex = String(place.index + 2);
  cell.dataset['index'] = String(place.index);
  cell.title = `${column.name}\n${column.type}`;
  const handle = part('grid-handle', '');
  handle.dataset['column'] = String(place.index);
  cell.append(part('grid-name', column.name), part('grid-type', column.type), handle);
  return cell;
}

function part(className: string, text: string): HTMLSpanElement {
  const span = document.createElement('span');
  span.className = className;
  span.textContent = text;
  return span;
}

/** Pixels between the widest value and the edge of a column that was fitted to it. */
const FIT_PADDING = 12;

/** The width that elements need for what they contain. They have to be laid out again afterwards. */
export function neededWidth(cells: readonly HTMLElement[]): number {
  const widths = cells.map((cell) => {
    // Measured without its width, which scrollWidth never goes below.
    cell.style.width = '0';
    return cell.scrollWidth + FIT_PADDING;
  });
  return Math.max(0, ...widths);
}

/** Follows the pointer until it is let go; on the window, because the handle is drawn anew while it is dragged. */
export function followDrag(start: PointerEvent, until: AbortSignal, onMove: (by: number) => void): void {
  start.preventDefault();
  const ended = new AbortController();
  const options = { signal: AbortSignal.any([ended.signal, until]) };
  window.addEventListener('pointermove', (event) => onMove(event.clientX - start.clientX), options);
  window.addEventListener('pointerup', () => ended.abort(), options);
  window.addEventListener('pointercancel', () => ended.abort(), options);
}

/** The column whose handle for resizing was hit. */
export function handleAt(target: HTMLElement): number | undefined {
  const column = target.closest<HTMLElement>('.grid-handle')?.dataset['column'];
  return column === undefined ? undefined : Number(column);
}

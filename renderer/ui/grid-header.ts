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

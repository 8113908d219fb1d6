/** The elements of one row of a grid, made once and used again for other rows. */
export interface RowElement {
  readonly root: HTMLDivElement;
  readonly gutter: HTMLDivElement;
  readonly cells: HTMLDivElement[];
  /** What is drawn: the row's index and the number of the drawing, so that nothing is drawn twice. */
  row: number;
  drawing: number;
}

export function element(className: string): HTMLDivElement {
  const made = document.createElement('div');
  made.className = className;
  return made;
}

export function createRow(): RowElement {
  const root = element('grid-row');
  root.setAttribute('role', 'row');
  const gutter = element('grid-gutter');
  gutter.setAttribute('role', 'rowheader');
  gutter.ariaColIndex = '1';
  root.append(gutter);
  return { root, gutter, cells: [], row: -1, drawing: -1 };
}

/** Changes the text in place: a new text node for every cell of a frame would be garbage. */
export function setText(target: HTMLElement, text: string): void {
  const { firstChild } = target;
  if (firstChild instanceof Text) {
    if (firstChild.data !== text) firstChild.data = text;
  } else target.append(text);
}

/**
 * Where rows and columns are. Pure numbers, no DOM.
 *
 * Browsers cannot scroll further than some 33 million pixels, and Chromium paints with 32-bit floats that get coarse
 * beyond 2^24 of them. So the height of the scroller is capped, and the offset among the rows ("virtual", in real
 * pixels) is a number of its own: equal to `scrollTop` below the cap, in proportion to it above.
 */

/** Pixels that a scroller may be high. */
export const SCROLL_CAP = 8_000_000;

export interface VerticalGeometry {
  readonly rows: number;
  readonly rowHeight: number;
  /** Pixels of height that rows can be seen in. */
  readonly viewport: number;
}

export interface Range {
  readonly first: number;
  /** One past the last. */
  readonly end: number;
}

/** Height of all rows, were there no cap. */
export function virtualHeight(g: VerticalGeometry): number {
  return g.rows * g.rowHeight;
}

/** Height that the scroller is given. */
export function scrollHeight(g: VerticalGeometry): number {
  return Math.min(virtualHeight(g), SCROLL_CAP);
}

/** True where offset and `scrollTop` are not the same. */
export function isCapped(g: VerticalGeometry): boolean {
  return virtualHeight(g) > SCROLL_CAP;
}

export function maxOffset(g: VerticalGeometry): number {
  return Math.max(0, virtualHeight(g) - g.viewport);
}

export function clampOffset(g: VerticalGeometry, offset: number): number {
  return Math.min(Math.max(0, offset), maxOffset(g));
}

/** The offset that a position of the scroll bar stands for. */
export function offsetOfScrollTop(g: VerticalGeometry, scrollTop: number): number {
  if (!isCapped(g)) return clampOffset(g, scrollTop);
  const room = scrollHeight(g) - g.viewport;
  return clampOffset(g, (scrollTop / room) * maxOffset(g));
}

/** Where the scroll bar stands for an offset. */
export function scrollTopOfOffset(g: VerticalGeometry, offset: number): number {
  if (!isCapped(g)) return clampOffset(g, offset);
  const room = scrollHeight(g) - g.viewport;
  return (clampOffset(g, offset) / maxOffset(g)) * room;
}

/** Rows that can be seen, and `overscan` more on both sides. */
export function visibleRows(g: VerticalGeometry, offset: number, overscan: number): Range {
  const first = Math.max(0, Math.floor(offset / g.rowHeight) - overscan);
  const end = Math.min(g.rows, Math.ceil((offset + g.viewport) / g.rowHeight) + overscan);
  return { first: Math.min(first, end), end };
}

/** The offset nearest to the present one at which a row is seen whole. */
export function offsetToReveal(g: VerticalGeometry, offset: number, row: number): number {
  const top = row * g.rowHeight;
  const bottom = top + g.rowHeight;
  if (top < offset) return clampOffset(g, top);
  if (bottom > offset + g.viewport) return clampOffset(g, bottom - g.viewport);
  return clampOffset(g, offset);
}

/** Left edges of columns, and after the last one the right edge of all: one number more than there are widths. */
export function edgesOf(widths: readonly number[]): readonly number[] {
  const edges = [0];
  let edge = 0;
  for (const width of widths) {
    edge += width;
    edges.push(edge);
  }
  return edges;
}

/** Columns of which something lies between `left` and `left + width`, found by halving: tables can have 1,600. */
export function visibleColumns(edges: readonly number[], left: number, width: number): Range {
  const columns = edges.length - 1;
  const first = Math.min(columns, lastAtMost(edges, left));
  const end = Math.min(columns, lastAtMost(edges, left + width) + 1);
  return { first: Math.max(0, first), end: Math.max(0, end) };
}

/** The `scrollLeft` nearest to the present one at which a column is seen, whole if it fits. */
export function scrollLeftToReveal(
  edges: readonly number[],
  scrollLeft: number,
  width: number,
  column: number,
): number {
  const left = edges[column] ?? 0;
  const right = edges[column + 1] ?? left;
  if (left < scrollLeft || right - left > width) return left;
  if (right > scrollLeft + width) return right - width;
  return scrollLeft;
}

/** Index of the last edge that is not beyond `x`; 0 where all are. */
function lastAtMost(edges: readonly number[], x: number): number {
  let low = 0;
  let high = edges.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((edges[middle] ?? 0) <= x) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The vertical place in a grid: the offset among the rows, and the scroll bar that stands for it. */
import {
  clampOffset,
  isCapped,
  offsetOfScrollTop,
  offsetToReveal,
  scrollHeight,
  scrollTopOfOffset,
  visibleRows,
  type Range,
  type VerticalGeometry,
} from './grid-geometry.ts';

export class GridScroll {
  readonly #scroller: HTMLElement;
  readonly #rowHeight: number;
  readonly #headerHeight: number;
  #geometry: VerticalGeometry;
  #offset = 0;
  /** Where this class put the scroll bar; a scroll event that says otherwise comes from the user. */
  #expectedTop = 0;

  constructor(scroller: HTMLElement, rowHeight: number, headerHeight: number) {
    this.#scroller = scroller;
    this.#rowHeight = rowHeight;
    this.#headerHeight = headerHeight;
    this.#geometry = { rows: 0, rowHeight, viewport: 0 };
  }

  get rows(): number {
    return this.#geometry.rows;
  }

  /** Pixels between the top of the first row and the top of the window. */
  get offset(): number {
    return this.#offset;
  }

  /** Rows that a page up or down goes by. */
  get pageRows(): number {
    return Math.max(1, Math.floor(this.#geometry.viewport / this.#rowHeight) - 1);
  }

  /** Pixels that the content of the scroller has to be high, and those of its window. */
  get heights(): { readonly content: number; readonly window: number } {
    const { viewport } = this.#geometry;
    return {
      content: scrollHeight(this.#geometry) + this.#headerHeight,
      window: viewport + this.#headerHeight,
    };
  }

  setRows(rows: number): void {
    this.#geometry = { ...this.#geometry, rows };
  }

  /** Reads the height of the window. */
  measure(): void {
    const viewport = Math.max(0, this.#scroller.clientHeight - this.#headerHeight);
    this.#geometry = { ...this.#geometry, viewport };
  }

  visible(overscan: number): Range {
    return visibleRows(this.#geometry, this.#offset, overscan);
  }

  /** Sets the offset and puts the scroll bar where it belongs. */
  moveTo(offset: number): void {
    this.#offset = clampOffset(this.#geometry, offset);
    const top = scrollTopOfOffset(this.#geometry, this.#offset);
    if (Math.abs(this.#scroller.scrollTop - top) >= 1) this.#scroller.scrollTop = top;
    // Read back, because the browser rounds to device pixels.
    this.#expectedTop = this.#scroller.scrollTop;
  }

  reveal(row: number): void {
    this.moveTo(offsetToReveal(this.#geometry, this.#offset, row));
  }

  /** Takes over where the scroll bar stands; true where the user has moved it. */
  followBar(): boolean {
    const top = this.#scroller.scrollTop;
    if (Math.abs(top - this.#expectedTop) < 1) return false;
    this.#offset = offsetOfScrollTop(this.#geometry, top);
    this.#expectedTop = top;
    return true;
  }

  /**
   * Above the cap a pixel of the scroll bar is many rows: the wheel goes by real pixels instead. True where it did;
   * below the cap the browser scrolls by itself.
   */
  wheel(event: WheelEvent): boolean {
    if (!isCapped(this.#geometry) || event.ctrlKey || event.shiftKey || event.deltaY === 0) return false;
    event.preventDefault();
    const pixels: Readonly<Record<number, number>> = {
      [WheelEvent.DOM_DELTA_PIXEL]: 1,
      [WheelEvent.DOM_DELTA_LINE]: this.#rowHeight,
      [WheelEvent.DOM_DELTA_PAGE]: this.#geometry.viewport,
    };
    const unit = pixels[event.deltaMode] ?? 1;
    this.moveTo(this.#offset + event.deltaY * unit);
    this.#scroller.scrollLeft += event.deltaX * unit;
    return true;
  }
}

import { useEffect, useRef, useState, type RefObject } from 'react';

/** Lines that are drawn above and below what can be seen: a turn of the wheel must not show a gap. */
const OVERSCAN = 8;

/** The part of a long list that can be seen. */
export interface ListWindow {
  readonly scroller: RefObject<HTMLDivElement | null>;
  /** Lines that are to be drawn; those from `end` on are not. */
  readonly range: { readonly first: number; readonly end: number };
  /** Lines that fit on the screen. */
  readonly pageLines: number;
  /** Scrolls until a line can be seen. */
  readonly reveal: (index: number) => void;
}

/**
 * Keeps it while the element is scrolled or changes its size.
 * @param lineHeight in pixels, of every line
 */
export function useListWindow(lineHeight: number): ListWindow {
  const scroller = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState({ first: 0, end: 40 });
  useEffect(() => {
    const { current } = scroller;
    if (current === null) return undefined;
    const measure = () => {
      const first = Math.max(0, Math.floor(current.scrollTop / lineHeight) - OVERSCAN);
      const visible = Math.ceil(current.clientHeight / lineHeight);
      const end = first + visible + 2 * OVERSCAN;
      setRange((known) => (known.first === first && known.end === end ? known : { first, end }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    current.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      current.removeEventListener('scroll', measure);
    };
  }, [lineHeight]);
  const reveal = (index: number) => {
    const { current } = scroller;
    if (current === null) return;
    const top = index * lineHeight;
    const lowest = top + lineHeight - current.clientHeight;
    if (top < current.scrollTop) current.scrollTop = top;
    else if (lowest > current.scrollTop) current.scrollTop = lowest;
  };
  const pageLines = Math.max(1, range.end - range.first - 2 * OVERSCAN);
  return { scroller, range, pageLines, reveal };
}

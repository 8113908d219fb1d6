import { describe, expect, it } from 'vitest';
import {
  clampOffset,
  edgesOf,
  isCapped,
  maxOffset,
  offsetOfScrollTop,
  offsetToReveal,
  SCROLL_CAP,
  scrollHeight,
  scrollLeftToReveal,
  scrollTopOfOffset,
  visibleColumns,
  visibleRows,
} from '../../renderer/ui/grid-geometry.ts';

const small = { rows: 100, rowHeight: 27, viewport: 270 };
const large = { rows: 10_000_000, rowHeight: 27, viewport: 600 };

describe('vertical geometry', () => {
  it('scrolls a small relation pixel by pixel', () => {
    expect(isCapped(small)).toBe(false);
    expect(scrollHeight(small)).toBe(2_700);
    expect(offsetOfScrollTop(small, 321)).toBe(321);
    expect(scrollTopOfOffset(small, 321)).toBe(321);
  });

  it('caps the height of a large one, and still reaches both ends', () => {
    expect(isCapped(large)).toBe(true);
    expect(scrollHeight(large)).toBe(SCROLL_CAP);
    const bottom = SCROLL_CAP - large.viewport;
    expect(offsetOfScrollTop(large, 0)).toBe(0);
    expect(offsetOfScrollTop(large, bottom)).toBe(maxOffset(large));
    expect(scrollTopOfOffset(large, maxOffset(large))).toBeCloseTo(bottom, 6);
    expect(visibleRows(large, maxOffset(large), 0).end).toBe(large.rows);
  });

  it('keeps the place of the scroll bar and the offset inverse to each other', () => {
    for (const offset of [0, 1, 27, 12_345_678, maxOffset(large)]) {
      expect(offsetOfScrollTop(large, scrollTopOfOffset(large, offset))).toBeCloseTo(offset, 3);
    }
  });

  it('shows whole rows and those that are cut at the edges', () => {
    expect(visibleRows(small, 0, 0)).toEqual({ first: 0, end: 10 });
    expect(visibleRows(small, 10, 0)).toEqual({ first: 0, end: 11 });
    expect(visibleRows(small, 270, 2)).toEqual({ first: 8, end: 22 });
  });

  it('never leaves the rows', () => {
    expect(visibleRows(small, 99_999, 4).end).toBe(100);
    expect(visibleRows({ ...small, rows: 0 }, 0, 4)).toEqual({ first: 0, end: 0 });
    expect(clampOffset(small, -5)).toBe(0);
    expect(clampOffset(small, 99_999)).toBe(2_430);
    expect(clampOffset({ ...small, rows: 3 }, 50)).toBe(0);
  });

  it('moves no further than it must to reveal a row', () => {
    expect(offsetToReveal(small, 100, 5)).toBe(100);
    expect(offsetToReveal(small, 100, 1)).toBe(27);
    expect(offsetToReveal(small, 100, 20)).toBe(21 * 27 - 270);
    expect(offsetToReveal(small, 0, 99)).toBe(maxOffset(small));
  });
});

describe('columns', () => {
  const edges = edgesOf([100, 50, 200, 80]);

  it('have edges at the sums of their widths', () => {
    expect(edges).toEqual([0, 100, 150, 350, 430]);
    expect(edgesOf([])).toEqual([0]);
  });

  it('are found for a part of the width', () => {
    expect(visibleColumns(edges, 0, 120)).toEqual({ first: 0, end: 2 });
    expect(visibleColumns(edges, 100, 49)).toEqual({ first: 1, end: 2 });
    expect(visibleColumns(edges, 160, 1_000)).toEqual({ first: 2, end: 4 });
    expect(visibleColumns(edges, 9_999, 100)).toEqual({ first: 4, end: 4 });
    expect(visibleColumns([0], 0, 100)).toEqual({ first: 0, end: 0 });
  });

  it('are revealed with the least scrolling, from their beginning when they do not fit', () => {
    expect(scrollLeftToReveal(edges, 0, 200, 1)).toBe(0);
    expect(scrollLeftToReveal(edges, 0, 200, 3)).toBe(230);
    expect(scrollLeftToReveal(edges, 150, 200, 0)).toBe(0);
    expect(scrollLeftToReveal(edges, 0, 90, 2)).toBe(150);
  });
});

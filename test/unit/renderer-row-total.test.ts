import { describe, expect, it } from 'vitest';
import {
  afterPage,
  isExact,
  roomFor,
  unknownTotal,
  type RowTotal,
} from '../../renderer/features/browse/row-total.ts';

const PAGE = 200;

/** Follows the end as the grid does: asks for the page at the end of the room until the total is exact. */
function follow(rows: number, estimate: number | null) {
  let total: RowTotal = unknownTotal(estimate);
  let requests = 0;
  while (!isExact(total) && requests < 100) {
    const last = Math.max(0, roomFor(total, PAGE) - 1);
    const from = Math.floor(last / PAGE) * PAGE;
    const count = Math.max(0, Math.min(PAGE, rows - from));
    total = afterPage(total, { from, count, end: count < PAGE });
    requests += 1;
  }
  return { total, requests };
}

describe('the number of rows', () => {
  it('is the estimate while nothing is known', () => {
    expect(roomFor(unknownTotal(1_000_000), PAGE)).toBe(1_000_000);
    expect(isExact(unknownTotal(0))).toBe(false);
  });

  it('grows as pages arrive where there is no estimate', () => {
    const total = afterPage(unknownTotal(null), { from: 0, count: 200, end: false });
    expect(roomFor(total, PAGE)).toBe(400);
  });

  it('is exact once a page has met the end', () => {
    const total = afterPage(unknownTotal(5), { from: 0, count: 5, end: true });
    expect(isExact(total)).toBe(true);
    expect(roomFor(total, PAGE)).toBe(5);
  });

  it('is exact for an empty relation', () => {
    const total = afterPage(unknownTotal(null), { from: 0, count: 0, end: true });
    expect([isExact(total), roomFor(total, PAGE)]).toEqual([true, 0]);
  });

  it('is not taken from an empty page far out', () => {
    const total = afterPage(unknownTotal(500_000), { from: 499_800, count: 0, end: true });
    expect(isExact(total)).toBe(false);
    expect(roomFor(total, PAGE)).toBeLessThan(300_000);
  });

  it('shrinks when a newer snapshot has fewer rows', () => {
    const before = afterPage(unknownTotal(null), { from: 800, count: 200, end: false });
    const after = afterPage(before, { from: 200, count: 50, end: true });
    expect(roomFor(after, PAGE)).toBe(250);
  });

  it.each([
    [3_210, 500_000],
    [3_210, 10],
    [1_000_000, 10],
    [3_200, null],
    [1_000_000, null],
    [1_000_000, 1_000_000],
    [0, 12_000],
    [1, null],
  ])('%i rows with the estimate %s are found in a few steps', (rows, estimate) => {
    const { total, requests } = follow(rows, estimate);
    expect(total.known).toBe(rows);
    expect(requests).toBeLessThan(30);
  });
});

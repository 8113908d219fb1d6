/**
 * How many rows a preview has, as far as it is known. Nothing is ever counted: the end is found when a page says so.
 *
 * `known` rows have been seen. `limit` is the first index of which it is known that no row stands there; undefined
 * while no page has met the end. When both meet, the total is exact.
 */
export interface RowTotal {
  readonly known: number;
  readonly limit: number | undefined;
  /** The planner's estimate, which may be wrong both ways; null where there is none. */
  readonly estimate: number | null;
}

export function unknownTotal(estimate: number | null): RowTotal {
  return { known: 0, limit: undefined, estimate };
}

/** What a page teaches: `count` rows from index `from`, and whether the end lies on it or before it. */
export function afterPage(total: RowTotal, page: { from: number; count: number; end: boolean }): RowTotal {
  const reached = page.count > 0 ? page.from + page.count : 0;
  const known = Math.max(total.known, reached);
  if (!page.end) return { ...total, known };
  const found = page.count > 0 || page.from === 0 ? page.from + page.count : page.from;
  // Known rows can lie beyond the limit when the table shrank between two snapshots: the newer page is right.
  const limit = Math.min(total.limit ?? Infinity, found);
  return { ...total, known: Math.min(known, limit), limit };
}

/** True where the number of rows is exact. */
export function isExact(total: RowTotal): boolean {
  return total.limit !== undefined && total.limit === total.known;
}

/**
 * Rows that the grid makes room for. While the end is not known that is the estimate, or one page beyond what has been
 * seen, or as much again where there is no estimate or it was too low. When a page came back empty, it is half-way between what is known
 * on both sides. So the end is found in a few steps, whatever the planner thought.
 */
export function roomFor(total: RowTotal, pageSize: number): number {
  const { known, limit, estimate } = total;
  if (isExact(total)) return known;
  if (limit === undefined) {
    const believed = estimate !== null && estimate > known;
    return known + Math.max(pageSize, believed ? estimate - known : known);
  }
  return Math.min(limit, Math.max(known + pageSize, Math.ceil((known + limit) / 2)));
}

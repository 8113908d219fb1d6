/** Statistics of a handful of measured values. Pure. */

/** Values of one side, all of one unit. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly count: number;
}

/** @throws RangeError when there are no values */
export function summarise(values: readonly number[]): Summary {
  return {
    median: median(values),
    min: quantile(values, 0),
    max: quantile(values, 1),
    count: values.length,
  };
}

/** The middle value, or the mean of the two in the middle. @throws RangeError when there are no values */
export function median(values: readonly number[]): number {
  const sorted = ascending(values);
  const middle = sorted.length / 2;
  const upper = at(sorted, Math.floor(middle));
  return Number.isInteger(middle) ? (at(sorted, middle - 1) + upper) / 2 : upper;
}

/**
 * The smallest value that at least this share of the values does not exceed (nearest rank): always one that was
 * measured, so a p99 of few values is their maximum and not a guess. @throws RangeError when there are no values
 */
export function quantile(values: readonly number[], share: number): number {
  if (!(share >= 0 && share <= 1)) throw new RangeError(`${share} is not a share from 0 to 1`);
  const sorted = ascending(values);
  return at(sorted, Math.max(0, Math.ceil(share * sorted.length) - 1));
}

/**
 * By how much a series has grown from its begin to its end: the line that lies closest to its values (least squares),
 * so that single peaks say little. @param values taken at equal distances @throws RangeError when there are no values
 */
export function growth(values: readonly number[]): number {
  const { length } = values;
  if (length === 0) throw new RangeError('there are no values');
  const middle = (length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / length;
  let together = 0;
  let apart = 0;
  for (const [index, value] of values.entries()) {
    together += (index - middle) * (value - mean);
    apart += (index - middle) ** 2;
  }
  return apart === 0 ? 0 : (together / apart) * (length - 1);
}

/** How the median of one side relates to that of the other. @throws RangeError when a side has no values */
export function ratioOfMedians(of: readonly number[], to: readonly number[]): number {
  return median(of) / median(to);
}

/**
 * The sides in the order of a round (from 0). Each round begins with another side, so that whatever one side leaves
 * behind (a warm cache, a hot processor) meets every other side in turn.
 */
export function orderOfRound<T>(sides: readonly T[], round: number): T[] {
  const first = sides.length === 0 ? 0 : round % sides.length;
  return [...sides.slice(first), ...sides.slice(0, first)];
}

function ascending(values: readonly number[]): number[] {
  if (values.length === 0) throw new RangeError('there are no values');
  return values.toSorted((a, b) => a - b);
}

function at(values: readonly number[], index: number): number {
  const value = values[index];
  if (value === undefined) throw new RangeError(`there is no value ${index}`);
  return value;
}

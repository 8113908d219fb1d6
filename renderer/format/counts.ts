const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });

/** A number that is exact: `1,234,567`. */
export function formatCount(count: number): string {
  return whole.format(count);
}

/** A number that is an estimate, short enough for a list: `1.23M`. */
export function formatEstimate(count: number): string {
  return compact.format(count);
}

/** A count with its noun: `1 row`, `2 rows`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

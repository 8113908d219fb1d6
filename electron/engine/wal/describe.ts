/** Amounts in the sentences of the guardian. */

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** Bytes in powers of 1,000, as all of Sluice shows them: `1.5 GB`. */
export function describeBytes(bytes: number): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 999.95 && unit < UNITS.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits).replace(/\.0$/, '')} ${UNITS[unit]}`;
}

/** A length of time in one unit, for a projection that is no more exact: `40 minutes`. */
export function describeSeconds(seconds: number): string {
  const steps = [
    [86_400 * 2, 86_400, 'days'],
    [3_600 * 2, 3_600, 'hours'],
    [120, 60, 'minutes'],
  ] as const;
  for (const [from, size, name] of steps) {
    if (seconds >= from) return `${Math.floor(seconds / size)} ${name}`;
  }
  return `${Math.round(seconds)} seconds`;
}

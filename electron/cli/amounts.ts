/** Numbers as people read them. */

const BYTE_UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
const COUNT_UNITS = ['', ' K', ' M', ' G', ' T'];

/** `162 B`, `1.2 MB`; powers of 1,000. */
export function formatBytes(bytes: number): string {
  return scaled(bytes, BYTE_UNITS, ' ');
}

/** `5`, `12.3 K`, `4.8 M`: short, for a line that changes all the time. */
export function formatCount(count: number): string {
  return scaled(count, COUNT_UNITS, '');
}

/** `1,234,567`. */
export function formatExact(count: number): string {
  return count.toLocaleString('en-US');
}

/** `1 row`, `1,234 rows`. */
export function formatRows(rows: number): string {
  return `${formatExact(rows)} ${rows === 1 ? 'row' : 'rows'}`;
}

/** `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatDuration(ms: number): string {
  if (ms < 9_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
}

function scaled(value: number, units: readonly string[], space: string): string {
  let unit = 0;
  let rest = value;
  // 999.95 would be shown as 1000.0 of the smaller unit.
  while (rest >= 999.95 && unit < units.length - 1) {
    rest /= 1_000;
    unit += 1;
  }
  return `${unit === 0 ? String(Math.round(rest)) : rest.toFixed(1)}${space}${units[unit] ?? ''}`;
}

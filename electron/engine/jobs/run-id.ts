/**
 * The id of a run: says when, sorts by time to the millisecond, and never comes twice.
 * @param randomHex eight digits, of which the first five are used
 */
export function runIdAt(startedAt: Date, randomHex: string): string {
  const stamp = startedAt.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  // Without them, chance would decide which of two runs of one second the history shows as the newer.
  const milliseconds = startedAt.getUTCMilliseconds().toString(16).padStart(3, '0');
  return `${stamp}-${milliseconds}${randomHex.slice(0, 5)}`;
}

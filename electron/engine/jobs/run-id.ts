/** The id of a run: sorts by time, says when, and never comes twice. */
export function runIdAt(startedAt: Date, randomHex: string): string {
  const stamp = startedAt.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return `${stamp}-${randomHex}`;
}

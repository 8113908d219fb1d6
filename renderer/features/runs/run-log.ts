import type { RunLogLine } from '../../../electron/contract/run.ts';

/**
 * The log as it was fetched, and the lines that came live before or after it. A line can be in both; lines have no
 * number, so they are told apart by their content, and two equal ones are two.
 */
export function mergeLog(fetched: readonly RunLogLine[], live: readonly RunLogLine[]): readonly RunLogLine[] {
  const known = new Map<string, number>();
  for (const line of fetched) known.set(keyOf(line), (known.get(keyOf(line)) ?? 0) + 1);
  const added = live.filter((line) => {
    const left = known.get(keyOf(line)) ?? 0;
    if (left > 0) known.set(keyOf(line), left - 1);
    return left === 0;
  });
  return added.length === 0 ? fetched : [...fetched, ...added];
}

function keyOf(line: RunLogLine): string {
  return `${line.at} ${line.level} ${line.message}`;
}

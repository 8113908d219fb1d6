import type { Loss } from '../../contract/manifest.ts';

/** Counts the values of each column that came out as something else, by reason. */
export class Losses {
  readonly #counts = new Map<string, { column: string; reason: string; count: number }>();

  add(column: string, reason: string, count = 1): void {
    // No name of a column has a zero byte.
    const key = `${column}\0${reason}`;
    const known = this.#counts.get(key);
    if (known === undefined) this.#counts.set(key, { column, reason, count });
    else known.count += count;
  }

  /** All so far. */
  list(): readonly Loss[] {
    return [...this.#counts.values()].map((loss) => ({ ...loss }));
  }
}

/** What an encoder has lost between two looks at its losses, which only ever grow. */
export function lossesSince(before: readonly Loss[], now: readonly Loss[]): readonly Loss[] {
  const known = new Losses();
  for (const { column, reason, count } of now) known.add(column, reason, count);
  for (const { column, reason, count } of before) known.add(column, reason, -count);
  return known.list().filter(({ count }) => count > 0);
}

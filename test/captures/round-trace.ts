/** What a round has done, and how long each step took: of a round that is late it can be told where it was. */
export class RoundTrace {
  readonly #began = performance.now();
  readonly #steps: { readonly name: string; readonly atMs: number }[] = [];

  /** Begins a step; the one before it is over. Steps of one name are added up. */
  step(name: string): void {
    this.#steps.push({ name, atMs: performance.now() - this.#began });
  }

  /** Milliseconds by the name of the step, up to now. */
  totals(): Record<string, number> {
    const totals: Record<string, number> = {};
    for (const [at, { name, atMs }] of this.#steps.entries()) {
      const endMs = this.#steps[at + 1]?.atMs ?? performance.now() - this.#began;
      totals[name] = (totals[name] ?? 0) + endMs - atMs;
    }
    return totals;
  }

  /** `0.2 s tables, 1.4 s capture 1`: when each step began. */
  text(): string {
    return this.#steps.map(({ name, atMs }) => `${(atMs / 1_000).toFixed(1)} s ${name}`).join(', ');
  }
}

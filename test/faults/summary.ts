/** Which fault ended in what, as a table. */
import { faultLine, type FaultCount } from '../harness/planned-fault.ts';
import { faultNames, type FaultCase } from './fault-case.ts';
import type { CaseResult } from './run-case.ts';

export class Summary {
  readonly #counts = new Map<string, Map<string, number>>();
  readonly #outcomes = new Map<string, number>();
  readonly #problems: CaseResult[] = [];
  readonly #faults = { hit: 0, missed: 0 };

  add(faults: FaultCase, result: CaseResult): void {
    const outcome = result.problem === undefined ? result.outcome : 'WRONG';
    for (const [i, fault] of faultNames(faults).entries()) {
      const reached = result.reached[i] === true;
      this.#faults[reached ? 'hit' : 'missed'] += 1;
      const name = reached ? fault : 'Not reached';
      const counts = this.#counts.get(name) ?? new Map<string, number>();
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      this.#counts.set(name, counts);
    }
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1);
    if (result.problem !== undefined) this.#problems.push(result);
  }

  get problems(): readonly CaseResult[] {
    return this.#problems;
  }

  /** Faults that have hit something, and those that no run came to. */
  get faults(): FaultCount {
    return this.#faults;
  }

  /** One line for each fault. A run with two faults is counted with both. */
  text(): string {
    const lines = [...this.#counts].map(([name, counts]) => [name, described(counts)] as const);
    const width = Math.max(0, ...lines.map(([name]) => name.length));
    return [
      ...lines
        .toSorted(([a], [b]) => a.localeCompare(b))
        .map(([name, counts]) => `${name.padEnd(width)}  ${counts}`),
      '',
      `All: ${described(this.#outcomes)}`,
      faultLine(this.#faults),
    ].join('\n');
  }
}

function described(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .toSorted(([a, x], [b, y]) => y - x || a.localeCompare(b))
    .map(([outcome, count]) => `${count} ${outcome}`)
    .join(', ');
}

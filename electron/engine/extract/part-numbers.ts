/**
 * Numbers for the objects of a run whose ranges roll: nobody knows how many each will have, so they are given out as
 * objects begin. A number of an object that was given up is used again, so that there are no holes.
 */
export class PartNumbers {
  readonly #used: Set<number>;

  constructor(used: Iterable<number> = []) {
    this.#used = new Set(used);
  }

  /** The least number that no object has. */
  take(): number {
    let number = 1;
    while (this.#used.has(number)) number++;
    this.#used.add(number);
    return number;
  }

  giveBack(numbers: Iterable<number>): void {
    for (const number of numbers) this.#used.delete(number);
  }
}

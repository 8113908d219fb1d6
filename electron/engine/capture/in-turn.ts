/** Does one thing after the other, whoever asks for them. */
export class InTurn {
  #last: Promise<void> = Promise.resolve();

  /** Comes back when the work is done, and all before it. @throws what the work throws; the next goes on nevertheless */
  async run(work: () => Promise<void>): Promise<void> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => undefined);
    await mine;
  }

  /** Comes back when nothing is waited for. */
  async settled(): Promise<void> {
    await this.#last;
  }
}

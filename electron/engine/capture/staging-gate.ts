/** Where back-pressure begins: whoever makes objects waits here while too much of them is on its way. */
export class StagingGate {
  readonly #staged: () => number;
  readonly #limit: number;
  #waiting: (() => void)[] = [];

  /** @param limit bytes */
  constructor(staged: () => number, limit: number) {
    this.#staged = staged;
    this.#limit = limit;
  }

  /** Comes back when there is room. @throws the signal's reason, when somebody calls {@link look} */
  async pass(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    while (this.#staged() > this.#limit) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
      signal.throwIfAborted();
    }
  }

  /** Something has changed: those who wait look again. */
  look(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

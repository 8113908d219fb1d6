/**
 * Bytes of the parts that may be on their way at once, shared by all objects that a run writes side by side: memory
 * must not be multiplied by the number of connections that read.
 */
interface Waiting {
  readonly bytes: number;
  readonly admit: () => void;
}

export class PartBudget {
  readonly #limit: number;
  readonly #queue: Waiting[] = [];
  #used = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes that are on their way. */
  get used(): number {
    return this.#used;
  }

  /**
   * Waits until so many bytes may go on their way; first come, first served. A part that is larger than the whole
   * budget goes alone. @throws the signal's reason
   */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#queue.length === 0 && this.#fits(bytes)) {
      this.#used += bytes;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const waiting = { bytes, admit: () => finish(resolve) };
      const onAbort = () => {
        this.#queue.splice(this.#queue.indexOf(waiting), 1);
        finish(() => reject(signal.reason as Error));
        this.#admit();
      };
      const finish = (settle: () => void) => {
        signal.removeEventListener('abort', onAbort);
        settle();
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#queue.push(waiting);
    });
  }

  /** Gives back what {@link take} was asked for. */
  give(bytes: number): void {
    this.#used -= bytes;
    this.#admit();
  }

  #admit(): void {
    for (let next = this.#queue[0]; next !== undefined && this.#fits(next.bytes); next = this.#queue[0]) {
      this.#queue.shift();
      this.#used += next.bytes;
      next.admit();
    }
  }

  #fits(bytes: number): boolean {
    return this.#used === 0 || this.#used + bytes <= this.#limit;
  }
}

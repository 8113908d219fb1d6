import type { Reread } from '../../contract/capture-calls.ts';

/** What somebody wants to be read anew, later or on, until a connection takes it: a capture that waits for a server has none. */
export class AskedRereads {
  #asked: readonly Reread[] = [];
  #wake = Promise.withResolvers<void>();

  push(asked: Reread): void {
    this.#asked = [...this.#asked, asked];
    this.#wake.resolve();
  }

  /** The first that was not done yet; stays until {@link done}, so that a connection that breaks leaves it to the next. */
  async next(signal: AbortSignal): Promise<Reread> {
    const aborted = Promise.withResolvers<never>();
    const abort = () => aborted.reject(signal.reason as Error);
    signal.throwIfAborted();
    signal.addEventListener('abort', abort, { once: true });
    try {
      for (;;) {
        const [first] = this.#asked;
        if (first !== undefined) return first;
        await Promise.race([this.#wake.promise, aborted.promise]);
        this.#wake = Promise.withResolvers();
      }
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  done(asked: Reread): void {
    this.#asked = this.#asked.filter((other) => other !== asked);
  }
}

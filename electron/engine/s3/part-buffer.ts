/** Milliseconds that a part waits for memory that others may give back, before it gets some of its own. */
const RELUCTANCE_MS = 50;

/**
 * Memory for parts, used again and again, and hardly more of it than the network needs: where S3 takes parts as fast as the
 * server sends rows, two or three do for a table of any size; where each is long on its way, there are soon as many as may be
 * on their way at once (part-budget.ts), each after one short wait in the whole run.
 */
export class PartBuffers {
  readonly #free: Buffer[] = [];
  readonly #waiting: ((buffer: Buffer) => void)[] = [];

  /**
   * A buffer of exactly this size. Smaller ones are let go: parts only ever grow.
   * @param others whether there are parts on their way whose memory may soon be free
   */
  async take(bytes: number, others: boolean): Promise<Buffer> {
    const free = this.#takeFree(bytes) ?? (others ? await this.#nextGiven() : undefined);
    return free?.length === bytes ? free : Buffer.allocUnsafeSlow(bytes);
  }

  /** Gives a buffer back, when nobody reads it any more. */
  give(buffer: Buffer): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(buffer);
    else next(buffer);
  }

  #takeFree(bytes: number): Buffer | undefined {
    for (let buffer = this.#free.pop(); buffer !== undefined; buffer = this.#free.pop()) {
      if (buffer.length === bytes) return buffer;
    }
    return undefined;
  }

  /** What is given back within the while; undefined where that is nothing. */
  async #nextGiven(): Promise<Buffer | undefined> {
    return await new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(take), 1);
        resolve(undefined);
      }, RELUCTANCE_MS);
      const take = (buffer: Buffer) => {
        clearTimeout(timer);
        resolve(buffer);
      };
      this.#waiting.push(take);
    });
  }
}

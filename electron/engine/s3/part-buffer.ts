/** Milliseconds that parts wait in all for memory that others may give back, before there is more of it. */
const RELUCTANCE_MS = 50;

/** Parts over which these waits are added up: a network that always is a little slow needs the memory, one hiccup does not. */
const PARTS = 8;

/**
 * Memory for parts, used again and again, and hardly more of it than the network needs: where S3 takes parts as fast as the
 * server sends rows, two or three do for a table of any size; where each is long on its way, there are soon as many as may be
 * on their way at once (part-budget.ts).
 */
export class PartBuffers {
  readonly #free: Buffer[] = [];
  readonly #waiting: ((buffer: Buffer) => void)[] = [];
  /** Milliseconds that each of the last parts has waited. */
  #waits: readonly number[] = [];

  /**
   * A buffer of exactly this size. Smaller ones are let go: parts only ever grow.
   * @param mayComeBack whether there are parts on their way whose memory may soon be free
   */
  async take(bytes: number, mayComeBack: boolean): Promise<Buffer> {
    const startMs = performance.now();
    const free = this.#takeFree(bytes) ?? (mayComeBack ? await this.#nextGiven() : undefined);
    this.#waits = [...this.#waits, performance.now() - startMs].slice(-PARTS);
    if (free?.length === bytes) return free;
    this.#waits = [];
    return Buffer.allocUnsafeSlow(bytes);
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

  /** What is given back while there is patience; undefined where that is nothing. */
  async #nextGiven(): Promise<Buffer | undefined> {
    const patienceMs = RELUCTANCE_MS - this.#waits.reduce((sum, ms) => sum + ms, 0);
    if (patienceMs <= 0) return undefined;
    return await new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(take), 1);
        resolve(undefined);
      }, patienceMs);
      const take = (buffer: Buffer) => {
        clearTimeout(timer);
        resolve(buffer);
      };
      this.#waiting.push(take);
    });
  }
}
